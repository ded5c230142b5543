"""What answers: one compiled version of a model. Chat, command line and evaluation know only this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from erpai_desktop.models.enums import ParticipantRole, RowKind


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
    """Tokens spent on one answer; all zero where nothing was billed."""

    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. A refusal has an empty text, no sources, and still its nearest questions.

    `confidence` runs from 0 to 1, calibrated at compile time; `refused` says it lay below the version's
    threshold (or the question is in conflict). `nearest` holds up to five, best first.
    `conflicted` marks a question that two curated rows answer differently: a person must decide.
    """

    text: str
    sources: tuple[Source, ...]
    confidence: float
    refused: bool
    nearest: tuple[Nearest, ...]
    version: str
    usage: Usage = Usage()
    conflicted: bool = False


class Answerer(Protocol):
    """One compiled version of a model.

    Any text is a legal question. Raises EngineError when the version cannot be reached or read.
    """

    async def answer(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """Answer one question."""
        ...
