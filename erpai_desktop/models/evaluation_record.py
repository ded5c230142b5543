"""How a version answered one validation question, and all of them together, as they are stored with it.

Format: one JSON object a line, in the order asked; the summary is one JSON object. Fields that an older program did not
write have their defaults when read.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any
from uuid import UUID

import orjson

from erpai_desktop.models.enums import Grounding


@dataclass(frozen=True, slots=True)
class EvaluationRecord:
    """One question. `score` runs from 0 to 1; `reason` completes the sentence "It is right/wrong because".

    `similarity` (0 to 100) is to the desired answer, None where there was none to compare. `elapsed_ms` and
    `money_micros` (millionths of the currency in the summary) are None where they were not measured. `judge_score` is
    0 to 1, from the judge model where one was asked.
    """

    qa_id: UUID
    model_id: UUID
    question: str
    expected: str
    expects_refusal: bool
    answer: str
    refused: bool
    confidence: float
    right: bool
    reason: str
    score: float = 0.0
    similarity: float | None = None
    elapsed_ms: float | None = None
    money_micros: int | None = None
    grounding: Grounding = Grounding.CURATED
    note: str = ""
    judge_score: float | None = None
    judge_reason: str = ""

    @property
    def test_key(self) -> str:
        """Equal for two records that put the same question with the same desired outcome: these can be compared."""
        parts = (str(self.qa_id), self.question, self.expected, str(self.expects_refusal))
        return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class EvaluationSummary:
    """All questions together. `answered_right` and `refused_right` add up to `right`.

    `questions_hash` is equal for evaluations of the same questions; `judge` names the judge model, empty without one.
    """

    right: int = 0
    total: int = 0
    mean_score: float | None = None
    answered_right: int = 0
    refused_right: int = 0
    median_ms: float | None = None
    money_micros: int | None = None
    currency: str = ""
    judge: str = ""
    evaluated_utc: str = ""
    questions_hash: str = ""

    def to_json(self) -> str:
        """As stored."""
        return orjson.dumps(dataclasses.asdict(self)).decode()


def summarize(
    records: Sequence[EvaluationRecord], *, currency: str = "", judge: str = "", evaluated_utc: str = ""
) -> EvaluationSummary:
    """The summary of an evaluation."""
    times = [record.elapsed_ms for record in records if record.elapsed_ms is not None]
    money = [record.money_micros for record in records if record.money_micros is not None]
    right = [record for record in records if record.right]
    refused_right = sum(record.expects_refusal for record in right)
    return EvaluationSummary(
        right=len(right),
        total=len(records),
        mean_score=sum(record.score for record in records) / len(records) if records else None,
        answered_right=len(right) - refused_right,
        refused_right=refused_right,
        median_ms=median(times) if times else None,
        money_micros=sum(money) if money else None,
        currency=currency,
        judge=judge,
        evaluated_utc=evaluated_utc,
        questions_hash=hashlib.sha256("".join(sorted(record.test_key for record in records)).encode()).hexdigest(),
    )


def pack_records(records: Iterable[EvaluationRecord]) -> bytes:
    """One line a record."""
    return b"\n".join(map(orjson.dumps, records))


def read_records(data: bytes) -> tuple[EvaluationRecord, ...]:
    """The records as they were stored. Raises ValueError when they are damaged."""
    return tuple(_record(orjson.loads(line)) for line in data.splitlines() if line)


def read_summary(text: str | None) -> EvaluationSummary:
    """The summary as it was stored; an empty one where there is none."""
    value: Any = orjson.loads(text) if text else {}
    if not isinstance(value, dict):
        return EvaluationSummary()
    return EvaluationSummary(**{name: value[name] for name in _SUMMARY_FIELDS if name in value})


_RECORD_FIELDS = tuple(field.name for field in dataclasses.fields(EvaluationRecord))
_SUMMARY_FIELDS = tuple(field.name for field in dataclasses.fields(EvaluationSummary))


def _record(line: dict[str, Any]) -> EvaluationRecord:
    try:
        known = {name: line[name] for name in _RECORD_FIELDS if name in line}
        known["qa_id"], known["model_id"] = UUID(line["qa_id"]), UUID(line["model_id"])
        known["grounding"] = Grounding(line.get("grounding", Grounding.CURATED))
        # Before scores were kept, right was all there was.
        known.setdefault("score", float(line["right"]))
        return EvaluationRecord(**known)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("an evaluation record is damaged") from error
