"""What a version says in place of a provider that fails: its own curated answer, or that it does not know."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from erpai_desktop.ai.answerer import Answer
from erpai_desktop.errors import BadReplyError, BudgetExceededError, ErpAiError
from erpai_desktop.models.enums import Grounding
from erpai_desktop.models.metering import NOTHING_SENT

_BEGUN_CHARS: Final = 400


def stand_in(curated: Answer, error: ErpAiError, *, begun: str = "") -> Answer:
    """The index's own answer with a note that says why, and what to do.

    `begun` is what had come before the provider failed; it stands in a line of its own.
    """
    reason = error.message.rstrip(".")
    if isinstance(error, BudgetExceededError):
        note = f"{NOTHING_SENT} {reason}. {error.advice}".rstrip()
    else:
        what = (
            "The provider's reply is no answer" if isinstance(error, BadReplyError) else "The provider did not answer"
        )
        note = f"{what}: {reason}. {error.advice}".rstrip()
    if begun.strip():
        shortened = begun.strip()[:_BEGUN_CHARS] + ("…" if len(begun.strip()) > _BEGUN_CHARS else "")
        note += f"\nIt had begun: “{shortened}”"
    return replace(curated, grounding=Grounding.FALLBACK, note=note)
