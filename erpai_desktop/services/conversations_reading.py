"""Training conversations read for the list, the editor and the review."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.models.entities import TrainingConversation, TrainingConversationMessage, User
from erpai_desktop.models.enums import ReviewState
from erpai_desktop.models.ids import ModelId, TrainingConversationId, TrainingMessageId
from erpai_desktop.models.multilang import FALLBACK_LANGUAGE, text_in
from erpai_desktop.models.snapshots.conversations import ConversationDetails, ConversationLine, TrainingMessage
from erpai_desktop.services.live_rows import live_row
from erpai_desktop.storage.queries.conversations import find_conversations


def conversations_of(
    session: Session, model_id: ModelId, text: str = "", review_state: ReviewState | None = None
) -> tuple[ConversationLine, ...]:
    """A model's own conversations, the latest updated first.

    Every word of `text` must occur in a message or in the notes, whatever the case.
    """
    found = find_conversations(session, model_id=model_id, text=text, review_state=review_state)
    return tuple(conversation.line for conversation in found)


def conversation_details(session: Session, conversation_id: TrainingConversationId) -> ConversationDetails:
    """A whole conversation, its messages in order. Raises NotFoundError, also for one in the bin."""
    conversation = live_row(session, TrainingConversation, conversation_id)
    reviewer = session.get(User, conversation.reviewer_id) if conversation.reviewer_id is not None else None
    messages = session.scalars(
        select(TrainingConversationMessage)
        .where(
            TrainingConversationMessage.conversation_id == conversation_id,
            TrainingConversationMessage.deleted_utc.is_(None),
        )
        .order_by(TrainingConversationMessage.message_no, TrainingConversationMessage.id)
    )
    return ConversationDetails(
        id=conversation_id,
        object_version=conversation.object_version,
        model_id=ModelId(conversation.model_id),
        origin=conversation.origin,
        origin_object=conversation.origin_object,
        review_state=conversation.review_state,
        reviewer=(reviewer.name or reviewer.login) if reviewer is not None else "",
        notes=conversation.notes,
        creation_time_utc=conversation.creation_time_utc,
        last_update_time_utc=conversation.last_update_time_utc,
        messages=tuple(
            TrainingMessage(
                id=TrainingMessageId(message.id),
                object_version=message.object_version,
                message_no=message.message_no,
                role=message.participant_role,
                participant_name=message.participant_name or "",
                contents=message.contents,
                message_time_utc=message.message_time_utc,
            )
            for message in messages
        ),
    )


def waiting_for_review(
    session: Session, language: str = FALLBACK_LANGUAGE
) -> tuple[tuple[ModelId, str, ConversationLine], ...]:
    """The pending conversations of all models, each with its model's id and name, the latest updated first."""
    return tuple(
        (ModelId(found.model_id), text_in(found.model_names, language), found.line)
        for found in find_conversations(session, review_state=ReviewState.PENDING)
    )
