"""Evaluating a version again: the validation questions of now, put to any version of any target, stored with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from erpai_desktop.ai.judge import Judge
from erpai_desktop.errors import UserError
from erpai_desktop.models.enums import Purpose
from erpai_desktop.models.evaluation_record import EvaluationRecord, EvaluationSummary, pack_records, summarize
from erpai_desktop.models.ids import CompilationId, ProviderId
from erpai_desktop.models.metering import CallContext
from erpai_desktop.models.money import in_words
from erpai_desktop.models.rubric import RUBRIC
from erpai_desktop.services.checks import counted
from erpai_desktop.services.evaluations import check_may_evaluate, evaluation_line, store_evaluation
from erpai_desktop.services.evaluations_reading import validation_of
from erpai_desktop.storage.blobs import store_blob
from erpai_desktop.storage.database import Database
from erpai_desktop.workers.answering import OpenVersion, open_compilation
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.evaluation.put_questions import Evaluated, put_questions
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.providers.connecting import Connecting
from erpai_desktop.workers.staging import make_staging, remove_staging
from erpai_desktop.workers.threads import in_a_thread


@dataclass(frozen=True, slots=True)
class VersionEvaluated:
    """How an evaluation ended. `mean_mark` is the judge's, 0 to 1, None where it gave no mark.

    `unmarked` counts the answers that the judge was asked about in vain.
    """

    compilation_id: CompilationId
    number: int
    summary: EvaluationSummary
    mean_mark: float | None = None
    unmarked: int = 0

    def sentence(self) -> str:
        """For people."""
        summary = self.summary
        mark = f", the judge gives {self.mean_mark:.2f} on average" if self.mean_mark is not None else ""
        if self.unmarked:
            mark += f", the judge gave no mark that could be read to {counted(self.unmarked, 'answer')}"
        cost = f", for {in_words(summary.money_micros, summary.currency)}" if summary.money_micros else ""
        return f"v{self.number}: {summary.right:,} of {summary.total:,} validation questions right{mark}{cost}."

    def to_json(self) -> dict[str, Any]:
        """For programs."""
        summary = self.summary
        return {
            "event": "evaluated",
            "compilation_id": str(self.compilation_id),
            "version": self.number,
            "right": summary.right,
            "total": summary.total,
            "mean_score": summary.mean_score,
            "median_ms": summary.median_ms,
            "money": None if summary.money_micros is None else summary.money_micros / 1_000_000,
            "currency": summary.currency,
            "judge": summary.judge,
            "mean_mark": self.mean_mark,
            "unmarked": self.unmarked,
        }


async def evaluate(
    job: Job,
    *,
    compilation_id: CompilationId,
    engine: EngineProcess,
    cache_folder: Path,
    connections: Connecting | None = None,
    judge_provider_id: ProviderId | None = None,
) -> VersionEvaluated:
    """`evaluate_version` as a job of its own, which says how it ended."""
    ended = await evaluate_version(
        job,
        compilation_id=compilation_id,
        engine=engine,
        cache_folder=cache_folder,
        connections=connections,
        judge_provider_id=judge_provider_id,
    )
    job.log(evaluation_line(ended.summary))
    job.progress("done", text=ended.sentence())
    return ended


async def evaluate_version(
    job: Job,
    *,
    compilation_id: CompilationId,
    engine: EngineProcess,
    cache_folder: Path,
    connections: Connecting | None = None,
    judge_provider_id: ProviderId | None = None,
) -> VersionEvaluated:
    """Put the validation questions of now to a version and replace its evaluation; with a judge, marks beside.

    Until the new evaluation is stored, the old one stays; so it does when this fails or is cancelled. Raises
    UserError when there is nothing to ask, NotFoundError, NotPermittedError, EngineError, ProviderError,
    BudgetExceededError.
    """
    await job.write(check_may_evaluate)
    version = await open_compilation(
        job,
        engine,
        compilation_id=compilation_id,
        connections=connections,
        purpose=Purpose.EVALUATION,
        stands_in=False,
    )
    try:
        rows = await job.read(validation_of, model_id=version.version.model_id)
        if not rows:
            raise UserError(
                "There are no validation questions to ask.",
                safe="Nothing was changed.",
                advice="Add Q&As of the type Validation to this model.",
            )
        async with _judge(job, version, connections, judge_provider_id) as judge:
            found = await put_questions(job, version, rows, engine=engine, judge=judge)
            summary = summary_now(found, judge=judge.model if judge is not None else "")
    finally:
        await version.close()
    job.progress("storing")
    await job.write(
        store_evaluation,
        compilation_id=compilation_id,
        summary=summary,
        records_sha256=await store_records(job, found, cache_folder),
        rubric=RUBRIC if judge is not None else "",
    )
    marks = [record.judge_score for record in found.records if record.judge_score is not None]
    return VersionEvaluated(
        compilation_id,
        version.version.number,
        summary,
        mean_mark=sum(marks) / len(marks) if marks else None,
        # A reason without a mark says why there is none.
        unmarked=sum(record.judge_score is None and bool(record.judge_reason) for record in found.records),
    )


def summary_now(found: Evaluated, *, judge: str = "") -> EvaluationSummary:
    """The summary of an evaluation that has just been made."""
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return summarize(found.records, currency=found.currency, judge=judge, evaluated_utc=now)


async def store_records(job: Job, found: Evaluated, cache_folder: Path) -> str | None:
    """Store the records, which nothing refers to yet, and answer their hash; None where there are none."""
    if not found.records:
        return None
    staging = await in_a_thread(make_staging, cache_folder)
    try:
        return await in_a_thread(_store, job.database, found.records, staging / "evaluation")
    finally:
        await in_a_thread(remove_staging, staging)


def _store(database: Database, records: Sequence[EvaluationRecord], file: Path) -> str:
    file.write_bytes(pack_records(records))
    return store_blob(database, file)


@asynccontextmanager
async def _judge(
    job: Job, version: OpenVersion, connections: Connecting | None, provider_id: ProviderId | None
) -> AsyncIterator[Judge | None]:
    if provider_id is None:
        yield None
        return
    if connections is None:
        raise UserError("There is no way to a provider from here.", safe="Nothing was sent.")
    call = CallContext(Purpose.JUDGE, version.version.model_id, version.version.compilation_id)
    judge = Judge(await connections.chat(job, provider_id=provider_id, call=call))
    try:
        yield judge
    finally:
        await judge.close()
