"""Lists of training conversations, with their titles and sizes, in one statement."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from erpai_desktop.models.entities import Model, TrainingConversation, TrainingConversationMessage
from erpai_desktop.models.enums import ParticipantRole, ReviewState
from erpai_desktop.models.ids import ModelId, TrainingConversationId
from erpai_desktop.models.snapshots.conversations import ConversationLine
from erpai_desktop.storage.queries.like import contains_any_case

TITLE_CHARACTERS = 200


class FoundConversation(NamedTuple):
    """A line of a list, and the model it belongs to, with that model's names by language."""

    model_id: UUID
    model_names: dict[str, str]
    line: ConversationLine


def find_conversations(
    session: Session,
    *,
    model_id: ModelId | None = None,
    text: str = "",
    review_state: ReviewState | None = None,
) -> list[FoundConversation]:
    """Live conversations of live models, the latest updated first; `text` is looked for in messages and notes."""
    conversation, message = TrainingConversation, TrainingConversationMessage
    of_it = (message.conversation_id == conversation.id, message.deleted_utc.is_(None))
    size = select(func.count()).select_from(message).where(*of_it).correlate(conversation).scalar_subquery()
    title = (
        select(func.substr(message.contents, 1, TITLE_CHARACTERS))
        .where(*of_it, message.participant_role == ParticipantRole.USER)
        .order_by(message.message_no, message.id)
        .limit(1)
        .correlate(conversation)
        .scalar_subquery()
    )
    statement = (
        select(
            Model.id,
            Model.name,
            conversation.id,
            conversation.object_version,
            func.coalesce(title, ""),
            conversation.origin,
            conversation.review_state,
            size,
            conversation.last_update_time_utc,
        )
        .join(Model, Model.id == conversation.model_id)
        .where(conversation.deleted_utc.is_(None), Model.deleted_utc.is_(None))
        .order_by(conversation.last_update_time_utc.desc(), conversation.id.desc())
    )
    if model_id is not None:
        statement = statement.where(conversation.model_id == model_id)
    if review_state is not None:
        statement = statement.where(conversation.review_state == review_state)
    for word in text.split():
        holds = select(message.id).where(*of_it, contains_any_case(message.contents, word)).correlate(conversation)
        statement = statement.where(or_(holds.exists(), contains_any_case(conversation.notes, word)))
    return [
        FoundConversation(
            owner,
            names,
            ConversationLine(
                id=TrainingConversationId(found),
                object_version=version,
                title=" ".join(first.split()),
                origin=origin,
                review_state=state,
                message_count=count or 0,
                last_update_time_utc=updated,
            ),
        )
        for owner, names, found, version, first, origin, state, count, updated in session.execute(statement)
    ]
