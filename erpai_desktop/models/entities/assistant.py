"""Private chats with a model. Every row carries its owner, so that row-level security can be switched on."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from erpai_desktop.models.entities.base import Base, Binnable, Row, code, utc_now
from erpai_desktop.models.enums import Grounding, MessageState, ParticipantRole


class AssistantConversation(Row, Binnable, Base):
    """A chat between one user and one model; `title` comes from the first message and may be edited."""

    __tablename__ = "assistant_conversations"
    __table_args__ = (Index("ix_assistant_conversations_user_id_model_id", "user_id", "model_id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    title: Mapped[str] = mapped_column(String(256), default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    creation_time_utc: Mapped[datetime] = mapped_column(default=utc_now)
    notes: Mapped[str] = mapped_column(Text, default="")


class AssistantConversationMessage(Row, Base):
    """One message, saved as it happens. `parent_id` makes branches; `sources` are the answer's, as JSON.

    `grounding` says what the answer rests on, `note` what a person should know of how it came about.
    """

    __tablename__ = "assistant_conversation_messages"

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("assistant_conversations.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("assistant_conversation_messages.id"))
    message_time_utc: Mapped[datetime] = mapped_column(default=utc_now)
    role: Mapped[ParticipantRole] = mapped_column(code(ParticipantRole))
    contents: Mapped[str] = mapped_column(Text)
    state: Mapped[MessageState] = mapped_column(code(MessageState), default=MessageState.COMPLETE)
    compilation_id: Mapped[UUID | None] = mapped_column(ForeignKey("compilations.id"))
    refused: Mapped[bool] = mapped_column(default=False)
    conflicted: Mapped[bool] = mapped_column(default=False)
    sources: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    nearest: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    confidence: Mapped[float | None]
    grounding: Mapped[Grounding] = mapped_column(code(Grounding), default=Grounding.CURATED)
    note: Mapped[str] = mapped_column(String(1024), default="")
    rating: Mapped[int | None]
