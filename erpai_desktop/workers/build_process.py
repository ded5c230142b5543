"""The child process of one build: reads the workspace itself, resolves, builds, evaluates, and leaves files behind.

Nothing is handed over but messages: progress, names of files, small values. The parent stores and activates.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from erpai_desktop.errors import ErpAiError
from erpai_desktop.models.asset_keys import (
    CALIBRATION,
    CURVE,
    DATASET_HASH,
    EVALUATION,
    EVALUATION_SUMMARY,
    INDEX,
    MANIFEST,
    TIMINGS,
)
from erpai_desktop.workers.build_child import Tell, answer_one_request
from erpai_desktop.workers.child_process import ChildProcess, Message

if TYPE_CHECKING:
    from erpai_desktop.ai.builtin.report import BuildReport
    from erpai_desktop.models.resolved import ResolvedRow, ValidationRow
    from erpai_desktop.workers.known import Known

_HEAVY = (
    "erpai_desktop.workers.known",
    "erpai_desktop.ai.builtin.build",
    "erpai_desktop.ai.builtin.engine",
    "erpai_desktop.ai.embedding_cache",
    "erpai_desktop.workers.plan_files",
    "scipy.sparse",
)


def building_process() -> ChildProcess:
    """A process that builds one index; not started yet."""
    return ChildProcess(build, name="build")


def build(connection: Connection) -> None:
    """Build what the one request names. The last message has `done`, `unchanged` or `error`."""

    # While the program prepares the request.
    for module in _HEAVY:
        import_module(module)
    if not connection.poll(0):
        # Nearly every build needs it; one that does will tell why it cannot be loaded.
        with suppress(ErpAiError):
            import_module("erpai_desktop.ai.builtin.embedders").wordllama()
    answer_one_request(connection, _built)


def _built(request: Message, tell: Tell) -> Message:
    from erpai_desktop.workers.known import opened_knowledge

    with opened_knowledge(request, tell) as known:
        return _built_of(known, request, tell)


def _built_of(known: Known, request: Message, tell: Tell) -> Message:
    from erpai_desktop.ai.builtin.settings import EngineSettings
    from erpai_desktop.models.enums import Target
    from erpai_desktop.services.checks import counted
    from erpai_desktop.workers.plan_files import ledger_files

    settings = EngineSettings.from_json(request["settings"])
    target = Target(request["target"])
    ledger = known.ledger
    if ledger.counts.conflicted:
        tell({"log": f"Undecided, so refused: {counted(len(ledger.conflicts), 'contradiction')}"})
    hash_ = known.input_hash(target=target, settings=settings)
    same_as = request["known"].get(hash_)
    if same_as is not None:
        return {"unchanged": same_as, "revision": known.revision}
    staging = Path(request["staging"])
    values = ledger_files(ledger, known.configured, staging)
    # The program stores each file as soon as it is told of, while this process goes on.
    tell({"file": MANIFEST, "sha256": values[DATASET_HASH]})
    report = _index(request, known, settings, staging, tell)
    tell({"log": f"Index: {report.rows:,} rows, {report.embedder}, {report.strategy}, {report.size / 1e6:.1f} MB"})
    tell({"file": INDEX, "sha256": report.sha256})
    values |= _report(report)
    if request["evaluate"]:
        values[EVALUATION_SUMMARY], lines = _evaluate(ledger.validation, staging / INDEX, tell)
        if lines:
            (staging / EVALUATION).write_bytes(lines)
            tell({"file": EVALUATION})
    blocked: list[str] = []
    if target is Target.FINE_TUNE and known.material is not None:
        from erpai_desktop.workers.dataset_process import dataset_files

        made = dataset_files(request, known.material, values, tell)
        for name in made["files"]:
            tell({"file": name})
        values |= made["values"]
        blocked = made["blocked"]
    return {
        "done": True,
        "blocked": blocked,
        "input_hash": hash_,
        "revision": known.revision,
        "values": values,
        "rows": ledger.counts.total,
        "embedder": report.embedder,
        "strategy": report.strategy,
        "ledger": known.keep(staging, index_sha256=report.sha256),
    }


def _index(request: Message, known: Known, settings: Any, staging: Path, tell: Tell) -> BuildReport:
    from erpai_desktop.ai.builtin.build import build_index, rebuild_index
    from erpai_desktop.ai.builtin.entry import KnowledgeEntry, ValidationQuestion
    from erpai_desktop.ai.builtin.row_edits import Edits
    from erpai_desktop.ai.embedding_cache import EmbeddingCache

    def entries(rows: Sequence[ResolvedRow]) -> list[KnowledgeEntry]:
        return [
            KnowledgeEntry(
                row.row_id,
                row.kind,
                row.question,
                row.answer,
                row.section,
                row.model_id,
                known.names.get(row.model_id, ""),
                row.conflicted,
            )
            for row in rows
        ]

    validation = [
        ValidationQuestion(row.row_id, row.question, row.answer, row.expects_refusal) for row in known.ledger.validation
    ]

    def progress(stage: str, done: int, total: int) -> None:
        tell({"stage": stage, "done": done, "total": total})

    with EmbeddingCache(Path(request["cache"])) as cache:
        since = known.since
        if since is not None and known.previous is not None:
            return rebuild_index(
                Edits(since.gone, entries(since.came), known.names),
                validation,
                settings=settings,
                output=staging / INDEX,
                cache=cache,
                previous=known.previous,
                progress=progress,
            )
        assert known.material is not None, "all rows or what has changed"
        previous = request.get("previous")
        return build_index(
            entries(known.material.knowledge.resolution.rows),
            validation,
            settings=settings,
            output=staging / INDEX,
            cache=cache,
            previous=Path(previous) if previous else None,
            progress=progress,
        )


def _report(report: BuildReport) -> dict[str, str]:
    import orjson

    told = report.to_json()
    # How long it took differs each time; it belongs into the log, not among what a version is.
    told.pop("timings", None)
    return {
        CALIBRATION: orjson.dumps(told).decode(),
        CURVE: orjson.dumps(report.curve).decode(),
        TIMINGS: orjson.dumps(dict(report.timings)).decode(),
    }


def _evaluate(rows: Sequence[ValidationRow], index: Path, tell: Tell) -> tuple[str, bytes]:
    from datetime import UTC, datetime
    from time import perf_counter

    from erpai_desktop.ai.builtin.engine import BuiltinEngine
    from erpai_desktop.models.evaluation_record import EvaluationRecord, pack_records, summarize
    from erpai_desktop.services.evaluations import evaluation_line, record_of

    records: list[EvaluationRecord] = []
    batch = 64
    with BuiltinEngine.open(index) as engine:
        for start in range(0, len(rows), batch):
            tell({"stage": "evaluating", "done": start, "total": len(rows)})
            some = rows[start : start + batch]
            began = perf_counter()
            answers = engine.ask_many([row.question for row in some])
            share = (perf_counter() - began) * 1000 / len(some)
            records += [record_of(row, answer, elapsed_ms=share) for row, answer in zip(some, answers, strict=True)]
    summary = summarize(records, evaluated_utc=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
    tell({"log": evaluation_line(summary)})
    return summary.to_json(), pack_records(records)
