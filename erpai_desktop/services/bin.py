"""The bin: what was deleted in the last 30 days, put back or cleared away for good."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import InvalidInputError, NotFoundError, UserError
from erpai_desktop.models.entities import (
    AssistantConversation,
    Budget,
    GoldenSet,
    Model,
    ModelQA,
    Provider,
    TrainingConversation,
    TrainingConversationMessage,
    User,
)
from erpai_desktop.models.enums import ParticipantRole, Role
from erpai_desktop.models.ids import UserId
from erpai_desktop.models.money import in_words
from erpai_desktop.models.multilang import text_in
from erpai_desktop.models.snapshots.tree import BinItem
from erpai_desktop.services.bin_purge import purge_expired
from erpai_desktop.services.checks import counted
from erpai_desktop.storage.queries.budgets import has_rival
from erpai_desktop.storage.unit_of_work import UnitOfWork

__all__ = ["bin_contents", "purge_expired", "restore"]

_TITLE_CHARACTERS = 200

BinnableRow = Model | ModelQA | Provider | TrainingConversation | User | AssistantConversation | GoldenSet | Budget

_KINDS: dict[Entity, type[BinnableRow]] = {
    Entity.MODEL: Model,
    Entity.QA: ModelQA,
    Entity.CONVERSATION: TrainingConversation,
    Entity.CHAT: AssistantConversation,
    Entity.PROVIDER: Provider,
    Entity.USER: User,
    Entity.GOLDEN_SET: GoldenSet,
    Entity.BUDGET: Budget,
}

_NEEDED: dict[Entity, Role] = {
    Entity.MODEL: Role.ADMINISTRATOR,
    Entity.PROVIDER: Role.ADMINISTRATOR,
    Entity.USER: Role.ADMINISTRATOR,
    Entity.QA: Role.TRAINER,
    Entity.CONVERSATION: Role.TRAINER,
    Entity.CHAT: Role.STAFF,
    Entity.GOLDEN_SET: Role.TRAINER,
    Entity.BUDGET: Role.ADMINISTRATOR,
}


def bin_contents(
    session: Session, *, language: str = "en", user_id: UserId | None = None, limit: int = 1_000
) -> tuple[BinItem, ...]:
    """What lies in the bin, newest first, at most `limit` of each kind.

    A model stands for the models that went with it. Chats are private: only those of `user_id` are listed, none
    without it. Messages of conversations are not: Undo brings them back to their place.
    """
    names = {
        model_id: text_in(name, language) for model_id, name in session.execute(select(Model.id, Model.name)).all()
    }
    items = [
        *_models(session, names, limit),
        *_qas(session, names, limit),
        *_conversations(session, names, limit),
        *_golden_sets(session, names, limit),
        *_budgets(session, names, limit),
        *_others(session, language, limit),
    ]
    if user_id is not None:
        items += _chats(session, names, user_id, limit)
    items = [replace(item, needed=_NEEDED[Entity(item.kind)]) for item in items]
    return tuple(sorted(items, key=lambda item: item.deleted_utc, reverse=True))


def restore(work: UnitOfWork, *, entity: Entity, ids: Sequence[UUID]) -> Changes:
    """Put things back where they were; a model brings along the models that went with it.

    What somebody else has taken meanwhile (the default mark, a virtual user) stays with them. Raises UserError when
    the model they belong to, or the parent, lies in the bin; NotFoundError when one is gone for good or another
    person's chat; NotPermittedError.
    """
    kind = _KINDS.get(entity)
    if kind is None:
        raise InvalidInputError("This kind of thing is not in the bin.")
    work.require(_NEEDED[entity], "restore this")
    rows = [_binned_row(work, kind, row_id) for row_id in dict.fromkeys(ids)]
    if not rows:
        raise InvalidInputError("Nothing was chosen to restore.")
    for row in rows:
        _restore_row(work, row, rows)
    return work.finish(f"Restore {_summary(rows)}")


def _binned_row(work: UnitOfWork, kind: type[BinnableRow], row_id: UUID) -> BinnableRow:
    row = cast("BinnableRow | None", work.session.get(kind, row_id))
    foreign = isinstance(row, AssistantConversation) and row.user_id != work.actor.user_id
    if row is None or foreign:
        raise NotFoundError("This is not in the bin any more.", safe="Nothing was changed.")
    return row


def _restore_row(work: UnitOfWork, row: BinnableRow, together: Sequence[BinnableRow]) -> None:
    if row.deleted_utc is None:
        return
    if isinstance(row, Model):
        _restore_model(work, row, together)
        return
    if isinstance(row, ModelQA | TrainingConversation | AssistantConversation | GoldenSet):
        model = work.session.get_one(Model, row.model_id)
        if model.deleted_utc is not None:
            raise _below_the_bin(model)
    if isinstance(row, User):
        taken = select(User.id).where(User.login == row.login, User.deleted_utc.is_(None))
        if work.session.scalar(taken) is not None:
            raise UserError(f"There is another user “{row.login}” now.", safe="Nothing was changed.")
    if isinstance(row, Budget) and has_rival(work.session, row):
        raise UserError("Another budget has taken its place.", safe="Nothing was changed.")
    _take_out(row)


def _restore_model(work: UnitOfWork, model: Model, together: Sequence[BinnableRow]) -> None:
    parent = work.session.get(Model, model.parent_id) if model.parent_id is not None else None
    if parent is not None and parent.deleted_utc is not None:
        if parent not in together:
            raise _below_the_bin(parent)
        _restore_model(work, parent, together)
        if model.deleted_utc is None:
            return
    went = model.deleted_utc
    waiting = [model]
    for one in waiting:  # The list grows while it is read: parents before children.
        _give_way(work, one)
        _take_out(one)
        work.session.flush()
        waiting += work.session.scalars(
            select(Model).where(Model.parent_id == one.id, Model.deleted_utc == went).order_by(Model.id)
        )


def _give_way(work: UnitOfWork, model: Model) -> None:
    """Leave the default mark and the virtual user to a model that has got them meanwhile."""
    if model.is_default and _exists(work.session, select(Model.id).where(Model.is_default)):
        model.is_default = False
    if model.virtual_user_id is not None and _exists(
        work.session, select(Model.id).where(Model.virtual_user_id == model.virtual_user_id)
    ):
        model.virtual_user_id = None


def _exists(session: Session, models: Select[UUID]) -> bool:
    return session.scalar(models.where(Model.deleted_utc.is_(None)).limit(1)) is not None


def _take_out(row: BinnableRow) -> None:
    row.deleted_utc = None
    row.deleted_by = None


def _below_the_bin(model: Model) -> UserError:
    return UserError(
        f"It belongs to “{text_in(model.name, 'en')}”, which lies in the bin itself.",
        safe="Nothing was changed.",
        advice="Restore that model first.",
    )


def _summary(rows: Sequence[BinnableRow]) -> str:
    if len(rows) > 1:
        return counted(len(rows), "thing")
    (row,) = rows
    if isinstance(row, Model | Provider):
        return f"“{text_in(row.name, 'en')}”"
    if isinstance(row, ModelQA):
        return "a Q&A"
    if isinstance(row, TrainingConversation):
        return "a training conversation"
    if isinstance(row, GoldenSet):
        return f"golden answers “{row.name}”"
    if isinstance(row, Budget):
        return "a budget"
    return "a chat" if isinstance(row, AssistantConversation) else f"“{row.login}”"


# --- what is in it ------------------------------------------------------------------------------------------------


def _models(session: Session, names: dict[UUID, str], limit: int) -> Iterable[BinItem]:
    parent = aliased(Model)
    found = session.execute(
        _newest(select(Model.id, Model.parent_id, Model.deleted_utc, User.name), Model, limit)
        .outerjoin(parent, parent.id == Model.parent_id)
        .where(func.coalesce(parent.deleted_utc != Model.deleted_utc, True))
    )
    for model_id, parent_id, deleted_utc, by in found:
        yield BinItem(Entity.MODEL, model_id, names[model_id], names.get(parent_id, ""), deleted_utc, by or "")


def _qas(session: Session, names: dict[UUID, str], limit: int) -> Iterable[BinItem]:
    question = func.substr(ModelQA.question, 1, _TITLE_CHARACTERS)
    found = session.execute(
        _newest(select(ModelQA.id, question, ModelQA.model_id, ModelQA.deleted_utc, User.name), ModelQA, limit)
    )
    for qa_id, title, model_id, deleted_utc, by in found:
        yield BinItem(Entity.QA, qa_id, title, names.get(model_id, ""), deleted_utc, by or "")


def _conversations(session: Session, names: dict[UUID, str], limit: int) -> Iterable[BinItem]:
    message = aliased(TrainingConversationMessage)
    first_question = (
        select(func.substr(message.contents, 1, _TITLE_CHARACTERS))
        .where(
            message.conversation_id == TrainingConversation.id,
            message.participant_role == ParticipantRole.USER,
            message.deleted_utc.is_(None),
        )
        .order_by(message.message_no)
        .limit(1)
        .scalar_subquery()
    )
    columns = (TrainingConversation.id, first_question, TrainingConversation.model_id, TrainingConversation.deleted_utc)
    found = session.execute(_newest(select(*columns, User.name), TrainingConversation, limit))
    for row_id, title, model_id, deleted_utc, by in found:
        yield BinItem(Entity.CONVERSATION, row_id, title or "", names.get(model_id, ""), deleted_utc, by or "")


def _golden_sets(session: Session, names: dict[UUID, str], limit: int) -> Iterable[BinItem]:
    columns = (GoldenSet.id, GoldenSet.name, GoldenSet.model_id, GoldenSet.deleted_utc)
    found = session.execute(_newest(select(*columns, User.name), GoldenSet, limit))
    for row_id, name, model_id, deleted_utc, by in found:
        yield BinItem(Entity.GOLDEN_SET, row_id, name, names.get(model_id, ""), deleted_utc, by or "")


def _budgets(session: Session, names: dict[UUID, str], limit: int) -> Iterable[BinItem]:
    people = {
        user_id: name or login for user_id, name, login in session.execute(select(User.id, User.name, User.login))
    }
    columns = (Budget.id, Budget.subject_id, Budget.limit_micros, Budget.currency, Budget.deleted_utc)
    found = session.execute(_newest(select(*columns, User.name), Budget, limit))
    for row_id, subject_id, limit_micros, currency, deleted_utc, by in found:
        whose = names.get(subject_id) or people.get(subject_id, "") if subject_id is not None else "The company"
        title = f"{whose}: {in_words(limit_micros, currency)} a month"
        yield BinItem(Entity.BUDGET, row_id, title, names.get(subject_id, ""), deleted_utc, by or "")


def _chats(session: Session, names: dict[UUID, str], user_id: UserId, limit: int) -> Iterable[BinItem]:
    chat = AssistantConversation
    found = session.execute(
        _newest(select(chat.id, chat.title, chat.model_id, chat.deleted_utc, User.name), chat, limit).where(
            chat.user_id == user_id
        )
    )
    for row_id, title, model_id, deleted_utc, by in found:
        yield BinItem(Entity.CHAT, row_id, title, names.get(model_id, ""), deleted_utc, by or "")


def _others(session: Session, language: str, limit: int) -> Iterable[BinItem]:
    for row_id, name, deleted_utc, by in session.execute(
        _newest(select(Provider.id, Provider.name, Provider.deleted_utc, User.name), Provider, limit)
    ):
        yield BinItem(Entity.PROVIDER, row_id, text_in(name, language), "", deleted_utc, by or "")
    person = aliased(User)
    for row_id, login, deleted_utc, by in session.execute(
        select(person.id, person.login, person.deleted_utc, User.name)
        .outerjoin(User, User.id == person.deleted_by)
        .where(person.deleted_utc.is_not(None))
        .order_by(person.deleted_utc.desc())
        .limit(limit)
    ):
        yield BinItem(Entity.USER, row_id, login, "", cast("datetime", deleted_utc), by or "")


def _newest(statement: Select[*tuple[Any, ...]], kind: type[BinnableRow], limit: int) -> Select[*tuple[Any, ...]]:
    return (
        statement.select_from(kind)
        .outerjoin(User, User.id == kind.deleted_by)
        .where(kind.deleted_utc.is_not(None))
        .order_by(kind.deleted_utc.desc())
        .limit(limit)
    )
