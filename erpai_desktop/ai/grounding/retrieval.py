"""What an index gives to a chat model: the curated answer it would give itself, and the rows near a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from erpai_desktop.ai.answerer import Answer, Source


@dataclass(frozen=True, slots=True)
class NearRow:
    """A curated row near a question. `score` is a similarity from 0 to 1; 1 means that it was asked word for word."""

    source: Source
    answer: str
    score: float
    conflicted: bool = False


@dataclass(frozen=True, slots=True)
class Retrieved:
    """`curated` is what the index itself says: the answer word for word, or its refusal. `rows` are best first."""

    curated: Answer
    rows: tuple[NearRow, ...]


class Retriever(Protocol):
    """The index of one compiled version. Raises EngineError when it cannot be reached or read."""

    async def retrieve(self, questions: Sequence[str], *, limit: int) -> list[Retrieved]:
        """What is near each question, up to `limit` rows a question, one an answer."""
        ...
