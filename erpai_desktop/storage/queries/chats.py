"""Lists of one person's chats, with their sizes, in one statement."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from erpai_desktop.models.entities import AssistantConversation, AssistantConversationMessage, Model
from erpai_desktop.models.ids import ChatId, ModelId, UserId
from erpai_desktop.models.multilang import text_in
from erpai_desktop.models.snapshots.chats import ChatLine
from erpai_desktop.storage.queries.like import contains_any_case


def find_chats(
    session: Session,
    user_id: UserId,
    *,
    language: str,
    chat_id: ChatId | None = None,
    model_id: ModelId | None = None,
    text: str = "",
) -> list[ChatLine]:
    """A person's chats outside the bin, the latest first; each word of `text` in the title or in a message."""
    chat, message = AssistantConversation, AssistantConversationMessage
    sizes = (
        select(
            message.conversation_id,
            func.count().label("messages"),
            func.max(message.message_time_utc).label("last"),
        )
        .where(message.user_id == user_id)
        .group_by(message.conversation_id)
        .subquery()
    )
    last = func.coalesce(sizes.c.last, chat.creation_time_utc)
    statement = (
        select(chat.id, chat.object_version, Model.id, Model.name, chat.title, last, func.coalesce(sizes.c.messages, 0))
        .join(Model, Model.id == chat.model_id)
        .outerjoin(sizes, sizes.c.conversation_id == chat.id)
        .where(chat.user_id == user_id, chat.deleted_utc.is_(None))
        .order_by(last.desc(), chat.id.desc())
    )
    if chat_id is not None:
        statement = statement.where(chat.id == chat_id)
    if model_id is not None:
        statement = statement.where(chat.model_id == model_id)
    for word in text.split():
        said = (
            select(message.id)
            .where(message.conversation_id == chat.id, contains_any_case(message.contents, word))
            .correlate(chat)
        )
        statement = statement.where(or_(contains_any_case(chat.title, word), said.exists()))
    return [
        ChatLine(ChatId(found), version, ModelId(owner), text_in(names, language), title, time_utc, count)
        for found, version, owner, names, title, time_utc, count in session.execute(statement)
    ]


def newest_message_id(session: Session, chat_id: ChatId) -> UUID | None:
    """The message that a new one follows."""
    message = AssistantConversationMessage
    return session.scalar(
        select(message.id)
        .where(message.conversation_id == chat_id)
        .order_by(message.message_time_utc.desc(), message.id.desc())
        .limit(1)
    )
