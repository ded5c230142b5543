"""Golden answers as the pages and the workers pass them on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from erpai_desktop.models.enums import Target
from erpai_desktop.models.ids import CompilationId, GoldenSetId, ModelId


@dataclass(frozen=True, slots=True)
class GoldenQuestion:
    """A question to record an answer to. `qa_id` is the validation row it comes from, None for any other question."""

    question: str
    qa_id: UUID | None = None
    expected: str = ""
    expects_refusal: bool = False
    required_terms: tuple[str, ...] = ()
    forbidden_terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GoldenReply:
    """A recorded answer. `right` is None where nobody knows; `sources` as they are packed in a chat's answers."""

    question: GoldenQuestion
    answer: str
    refused: bool
    confidence: float
    right: bool | None
    sources: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class GoldenSetLine:
    """One set in the list. `judged` counts the answers of which it is known whether they are right."""

    id: GoldenSetId
    model_id: ModelId
    name: str
    compilation_id: CompilationId
    number: int
    target: Target
    base_model: str
    recorded_utc: datetime
    user: str
    count: int
    judged: int
    right: int


@dataclass(frozen=True, slots=True)
class GoldenSet:
    """One set in full, in the order recorded."""

    line: GoldenSetLine
    model_name: str
    replies: tuple[GoldenReply, ...]


@dataclass(frozen=True, slots=True)
class PastQuestion:
    """A question that somebody has asked in a chat of their own."""

    question: str
    asked_utc: datetime
    times: int
