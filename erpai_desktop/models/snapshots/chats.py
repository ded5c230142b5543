"""Private chats as the dock shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from erpai_desktop.models.enums import Grounding, MessageState, ParticipantRole, RowKind
from erpai_desktop.models.ids import ChatId, ChatMessageId, ModelId


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One conversation in the list."""

    id: ChatId
    object_version: int
    model_id: ModelId
    model_name: str
    title: str
    last_time_utc: datetime
    message_count: int


@dataclass(frozen=True, slots=True)
class SourceLink:
    """A curated row that an answer rests on."""

    row_id: UUID
    kind: RowKind
    model_id: ModelId
    model_name: str
    section: str
    question: str


@dataclass(frozen=True, slots=True)
class NearestQuestion:
    """A known question near the one asked."""

    row_id: UUID
    kind: RowKind
    question: str
    answer: str
    score: float


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message. `version` is the number of the compilation that answered ("v7" is 7)."""

    id: ChatMessageId
    role: ParticipantRole
    contents: str
    state: MessageState
    time_utc: datetime
    version: int | None
    refused: bool
    confidence: float | None
    sources: tuple[SourceLink, ...]
    nearest: tuple[NearestQuestion, ...]
    rating: int | None
    conflicted: bool = False
    """A refusal because two curated rows answer the question differently."""
    grounding: Grounding = Grounding.CURATED
    note: str = ""
    """What a person should know of how it came about."""


@dataclass(frozen=True, slots=True)
class ChatDetails:
    """A conversation with its messages in order."""

    line: ChatLine
    messages: tuple[ChatMessage, ...]
