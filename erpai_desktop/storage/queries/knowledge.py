"""The curated rows of a lineage as the rules read them: needed columns only, never mapped objects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from erpai_desktop.models.curated import ConversationRow, MessageRow, QaRow
from erpai_desktop.models.entities import Change, ModelQA, TrainingConversation, TrainingConversationMessage
from erpai_desktop.models.enums import QaType
from erpai_desktop.models.ids import ModelId, QaId


def revision(session: Session) -> int:
    """The newest `Change.seq` of this snapshot."""
    return session.scalar(select(func.max(Change.seq))) or 0


def qa_rows(session: Session, model_ids: Collection[ModelId]) -> list[QaRow]:
    """Active live Q&As of these models, training rows first.

    Ids and times come as the driver gives them and are made into Python's here: a hundred thousand rows are read in
    half the time that the columns' own types take.
    """
    columns = (
        type_coerce(ModelQA.id, _Raw),
        type_coerce(ModelQA.model_id, _Raw),
        ModelQA.section,
        ModelQA.question,
        ModelQA.answer,
        type_coerce(ModelQA.updated_utc, _Raw),
    )
    where = (ModelQA.model_id.in_(model_ids), ModelQA.deleted_utc.is_(None), ModelQA.is_active)
    models: dict[object, ModelId] = {}
    times: dict[object, datetime] = {}

    def model(raw: object) -> ModelId:
        return models.get(raw) or models.setdefault(raw, ModelId(_uuid(raw)))

    def time(raw: object) -> datetime:
        # The rows of an import have one time.
        return times.get(raw) or times.setdefault(raw, _utc(raw))

    # Only validation rows carry terms: without their JSON, a hundred thousand training rows are read much faster.
    taught = session.execute(select(*columns).where(*where, ModelQA.qa_type == QaType.TRAINING)).all()
    rows = [
        QaRow(QaId(_uuid(id_)), model(model_id), section, question, answer, True, QaType.TRAINING, time(updated))
        for id_, model_id, section, question, answer, updated in taught
    ]
    tests = session.execute(
        select(*columns, ModelQA.expects_refusal, ModelQA.required_terms, ModelQA.forbidden_terms).where(
            *where, ModelQA.qa_type == QaType.VALIDATION
        )
    ).all()
    rows += [
        QaRow(
            QaId(_uuid(id_)),
            model(model_id),
            section,
            question,
            answer,
            True,
            QaType.VALIDATION,
            time(updated),
            refusal,
            tuple(required),
            tuple(forbidden),
        )
        for id_, model_id, section, question, answer, updated, refusal, required, forbidden in tests
    ]
    return rows


def conversation_rows(session: Session, model_ids: Collection[ModelId]) -> list[ConversationRow]:
    """Live training conversations of these models with their live messages in order."""
    mine = (TrainingConversation.model_id.in_(model_ids), TrainingConversation.deleted_utc.is_(None))
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


def _uuid(raw: object) -> UUID:
    # From a number: UUID(hex) would look for braces and hyphens in each.
    return raw if isinstance(raw, UUID) else UUID(int=int(str(raw), 16))


def _utc(raw: object) -> datetime:
    moment = raw if isinstance(raw, datetime) else datetime.fromisoformat(str(raw))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
