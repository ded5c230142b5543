"""The writes of the conversation editor, each with what it leaves behind; they run in the writer's transaction."""

from __future__ import annotations

from typing import Any

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.models.ids import ModelId, TrainingConversationId, TrainingMessageId
from erpai_desktop.models.snapshots.conversations import ConversationDetails, MessageDraft, TrainingMessage
from erpai_desktop.views.qas.saving import Fields
from erpai_desktop.workers.intentions import conversations, conversations_reading


def update_message(
    work: Any,
    *,
    conversation_id: TrainingConversationId,
    message_id: TrainingMessageId,
    version: int | None,
    fields: Fields,
    kept: list[TrainingMessage],
) -> Changes:
    """Save a message, and keep it as it is then."""
    changes: Changes = conversations.update_message(work, message_id=message_id, object_version=version, **fields)
    kept.append(_message(work, conversation_id, message_id))
    return changes


def update_conversation(
    work: Any,
    *,
    conversation_id: TrainingConversationId,
    version: int | None,
    fields: Fields,
    kept: list[ConversationDetails],
) -> Changes:
    """Save a conversation's own fields, and keep it as it is then."""
    changes: Changes = conversations.update_conversation(
        work, conversation_id=conversation_id, object_version=version, **fields
    )
    kept.append(conversations_reading.conversation_details(work.session, conversation_id))
    return changes


def add_message(
    work: Any, *, conversation_id: TrainingConversationId, draft: MessageDraft, kept: list[TrainingMessage]
) -> Changes:
    """Add a message at the end, and keep it as it is then."""
    changes: Changes = conversations.add_message(
        work,
        conversation_id=conversation_id,
        role=draft.role,
        contents=draft.contents,
        participant_name=draft.participant_name,
    )
    kept.append(_message(work, conversation_id, TrainingMessageId(changes.new(Entity.MESSAGE))))
    return changes


def add_conversation(work: Any, *, model_id: ModelId, draft: MessageDraft, kept: list[ConversationDetails]) -> Changes:
    """Add a conversation with its first message, and keep it as it is then."""
    changes: Changes = conversations.add_conversation(work, model_id=model_id, messages=[draft])
    conversation_id = TrainingConversationId(changes.new(Entity.CONVERSATION))
    kept.append(conversations_reading.conversation_details(work.session, conversation_id))
    return changes


def _message(work: Any, conversation_id: TrainingConversationId, message_id: TrainingMessageId) -> TrainingMessage:
    details: ConversationDetails = conversations_reading.conversation_details(work.session, conversation_id)
    return next(message for message in details.messages if message.id == message_id)
