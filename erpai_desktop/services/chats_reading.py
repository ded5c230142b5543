"""A person's own chats, read for the dock."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.ai.answerer import Turn
from erpai_desktop.errors import NotFoundError
from erpai_desktop.models.entities import AssistantConversation, AssistantConversationMessage, Compilation
from erpai_desktop.models.enums import MessageState
from erpai_desktop.models.ids import ChatId, ChatMessageId, ModelId, UserId
from erpai_desktop.models.multilang import FALLBACK_LANGUAGE
from erpai_desktop.models.snapshots.chats import ChatDetails, ChatLine, ChatMessage
from erpai_desktop.services.answer_rows import nearest_questions, source_links
from erpai_desktop.storage.queries.chats import find_chats


def chats(
    session: Session,
    user_id: UserId,
    model_id: ModelId | None = None,
    text: str = "",
    language: str = FALLBACK_LANGUAGE,
) -> tuple[ChatLine, ...]:
    """A person's chats, the latest first; every word of `text` must occur in the title or in a message."""
    return tuple(find_chats(session, user_id, model_id=model_id, text=text, language=language))


def chat_details(session: Session, user_id: UserId, chat_id: ChatId, language: str = FALLBACK_LANGUAGE) -> ChatDetails:
    """One chat with its messages in order. Raises NotFoundError for another person's chat too."""
    lines = find_chats(session, user_id, chat_id=chat_id, language=language)
    if not lines:
        raise NotFoundError("This chat does not exist any more.")
    message = AssistantConversationMessage
    found = session.execute(
        select(message, Compilation.number)
        .outerjoin(Compilation, Compilation.id == message.compilation_id)
        .where(message.conversation_id == chat_id, message.user_id == user_id)
        .order_by(message.message_time_utc, message.id)
    )
    return ChatDetails(
        line=lines[0],
        messages=tuple(
            ChatMessage(
                id=ChatMessageId(row.id),
                role=row.role,
                contents=row.contents,
                state=row.state,
                time_utc=row.message_time_utc,
                version=version,
                refused=row.refused,
                confidence=row.confidence,
                sources=source_links(row.sources),
                nearest=nearest_questions(row.nearest),
                rating=row.rating,
                conflicted=row.conflicted,
                grounding=row.grounding,
                note=row.note,
            )
            for row, version in found
        ),
    )


def model_of_chat(session: Session, *, chat_id: ChatId) -> ModelId:
    """Whom a chat is with. Raises NotFoundError."""
    model_id = session.scalar(select(AssistantConversation.model_id).where(AssistantConversation.id == chat_id))
    if model_id is None:
        raise NotFoundError("This chat does not exist any more.")
    return ModelId(model_id)


def turns_before(session: Session, *, chat_id: ChatId, question_id: ChatMessageId, limit: int) -> tuple[Turn, ...]:
    """What was said in a chat before a question, in order: complete messages with words, the last `limit` of them."""
    message = AssistantConversationMessage
    found = session.execute(
        select(message.role, message.contents)
        .where(
            message.conversation_id == chat_id,
            message.id != question_id,
            message.state == MessageState.COMPLETE,
            message.contents != "",
        )
        .order_by(message.message_time_utc.desc(), message.id.desc())
        .limit(limit)
    ).all()
    return tuple(Turn(role, contents) for role, contents in reversed(found))
