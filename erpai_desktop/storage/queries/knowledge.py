"""The curated rows of a lineage as the rules read them: needed columns only, never mapped objects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, SafeUUID

from sqlalchemy import ColumnElement, Select, func, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from erpai_desktop.models.curated import ConversationRow, MessageRow, QaRow
from erpai_desktop.models.entities import Change, ModelQA, TrainingConversation, TrainingConversationMessage
from erpai_desktop.models.enums import QaType, ReviewState
from erpai_desktop.models.ids import ModelId, QaId
from erpai_desktop.storage.queries.edits import chunks

_AT_ONCE = 2_000


def revision(session: Session) -> int:
    """The newest `Change.seq` of this snapshot."""
    return session.scalar(select(func.max(Change.seq))) or 0


def training_rows(session: Session, model_ids: Collection[ModelId]) -> Iterator[QaRow]:
    """Active live training Q&As of these models, as they come: to be gone through within the session.

    Ids and times come as the driver gives them, in its own rows, and are made into Python's here: a hundred thousand
    rows are read in a third of the time that the columns' own types take, and are never held twice.
    """
    made = _Made()
    sections: dict[str, str] = {}
    training = QaType.TRAINING
    # Only validation rows carry terms: without their JSON, a hundred thousand training rows are read much faster.
    query = select(*_COLUMNS).where(*_used(model_ids), ModelQA.qa_type == training)
    for id_, model_id, section, question, answer, updated in _driver_rows(session, query):
        one_text = sections.setdefault(section, section)
        yield QaRow(
            QaId(_uuid(id_)), made.model(model_id), one_text, question, answer, True, training, made.time(updated)
        )


def validation_rows(session: Session, model_ids: Collection[ModelId]) -> list[QaRow]:
    """Active live validation rows of these models."""
    return _whole_rows(session, *_used(model_ids), ModelQA.qa_type == QaType.VALIDATION)


def some_qa_rows(session: Session, model_ids: Collection[ModelId], ids: Collection[UUID]) -> list[QaRow]:
    """Those of some Q&As that are active live ones of these models, of either type."""
    return [row for some in chunks(ids) for row in _whole_rows(session, *_used(model_ids), ModelQA.id.in_(some))]


def _whole_rows(session: Session, *where: ColumnElement[bool]) -> list[QaRow]:
    made = _Made()
    found = session.execute(
        select(
            *_COLUMNS, ModelQA.qa_type, ModelQA.expects_refusal, ModelQA.required_terms, ModelQA.forbidden_terms
        ).where(*where)
    ).all()
    return [
        QaRow(
            QaId(_uuid(id_)),
            made.model(model_id),
            section,
            question,
            answer,
            True,
            kind,
            made.time(updated),
            refusal,
            tuple(required),
            tuple(forbidden),
        )
        for id_, model_id, section, question, answer, updated, kind, refusal, required, forbidden in found
    ]


def conversation_rows(session: Session, model_ids: Collection[ModelId]) -> list[ConversationRow]:
    """Live training conversations of these models with their live messages in order."""
    return _conversations(session, *_live(model_ids))


def some_conversation_rows(
    session: Session, model_ids: Collection[ModelId], ids: Collection[UUID]
) -> list[ConversationRow]:
    """Those of some conversations that are live ones of these models."""
    return [
        row
        for some in chunks(ids)
        for row in _conversations(session, *_live(model_ids), TrainingConversation.id.in_(some))
    ]


def not_approved(session: Session, model_ids: Collection[ModelId]) -> int:
    """How many of these models' live conversations wait for a review or were rejected."""
    waiting = TrainingConversation.review_state != ReviewState.APPROVED
    return session.scalar(select(func.count()).where(*_live(model_ids), waiting)) or 0


def _conversations(session: Session, *mine: ColumnElement[bool]) -> list[ConversationRow]:
    messages: dict[UUID, list[MessageRow]] = defaultdict(list)
    for conversation_id, role, name, contents, number in session.execute(
        select(
            TrainingConversationMessage.conversation_id,
            TrainingConversationMessage.participant_role,
            TrainingConversationMessage.participant_name,
            TrainingConversationMessage.contents,
            TrainingConversationMessage.message_no,
        )
        .join(TrainingConversation, TrainingConversation.id == TrainingConversationMessage.conversation_id)
        .where(*mine, TrainingConversationMessage.deleted_utc.is_(None))
        .order_by(TrainingConversationMessage.conversation_id, TrainingConversationMessage.message_no)
    ):
        messages[conversation_id].append(MessageRow(role, name, contents, number))
    return [
        ConversationRow._make((id_, model_id, state, updated, tuple(messages.get(id_, ()))))
        for id_, model_id, state, updated in session.execute(
            select(
                TrainingConversation.id,
                TrainingConversation.model_id,
                TrainingConversation.review_state,
                TrainingConversation.last_update_time_utc,
            ).where(*mine)
        )
    ]


class _Raw(NullType):
    """A column as the driver reads it: text on SQLite, the real thing on PostgreSQL."""

    cache_ok = True


def _driver_rows(session: Session, query: Select[Any, Any, Any, Any, Any, Any]) -> Iterator[tuple[Any, ...]]:
    """The driver's own rows, for columns that both drivers read as they are wanted."""
    with session.connection().execute(query) as result:
        cursor = result.cursor
        assert cursor is not None, "a select has one"
        while rows := cursor.fetchmany(_AT_ONCE):
            yield from rows


def _uuid(raw: object) -> UUID:
    if isinstance(raw, UUID):
        return raw
    # What UUID(int=…) does after it has looked for everything else it could have been given: a third of its time.
    made = object.__new__(UUID)
    object.__setattr__(made, "int", int(str(raw), 16))
    object.__setattr__(made, "is_safe", SafeUUID.unknown)
    return made


def _utc(raw: object) -> datetime:
    moment = raw if isinstance(raw, datetime) else datetime.fromisoformat(str(raw))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class _Made:
    """Models and times by how the driver gave them: the rows of an import have one of each."""

    def __init__(self) -> None:
        self._models: dict[object, ModelId] = {}
        self._times: dict[object, datetime] = {}

    def model(self, raw: object) -> ModelId:
        return self._models.get(raw) or self._models.setdefault(raw, ModelId(_uuid(raw)))

    def time(self, raw: object) -> datetime:
        return self._times.get(raw) or self._times.setdefault(raw, _utc(raw))


def _used(model_ids: Collection[ModelId]) -> tuple[ColumnElement[bool], ...]:
    return (ModelQA.model_id.in_(model_ids), ModelQA.deleted_utc.is_(None), ModelQA.is_active.is_(True))


def _live(model_ids: Collection[ModelId]) -> tuple[ColumnElement[bool], ...]:
    return (TrainingConversation.model_id.in_(model_ids), TrainingConversation.deleted_utc.is_(None))


_COLUMNS = (
    type_coerce(ModelQA.id, _Raw),
    type_coerce(ModelQA.model_id, _Raw),
    ModelQA.section,
    ModelQA.question,
    ModelQA.answer,
    type_coerce(ModelQA.updated_utc, _Raw),
)
