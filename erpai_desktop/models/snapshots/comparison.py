"""Versions side by side: the scoreboard, two of them question by question, and what they were made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from erpai_desktop.models.comparison import Better, Verdict
from erpai_desktop.models.enums import CompilationStatus, Grounding, RowKind, Target
from erpai_desktop.models.ids import CompilationId, ModelId, ProviderId
from erpai_desktop.models.statistics import Interval


@dataclass(frozen=True, slots=True)
class VersionScore:
    """One version on the scoreboard.

    `interval` is the 95 % Wilson interval of `right` in `total`. `answered_right` and `refused_right` add up to `right`
    and are None where an older program did not count them. `cost_micros` is what 1,000 answers cost in millionths of
    `currency`, 0 where answers are free, None where it is not known. `shutdown` is the day its base model ends and
    `days_left` the days until then, None where none is announced.
    """

    id: CompilationId
    model_id: ModelId
    number: int
    target: Target
    status: CompilationStatus
    is_successful: bool | None
    is_active: bool
    start_time_utc: datetime
    provider_id: ProviderId | None
    provider_name: str
    base_model: str
    activation_note: str
    right: int
    total: int
    interval: Interval | None
    answered_right: int | None
    refused_right: int | None
    median_ms: float | None
    cost_micros: int | None
    currency: str
    judge: str
    evaluated_utc: str
    shutdown: date | None
    days_left: int | None

    @property
    def name(self) -> str:
        """What it is called: "v7"."""
        return f"v{self.number}"

    @property
    def share(self) -> float | None:
        """The share that came out right, None where nothing was asked."""
        return self.right / self.total if self.total else None

    @property
    def can_answer(self) -> bool:
        """Whether it was built to its end and is still there."""
        return self.status is CompilationStatus.COMPLETED and bool(self.is_successful)


@dataclass(frozen=True, slots=True)
class SideAnswer:
    """How one version answered one question. `reason` completes the sentence "It is right/wrong because"."""

    answer: str
    refused: bool
    confidence: float
    right: bool
    reason: str
    score: float
    grounding: Grounding
    note: str
    judge_score: float | None
    judge_reason: str


@dataclass(frozen=True, slots=True)
class QuestionComparison:
    """One question that both versions were asked. `similarity` of the two answers runs from 0 to 100."""

    qa_id: UUID
    question: str
    expected: str
    expects_refusal: bool
    left: SideAnswer
    right: SideAnswer
    better: Better
    similarity: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions of a model. `better` and `worse` are told of the right one; p value of the exact McNemar test.

    `left_only`, `right_only` and `reworded` count questions that are not common to both.
    """

    model_id: ModelId
    model_name: str
    left: VersionScore
    right: VersionScore
    questions: tuple[QuestionComparison, ...]
    better: int
    worse: int
    same: int
    p_value: float
    verdict: Verdict
    sentence: str
    left_only: int
    right_only: int
    reworded: int

    @property
    def is_common(self) -> bool:
        """Whether both were asked exactly the same questions."""
        return not (self.left_only or self.right_only or self.reworded)


@dataclass(frozen=True, slots=True)
class RowText:
    """What a row of knowledge said."""

    section: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class RowDifference:
    """A row that only one of two versions was made of, or that said something else in each.

    `before` and `after` are what it said then, None where that is known no more (or the version did not have it).
    """

    change: str
    """ "added", "removed" or "changed"."""
    row_id: UUID
    kind: RowKind
    turn: int
    model_name: str
    before: RowText | None
    after: RowText | None


@dataclass(frozen=True, slots=True)
class KnowledgeDifference:
    """What the right version was made of that the left one was not. `rows` holds the first few thousand of them."""

    added: int
    removed: int
    changed: int
    unchanged: int
    rows: tuple[RowDifference, ...]
    left_instructions: str
    right_instructions: str
    left_missing: bool
    """The left version's manifest is gone, e.g. freed with it."""
    right_missing: bool
