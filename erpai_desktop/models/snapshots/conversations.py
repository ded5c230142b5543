"""Training conversations as the list and the chat-like editor show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from erpai_desktop.models.enums import Origin, ParticipantRole, ReviewState
from erpai_desktop.models.ids import ModelId, TrainingConversationId, TrainingMessageId


@dataclass(frozen=True, slots=True)
class ConversationLine:
    """One row of the list; `title` is the first user message, cut to 200 characters."""

    id: TrainingConversationId
    object_version: int
    title: str
    origin: Origin
    review_state: ReviewState
    message_count: int
    last_update_time_utc: datetime


@dataclass(frozen=True, slots=True)
class TrainingMessage:
    """One message in order."""

    id: TrainingMessageId
    object_version: int
    message_no: int
    role: ParticipantRole
    participant_name: str
    contents: str
    message_time_utc: datetime


@dataclass(frozen=True, slots=True)
class ConversationDetails:
    """A whole training conversation."""

    id: TrainingConversationId
    object_version: int
    model_id: ModelId
    origin: Origin
    origin_object: str | None
    review_state: ReviewState
    reviewer: str
    notes: str
    creation_time_utc: datetime
    last_update_time_utc: datetime
    messages: tuple[TrainingMessage, ...]


@dataclass(frozen=True, slots=True)
class MessageDraft:
    """A message to be stored: what Train AI proposes and the person may still edit."""

    role: ParticipantRole
    contents: str
    participant_name: str = ""


@dataclass(frozen=True, slots=True)
class TrainAiPreview:
    """The conversation that Train AI would make of the ticked messages. `hint` explains a proposed correction."""

    model_id: ModelId
    model_name: str
    messages: tuple[MessageDraft, ...]
    hint: str
