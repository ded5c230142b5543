"""Curated knowledge as the rules read it: immutable rows without a database behind them.

Named tuples, not frozen data classes: there are a hundred thousand of them, and making one takes a quarter of the time.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from erpai_desktop.models.enums import ParticipantRole, QaType, ReviewState
from erpai_desktop.models.ids import ModelId, QaId, TrainingConversationId


class QaRow(NamedTuple):
    """One Q&A of one model. The last three fields concern validation rows; times are UTC."""

    id: QaId
    model_id: ModelId
    section: str
    question: str
    answer: str
    is_active: bool
    qa_type: QaType
    updated_utc: datetime
    expects_refusal: bool = False
    required_terms: tuple[str, ...] = ()
    forbidden_terms: tuple[str, ...] = ()


class MessageRow(NamedTuple):
    """One message of a training conversation; `contents` is Markdown, `message_no` orders the messages."""

    role: ParticipantRole
    participant_name: str | None
    contents: str
    message_no: int


class ConversationRow(NamedTuple):
    """One training conversation of one model. `last_update_time_utc` moves when any message moves."""

    id: TrainingConversationId
    model_id: ModelId
    review_state: ReviewState
    last_update_time_utc: datetime
    messages: tuple[MessageRow, ...]
