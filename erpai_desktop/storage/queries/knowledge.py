"""The curated rows of a lineage as the rules read them: needed columns only, never mapped objects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from erpai_desktop.models.curated import ConversationRow, MessageRow, QaRow
from erpai_desktop.models.entities import Change, ModelQA, TrainingConversation, TrainingConversationMessage
from erpai_desktop.models.enums import QaType
from erpai_desktop.models.ids import ModelId


def revision(session: Session) -> int:
    """The newest `Change.seq` of this snapshot."""
    return session.scalar(select(func.max(Change.seq))) or 0


def qa_rows(session: Session, model_ids: Collection[ModelId]) -> list[QaRow]:
    """Active live Q&As of these models, training rows first."""
    common = (
        ModelQA.id,
        ModelQA.model_id,
        ModelQA.section,
        ModelQA.question,
        ModelQA.answer,
        ModelQA.updated_utc,
    )
    where = (ModelQA.model_id.in_(model_ids), ModelQA.deleted_utc.is_(None), ModelQA.is_active)
    # Only validation rows carry terms: without their JSON, a hundred thousand training rows are read much faster.
    taught = session.execute(select(*common).where(*where, ModelQA.qa_type == QaType.TRAINING)).all()
    rows = [
        QaRow._make((id_, model_id, section, question, answer, True, QaType.TRAINING, updated, False, (), ()))
        for id_, model_id, section, question, answer, updated in taught
    ]
    tests = session.execute(
        select(*common, ModelQA.expects_refusal, ModelQA.required_terms, ModelQA.forbidden_terms).where(
            *where, ModelQA.qa_type == QaType.VALIDATION
        )
    ).all()
    rows += [
        QaRow._make(
            (
                id_,
                model_id,
                section,
                question,
                answer,
                True,
                QaType.VALIDATION,
                updated,
                refusal,
                tuple(required),
                tuple(forbidden),
            )
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
