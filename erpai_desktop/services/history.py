"""Undo and redo from the recorded history, and what a person did last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum as PythonEnum
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Enum, Uuid, and_, case, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import NotFoundError, UserError
from erpai_desktop.models.entities import (
    AssistantConversation,
    Budget,
    Change,
    GoldenSet,
    Model,
    ModelQA,
    Provider,
    TrainingConversation,
    TrainingConversationMessage,
    User,
)
from erpai_desktop.models.entities.base import UtcDateTime
from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import ActionId, UserId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services.checks import counted
from erpai_desktop.storage.bulk_qas import QaRange
from erpai_desktop.storage.queries.budgets import has_rival
from erpai_desktop.storage.queries.providers import names_of_users
from erpai_desktop.storage.unit_of_work import UnitOfWork

BinnableRow = (
    Model
    | ModelQA
    | Provider
    | TrainingConversation
    | TrainingConversationMessage
    | User
    | AssistantConversation
    | GoldenSet
    | Budget
)

_KINDS: dict[Entity, type[BinnableRow]] = {
    Entity.MODEL: Model,
    Entity.QA: ModelQA,
    Entity.PROVIDER: Provider,
    Entity.CONVERSATION: TrainingConversation,
    Entity.MESSAGE: TrainingConversationMessage,
    Entity.USER: User,
    Entity.CHAT: AssistantConversation,
    Entity.GOLDEN_SET: GoldenSet,
    Entity.BUDGET: Budget,
}
"""What can be put back: rows that go to the bin rather than away."""

_OF_ADMINISTRATORS = {Entity.MODEL, Entity.PROVIDER, Entity.USER, Entity.BUDGET}

_UNDO, _REDO = "Undo: ", "Redo: "


@dataclass(frozen=True, slots=True)
class RecentAction:
    """One action of the history. `is_undone` says that it is taken back now, `is_undo` that it took another back."""

    action_id: ActionId
    label: str
    time_utc: datetime
    row_count: int
    is_undo: bool
    is_undone: bool
    undoes: ActionId | None = None


def undo(work: UnitOfWork, *, action_id: ActionId) -> Changes:
    """Take an action back: every row it touched becomes what it was before. Undoing an undo is a redo.

    All of it or nothing: raises UserError when a row has moved on since, or was taken away for good; NotFoundError
    for an action without a recorded change; NotPermittedError when the action is beyond the person's role.
    """
    changes = work.session.scalars(
        select(Change).where(Change.action_id == action_id).order_by(Change.seq.desc())
    ).all()
    if not changes:
        raise NotFoundError("There is nothing to undo.", safe="Nothing was changed.")
    entities = {Entity(change.entity) for change in changes}
    if entities & _OF_ADMINISTRATORS:
        work.require(Role.ADMINISTRATOR, "undo this")
    elif entities != {Entity.CHAT}:
        work.require(Role.TRAINER, "undo this")
    if not _stands(action_id, _undoings(work.session)):
        raise UserError("This was undone already.", safe="Nothing was changed.")
    work.recorder.undoes = action_id
    undoing = _Undoing(work)
    try:
        for change in changes:
            undoing.take_back(change)
            # One at a time, in the opposite order: a default mark must leave one model before another takes it.
            work.session.flush()
    except IntegrityError as error:
        raise _moved_on("something that was done later stands in its way") from error
    undoing.check_tree()
    undoing.touch_conversations()
    label = changes[0].label
    doing = _REDO if label.startswith(_UNDO) else _UNDO
    return work.finish(doing + label.removeprefix(_UNDO).removeprefix(_REDO))


def recent_actions(session: Session, *, user_id: UserId, limit: int = 50) -> tuple[RecentAction, ...]:
    """What a user did last and could take back, newest first: no compilations, nothing that is gone for good."""
    for_good = and_(Change.batch.is_not(None), Change.after.is_(None))
    rows = session.execute(
        select(
            Change.action_id,
            func.max(Change.label),
            func.max(Change.time_utc, type_=UtcDateTime()),
            func.sum(Change.row_count),
            Change.undoes,
        )
        .where(Change.user_id == user_id, or_(Change.before.is_not(None), Change.after.is_not(None)))
        .group_by(Change.action_id, Change.undoes)
        .having(func.sum(case((or_(Change.entity == Entity.COMPILATION, for_good), 1), else_=0)) == 0)
        .order_by(func.max(Change.seq).desc())
        .limit(limit)
    ).all()
    undoings = _undoings(session)

    def is_undo(undoes: UUID | None) -> bool:
        # The undo of an undo is a redo, and so on.
        return undoes is not None and not is_undo(undoings.get(undoes))

    return tuple(
        RecentAction(
            ActionId(action_id),
            label,
            time_utc,
            count,
            is_undo=is_undo(undoes),
            is_undone=not _stands(action_id, undoings),
            undoes=ActionId(undoes) if undoes else None,
        )
        for action_id, label, time_utc, count, undoes in rows
    )


def undo_and_redo(actions: Sequence[RecentAction]) -> tuple[RecentAction | None, RecentAction | None]:
    """Of a user's recent actions, what Undo would take back now, and what Redo would (an undo that stands).

    Redo is offered until something new is done.
    """
    to_undo = next((action for action in actions if action.undoes is None and not action.is_undone), None)
    for action in actions:
        if action.undoes is None:
            # An action that is taken back was done before its undo; one that stands was done after it, and ends redo.
            if not action.is_undone:
                break
        elif action.is_undo and not action.is_undone:
            return to_undo, action
    return to_undo, None


def _undoings(session: Session) -> dict[UUID, UUID]:
    """Every action that took another one back, with that other one; the oldest first."""
    rows = session.execute(
        select(Change.action_id, Change.undoes)
        .where(Change.undoes.is_not(None))
        .group_by(Change.action_id, Change.undoes)
        .order_by(func.min(Change.seq))
    )
    return {action_id: undoes for action_id, undoes in rows if undoes is not None}


def _stands(action_id: UUID, undoings: dict[UUID, UUID]) -> bool:
    """Whether an action is in effect: not taken back since its last redo."""
    newest = next((undoing for undoing in reversed(undoings) if undoings[undoing] == action_id), None)
    return newest is None or not _stands(newest, undoings)


class _Undoing:
    """Takes back one change after another, remembering what must be looked at in the end."""

    def __init__(self, work: UnitOfWork) -> None:
        self._work = work
        self._models: set[UUID] = set()
        self._conversations: set[UUID] = set()

    def take_back(self, change: Change) -> None:
        entity = Entity(change.entity)
        if change.batch is not None:
            self._take_back_batch(change, entity)
            return
        if change.before is None and change.after is None:
            # A model whose aggregated knowledge changed with another row: that row's own change says how.
            return
        kind = _KINDS.get(entity)
        if kind is None:
            raise UserError(
                "A compilation is not undone: activate another version instead.", safe="Nothing was changed."
            )
        row = cast("BinnableRow | None", self._work.session.get(kind, change.row_id))
        if isinstance(row, AssistantConversation) and row.user_id != self._work.actor.user_id:
            raise NotFoundError("There is nothing to undo.", safe="Nothing was changed.")
        if row is None or change.after is None:
            raise _moved_on("it was removed for good")
        self._remember(row)
        if change.before is None:
            self._bin(row)
        else:
            self._restore_fields(row, change.before, change.after)
            if isinstance(row, Budget) and row.deleted_utc is None and has_rival(self._work.session, row):
                raise _moved_on("another budget has taken its place")

    def check_tree(self) -> None:
        """No model may hang on one in the bin, or on itself."""
        for model_id in self._models:
            model = self._work.session.get_one(Model, model_id)
            if model.deleted_utc is not None:
                children = select(func.count()).where(Model.parent_id == model_id, Model.deleted_utc.is_(None))
                if self._work.session.scalar(children):
                    raise _moved_on("other models stand below it now")
                continue
            seen = {model_id}
            while model.parent_id is not None:
                model = self._work.session.get_one(Model, model.parent_id)
                if model.deleted_utc is not None:
                    raise _moved_on("the model above it lies in the bin")
                if model.id in seen:
                    raise _moved_on("it would come to stand below itself")
                seen.add(model.id)

    def touch_conversations(self) -> None:
        """A conversation is as new as its newest edit, an undo included."""
        for conversation_id in self._conversations:
            self._work.session.get_one(TrainingConversation, conversation_id).last_update_time_utc = self._work.now

    def _remember(self, row: BinnableRow) -> None:
        if isinstance(row, Model):
            self._models.add(row.id)
        elif isinstance(row, TrainingConversationMessage):
            self._conversations.add(row.conversation_id)
        elif isinstance(row, TrainingConversation):
            self._conversations.add(row.id)

    def _bin(self, row: BinnableRow) -> None:
        """Take a creation back; whatever was edited since goes with it, and comes back with a redo."""
        if row.deleted_utc is not None:
            raise _moved_on("it lies in the bin already")
        if isinstance(row, Provider) and names_of_users(self._work.session, row.id):
            raise _moved_on("models use it")
        row.deleted_utc = self._work.now
        row.deleted_by = self._work.actor.user_id

    def _restore_fields(self, row: BinnableRow, before: dict[str, Any], after: dict[str, Any]) -> None:
        columns = type(row).__table__.c
        for field, was in before.items():
            if getattr(row, field) != _python(columns[field].type, after.get(field)):
                raise _moved_on("somebody has changed it again")
            setattr(row, field, _python(columns[field].type, was))

    def _take_back_batch(self, change: Change, entity: Entity) -> None:
        after = change.after or {}
        if entity is not Entity.QA or not {"first_seq", "last_seq"} <= after.keys():
            raise UserError(f"“{change.label}” cannot be undone.", safe="Nothing was changed.")
        created = datetime.fromisoformat(after["created_utc"]) if "created_utc" in after else change.time_utc
        place = QaRange(after["first_seq"], after["last_seq"], created)
        to_bin = not after.get("in_bin", False)
        as_left = ModelQA.deleted_utc.is_(None) if to_bin else ModelQA.deleted_utc == change.time_utc
        present = self._work.session.scalar(select(func.count()).select_from(ModelQA).where(place.condition(), as_left))
        if present != change.row_count:
            raise _moved_on(f"{counted(change.row_count - (present or 0), 'row')} of it went to the bin or away since")
        self._work.session.execute(
            update(ModelQA)
            .where(place.condition())
            .values(
                deleted_utc=self._work.now if to_bin else None,
                deleted_by=self._work.actor.user_id if to_bin else None,
                object_version=ModelQA.object_version + 1,
            )
            .execution_options(synchronize_session=False)
        )
        batch = new_id()
        self._work.recorder.batch(
            Entity.QA,
            batch=batch,
            row_count=change.row_count,
            model_id=change.model_id,
            before={"in_bin": not to_bin},
            after={
                "file": after.get("file", ""),
                "first_seq": place.first_seq,
                "last_seq": place.last_seq,
                "created_utc": created.isoformat(),
                "in_bin": to_bin,
            },
        )
        self._work.touched(Entity.QA, batch, owners=(change.model_id,) if change.model_id else ())


def _python(kind: Any, value: Any) -> Any:
    """The value of a column from the history's JSON."""
    if value is None:
        return None
    if isinstance(kind, Uuid):
        return UUID(value)
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, Enum) and kind.enum_class is not None:
        members: type[PythonEnum] = kind.enum_class
        return members(value)
    return value


def _moved_on(why: str) -> UserError:
    return UserError(
        f"This cannot be undone any more: {why}.", safe="Nothing was changed.", advice="Change it back by hand."
    )
