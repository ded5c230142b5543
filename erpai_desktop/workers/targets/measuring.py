"""Measuring what was made before it is completed: the validation questions, put to it through its provider."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from erpai_desktop.errors import ProviderError, UserError
from erpai_desktop.models.asset_keys import EVALUATION, EVALUATION_SUMMARY
from erpai_desktop.models.enums import Purpose
from erpai_desktop.models.snapshots.compilations import VersionToAsk
from erpai_desktop.services.compilations_reading import version_line
from erpai_desktop.services.evaluations import evaluation_line
from erpai_desktop.services.evaluations_reading import validation_of
from erpai_desktop.workers.answering import open_version
from erpai_desktop.workers.build_log import BuildLog
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.evaluation.evaluate import store_records, summary_now
from erpai_desktop.workers.evaluation.put_questions import put_questions
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.providers.connecting import Connecting
from erpai_desktop.workers.targets.target import Build


@dataclass(frozen=True, slots=True)
class Measured:
    """What is stored of an evaluation, as `Made` has it; empty where none was made, and `why_not` if it failed."""

    values: dict[str, str] = field(default_factory=dict)
    blobs: dict[str, str] = field(default_factory=dict)
    why_not: str = ""


async def measure(build: Build, *, index_sha256: str, base_model: str) -> Measured:
    """Evaluate the version under way; its index must have been stored.

    A provider that fails or may not be asked is no failure of the build: the log says so, and the version stays
    unmeasured.
    """
    if not build.evaluate:
        build.log.add("Not evaluated, as was wished")
        return Measured()
    line = await build.job.read(version_line, compilation_id=build.compilation_id)
    version = VersionToAsk(
        compilation_id=build.compilation_id,
        number=line.number,
        index_sha256=index_sha256,
        model_id=build.model_id,
        target=build.target,
        instructions=build.inputs.instructions,
        provider_id=build.inputs.provider_id,
        provider_kind=build.inputs.provider_kind,
        base_model=base_model,
    )
    return await measure_version(
        build.job,
        version,
        log=build.log,
        engine=build.engine,
        connections=build.connections,
        cache_folder=build.cache_folder,
    )


async def measure_version(
    job: Job,
    version: VersionToAsk,
    *,
    log: BuildLog,
    engine: EngineProcess | None,
    connections: Connecting | None,
    cache_folder: Path,
) -> Measured:
    """The same for a version that is told in full, whatever began it."""
    rows = await job.read(validation_of, model_id=version.model_id)
    own = engine or EngineProcess(cache_folder)
    try:
        opened = await open_version(
            job, own, version, connections=connections, purpose=Purpose.EVALUATION, stands_in=False
        )
        try:
            found = await put_questions(job, opened, rows, engine=own)
        finally:
            await opened.close()
    except (ProviderError, UserError) as error:
        log.add(f"Not evaluated: {error}")
        return Measured(why_not=f"{error.message.rstrip('.')}.")
    finally:
        if engine is None:
            await own.close()
    summary = summary_now(found)
    log.add(evaluation_line(summary))
    sha256 = await store_records(job, found, cache_folder)
    return Measured({EVALUATION_SUMMARY: summary.to_json()}, {EVALUATION: sha256} if sha256 is not None else {})
