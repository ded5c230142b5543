"""Train AI: messages ticked in a chat become a training conversation."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.changes import Changes
from erpai_desktop.errors import InvalidInputError, NotFoundError, Problem
from erpai_desktop.models.entities import AssistantConversation, AssistantConversationMessage, Model
from erpai_desktop.models.enums import MessageState, Origin, Role
from erpai_desktop.models.ids import ChatId, ChatMessageId, ModelId, UserId
from erpai_desktop.models.multilang import FALLBACK_LANGUAGE, text_in
from erpai_desktop.models.snapshots.conversations import MessageDraft, TrainAiPreview
from erpai_desktop.services import conversations
from erpai_desktop.services.live_rows import chunks
from erpai_desktop.services.train_ai_proposal import ChatTurn, propose, teaches
from erpai_desktop.storage.unit_of_work import UnitOfWork


def preview(
    session: Session,
    message_ids: Sequence[ChatMessageId],
    reader: UserId,
    language: str = FALLBACK_LANGUAGE,
) -> TrainAiPreview:
    """The conversation that the ticked messages would make, in the order of the chat; see `train_ai_proposal`.

    Raises InvalidInputError for messages of several chats or none, NotFoundError for messages that are not the
    reader's own.
    """
    ticked: set[UUID] = set(message_ids)
    if not ticked:
        raise InvalidInputError("No messages are selected.", advice="Tick the messages that the model should learn.")
    message = AssistantConversationMessage
    chat_ids = {
        ChatId(chat_id)
        for part in chunks(list(ticked))
        for chat_id in session.scalars(
            select(message.conversation_id).where(message.id.in_(part), message.user_id == reader).distinct()
        )
    }
    if len(chat_ids) > 1:
        raise InvalidInputError("The selected messages belong to several chats.", advice="Select messages of one chat.")
    model_id, names, messages = _chat(session, next(iter(chat_ids), None), reader)
    if not ticked <= {row.id for row in messages}:
        raise NotFoundError("Some of these messages do not exist any more.")
    drafts, hint = propose(
        [
            ChatTurn(row.role, row.contents, ticked=row.id in ticked, failed=row.state is MessageState.FAILED)
            for row in messages
        ]
    )
    return TrainAiPreview(model_id, text_in(names, language), drafts, hint)


def from_chat(work: UnitOfWork, *, model_id: ModelId, messages: Sequence[MessageDraft], chat_id: ChatId) -> Changes:
    """Store a training conversation made of a chat, as the preview showed it and the person edited it.

    It is approved, comes from the chat, and names it. Raises InvalidInputError with every problem, also when no
    question in it is answered; NotFoundError for a model or an own chat that is gone; NotPermittedError.
    """
    work.require(Role.TRAINER, "train a model")
    _chat(work.session, chat_id, work.actor.user_id)
    if not teaches(messages):
        raise InvalidInputError(
            "This conversation teaches nothing yet.",
            problems=[Problem("a user's question and the assistant's answer after it are needed", "messages")],
        )
    return conversations.add_conversation(
        work, model_id=model_id, messages=messages, origin=Origin.CHAT, origin_object=str(chat_id), label="Train AI"
    )


def _chat(
    session: Session, chat_id: ChatId | None, reader: UserId
) -> tuple[ModelId, dict[str, str], Sequence[AssistantConversationMessage]]:
    """The model of a person's own chat, its names, and the messages in order. Raises NotFoundError."""
    chat = session.execute(
        select(AssistantConversation.model_id, Model.name)
        .join(Model, Model.id == AssistantConversation.model_id)
        .where(
            AssistantConversation.id == chat_id,
            AssistantConversation.user_id == reader,
            AssistantConversation.deleted_utc.is_(None),
        )
    ).one_or_none()
    if chat is None:
        raise NotFoundError("This chat does not exist any more.", safe="Nothing was changed.")
    message = AssistantConversationMessage
    messages = session.scalars(
        select(message).where(message.conversation_id == chat_id).order_by(message.message_time_utc, message.id)
    ).all()
    model_id, names = chat
    return ModelId(model_id), names, messages
