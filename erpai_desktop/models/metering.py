"""What a call to a provider is for: by this each call is metered and held against budgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from erpai_desktop.models.enums import Purpose
from erpai_desktop.models.ids import ChatId, CompilationId, ModelId

NOTHING_SENT: Final = "Nothing was sent to the provider."
"""How the note on an answer begins that a budget kept from being asked for."""


@dataclass(frozen=True, slots=True)
class CallContext:
    """Whose call it is, beside the acting user. A connection check has no model; what is asked in a chat has its id."""

    purpose: Purpose
    model_id: ModelId | None = None
    compilation_id: CompilationId | None = None
    conversation_id: ChatId | None = None


@dataclass(frozen=True, slots=True)
class TokenEstimate:
    """What a call may come to at most, counted before it is sent. A training job's tokens are all in, times epochs."""

    tokens_in: int
    tokens_out: int = 0
