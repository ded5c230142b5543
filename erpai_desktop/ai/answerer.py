"""What answers: one compiled version of a model. Chat, command line and evaluation know only this."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from erpai_desktop.models.enums import Grounding, ParticipantRole, RowKind


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of the conversation."""

    role: ParticipantRole
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """The curated row an answer rests on; `row_id` is a ModelQA's or a TrainingConversation's by `kind`."""

    row_id: UUID
    kind: RowKind
    question: str
    section: str
    model_id: UUID
    model_name: str


@dataclass(frozen=True, slots=True)
class Nearest:
    """A runner-up: a known question near the one asked. `score` is a similarity from 0 to 1."""

    row_id: UUID
    kind: RowKind
    question: str
    answer: str
    score: float


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens spent on one answer; all zero where nothing was billed.

    `tokens_cached` are part of those in, `tokens_reasoning` of those out.
    """

    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    tokens_reasoning: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.tokens_in + other.tokens_in,
            self.tokens_cached + other.tokens_cached,
            self.tokens_out + other.tokens_out,
            self.tokens_reasoning + other.tokens_reasoning,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. A refusal has an empty text, no sources, and still its nearest questions.

    `confidence` runs from 0 to 1, calibrated at compile time; `refused` says it lay below the version's
    threshold (or the question is in conflict). `nearest` holds up to five, best first.
    `conflicted` marks a question that two curated rows answer differently: a person must decide. `grounding` says
    what the text rests on, `note` in words what a person should know of how it came about (a provider that failed).
    """

    text: str
    sources: tuple[Source, ...]
    confidence: float
    refused: bool
    nearest: tuple[Nearest, ...]
    version: str
    usage: Usage = Usage()
    conflicted: bool = False
    grounding: Grounding = Grounding.CURATED
    note: str = ""


class Answerer(Protocol):
    """One compiled version of a model.

    Any text is a legal question. Raises EngineError when the version cannot be reached or read, ProviderError when
    it rests on a provider that fails, BudgetExceededError before anything is sent.
    """

    async def answer(
        self, question: str, history: Sequence[Turn] = (), *, on_text: Callable[[str], object] | None = None
    ) -> Answer:
        """Answer one question. `on_text` is told each piece of text as it comes, where it comes in pieces."""
        ...

    async def answer_many(self, questions: Sequence[str]) -> list[Answer]:
        """The same answers as one by one, each without a history; several at once where that is faster."""
        ...
