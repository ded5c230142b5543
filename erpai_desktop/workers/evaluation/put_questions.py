"""Putting the validation questions to a version: whatever it rests on, one record a question comes back."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from erpai_desktop.ai.answerer import Answer
from erpai_desktop.ai.judge import Judge
from erpai_desktop.ai.prices import ModelPrice
from erpai_desktop.errors import ProviderError
from erpai_desktop.models.enums import Purpose
from erpai_desktop.models.evaluation_record import EvaluationRecord
from erpai_desktop.models.resolved import ValidationRow
from erpai_desktop.services.evaluations import failed_record, is_in_own_words, record_of
from erpai_desktop.services.price_list import present_prices
from erpai_desktop.workers.answering import OpenVersion
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.side_by_side import side_by_side
from erpai_desktop.workers.threads import in_a_thread

EVALUATING, JUDGING = "evaluating", "judging"

_BATCH = 64
_FAILURES_RUNNING = 3
"""After so many failures one after the other the provider is taken to be gone: nobody waits for a thousand more."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The records in the order of the questions. `currency` is that of their money, empty where none was counted."""

    records: tuple[EvaluationRecord, ...]
    currency: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    row: ValidationRow
    answer: Answer | None
    elapsed_ms: float
    failure: str = ""


async def put_questions(
    job: Job,
    version: OpenVersion,
    rows: Sequence[ValidationRow],
    *,
    engine: EngineProcess,
    judge: Judge | None = None,
) -> Evaluated:
    """Ask, compare, and have answers marked by `judge` if there is one.

    A question that the provider fails to answer counts as wrong and says why; when it fails three times running its
    error is raised. Raises EngineError, ProviderError, BudgetExceededError and other UserErrors of the provider.
    """
    asked = await (_in_batches if version.at_once is None else _one_by_one)(job, version, rows)
    spoken = [place for place, one in enumerate(asked) if one.answer is not None and is_in_own_words(one.answer)]
    pairs = [(asked[place].row.answer, _text(asked[place])) for place in spoken]
    meaning = dict(zip(spoken, await engine.likeness(pairs), strict=True))
    price = _price(version)
    # Comparing a thousand answers takes a while: not on the window's thread.
    records = await in_a_thread(_records, asked, meaning, price)
    if judge is not None:
        records = await _judged(job, judge, records, at_once=version.at_once or 1)
    counted = any(record.money_micros is not None for record in records)
    return Evaluated(tuple(records), price.currency if price is not None and counted else "")


def _records(asked: Sequence[_Asked], meaning: Mapping[int, float], price: ModelPrice | None) -> list[EvaluationRecord]:
    return [
        failed_record(one.row, one.failure, elapsed_ms=one.elapsed_ms)
        if one.answer is None
        else record_of(
            one.row,
            one.answer,
            elapsed_ms=one.elapsed_ms,
            money_micros=price.money_of(one.answer.usage, Purpose.EVALUATION) if price is not None else None,
            meaning=meaning.get(place),
        )
        for place, one in enumerate(asked)
    ]


async def _in_batches(job: Job, version: OpenVersion, rows: Sequence[ValidationRow]) -> list[_Asked]:
    asked: list[_Asked] = []
    for start in range(0, len(rows), _BATCH):
        job.progress(EVALUATING, start, len(rows))
        some = rows[start : start + _BATCH]
        began = time.perf_counter()
        answers = await version.answer_many([row.question for row in some])
        share = (time.perf_counter() - began) * 1000 / len(some)
        asked += [_Asked(row, answer, share) for row, answer in zip(some, answers, strict=True)]
    return asked


async def _one_by_one(job: Job, version: OpenVersion, rows: Sequence[ValidationRow]) -> list[_Asked]:
    done = 0
    patience = _Patience()
    job.progress(EVALUATING, 0, len(rows))

    async def ask(row: ValidationRow) -> _Asked:
        nonlocal done
        began = time.perf_counter()
        answer: Answer | None = None
        failure = ""
        try:
            answer = await version.answer(row.question)
            patience.restore()
        except ProviderError as error:
            patience.try_(error)
            failure = f"the provider did not answer: {error.message}"
        done += 1
        job.progress(EVALUATING, done, len(rows))
        return _Asked(row, answer, (time.perf_counter() - began) * 1000, failure)

    return await side_by_side(rows, ask, at_once=version.at_once or 1)


async def _judged(
    job: Job, judge: Judge, records: Sequence[EvaluationRecord], *, at_once: int
) -> list[EvaluationRecord]:
    """What can be compared with a desired answer is marked; refusals and their like need no judge."""
    done = 0
    patience = _Patience()
    job.progress(JUDGING, 0, len(records))

    async def mark(record: EvaluationRecord) -> EvaluationRecord:
        nonlocal done
        done += 1
        if record.expects_refusal or not record.expected.strip() or not record.answer.strip():
            return record
        try:
            marked = await judge.mark(question=record.question, desired=record.expected, answer=record.answer)
            patience.restore()
        except ProviderError as error:
            patience.try_(error)
            return dataclasses.replace(record, judge_reason=f"The judge did not answer: {error.message}")
        job.progress(JUDGING, done, len(records))
        return dataclasses.replace(record, judge_score=marked.score, judge_reason=marked.reason)

    return await side_by_side(records, mark, at_once=at_once)


class _Patience:
    """Bears single failures of a provider, not several running."""

    def __init__(self) -> None:
        self._running = 0

    def restore(self) -> None:
        """It has answered."""
        self._running = 0

    def try_(self, error: ProviderError) -> None:
        """It has failed. Raises `error` once that is too much."""
        self._running += 1
        if self._running >= _FAILURES_RUNNING:
            raise error


def _text(asked: _Asked) -> str:
    return asked.answer.text if asked.answer is not None else ""


def _price(version: OpenVersion) -> ModelPrice | None:
    has = version.version
    if has.provider_kind is None:
        return None
    return present_prices().find(has.provider_kind, has.base_model)
