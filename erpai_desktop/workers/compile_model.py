"""Compiling a model: a version written down, made for its target, stored, activated; or undone without a trace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path

from erpai_desktop.ai.builtin.settings import ENGINE_VERSION, EngineSettings
from erpai_desktop.errors import ErpAiError, UserError
from erpai_desktop.models.asset_keys import EVALUATION_SUMMARY
from erpai_desktop.models.enums import JobState, Target
from erpai_desktop.models.evaluation_record import read_summary
from erpai_desktop.models.ids import CompilationId, ModelId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services import compilations, compilations_reading
from erpai_desktop.workers.build_log import BuildLog
from erpai_desktop.workers.child_process import ChildProcess
from erpai_desktop.workers.compiled import Compiled, compiled
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.evaluation.gate import measure_rival
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.providers.connecting import Connecting
from erpai_desktop.workers.staging import make_staging, remove_staging
from erpai_desktop.workers.targets.target import Build, GoesOnElsewhereError, Made, Maker, NotTrained, Unchanged
from erpai_desktop.workers.threads import in_a_thread
from erpai_desktop.workers.training.ends import cancelled_by, left_running

_MAKERS = {
    Target.BUILT_IN: "built_in",
    Target.GROUNDED: "grounded",
    Target.FINE_TUNE: "fine_tune",
    Target.EXPORT: "export",
}
"""The module of each target that can be built; loaded when it is."""


async def compile_model(
    job: Job,
    *,
    model_id: ModelId,
    target: Target = Target.BUILT_IN,
    cache_folder: Path,
    settings: EngineSettings | None = None,
    connections: Connecting | None = None,
    engine: EngineProcess | None = None,
    evaluate: bool = True,
    child: ChildProcess | None = None,
) -> Compiled:
    """Build a new version of a model and activate it if the model wants that.

    While it fails or is cancelled, the active version stays; a version that was begun is then marked so. `evaluate`
    asks for an evaluation also where that costs something; `child` is as in Build. Raises BuildError,
    NotPermittedError, NotFoundError, ProviderError; a UserError for a target that the model cannot be compiled to.
    """
    maker = _maker(target)
    log = BuildLog(job)
    # Made here, so that a build whose beginning was cancelled while it was being written can be given up.
    compilation_id = CompilationId(new_id())
    staging: Path | None = None
    try:
        async with ended_in_order(job, compilation_id=compilation_id, log=log, outlives=target is Target.FINE_TUNE):
            inputs = await job.read(compilations_reading.build_inputs, model_id=model_id, target=target)
            await job.write(
                compilations.begin,
                compilation_id=compilation_id,
                model_id=model_id,
                target=target,
                engine_version=ENGINE_VERSION,
                provider_id=inputs.provider_id,
                base_model=inputs.base_model,
            )
            log.add(f"Compiling {inputs.model_name} → {target.value}")
            staging = await in_a_thread(make_staging, cache_folder)
            made = await maker(
                Build(
                    job=job,
                    log=log,
                    model_id=model_id,
                    compilation_id=compilation_id,
                    target=target,
                    inputs=inputs,
                    settings=settings or EngineSettings(),
                    cache_folder=cache_folder,
                    staging=staging,
                    connections=connections,
                    engine=engine,
                    evaluate=evaluate,
                    child=child,
                )
            )
            if isinstance(made, Unchanged):
                await job.write(
                    compilations.discard_unchanged,
                    compilation_id=compilation_id,
                    same_as=made.same_as,
                    knowledge_revision=made.knowledge_revision,
                )
                return await compiled(job, made.same_as, unchanged=True)
            if isinstance(made, NotTrained):
                await give_up(job, compilation_id, made.message, log, JobState.FAILED)
                return await compiled(job, compilation_id, not_made=made.message)
            await complete_build(
                job,
                compilation_id=compilation_id,
                model_id=model_id,
                made=made,
                log=log,
                cache_folder=cache_folder,
                engine=engine,
            )
    finally:
        if staging is not None:
            await in_a_thread(remove_staging, staging)
    return await compiled(job, compilation_id)


@asynccontextmanager
async def ended_in_order(
    job: Job, *, compilation_id: CompilationId, log: BuildLog, outlives: bool
) -> AsyncIterator[None]:
    """Whatever ends the making of a version within is written down with it, and raised.

    `outlives` says that its making may go on without this program: then the program's closing gives nothing up.
    """
    try:
        yield
    except GoesOnElsewhereError as error:
        raise error.why from None
    except asyncio.CancelledError:
        if outlives and await left_running(job, log, compilation_id):
            raise
        await give_up(job, compilation_id, cancelled_by(job), log, JobState.CANCELLED)
        raise
    except ErpAiError as error:
        await give_up(job, compilation_id, str(error), log, JobState.FAILED)
        raise
    except Exception as error:
        await give_up(job, compilation_id, f"{type(error).__name__}: {error}", log, JobState.FAILED)
        raise


async def complete_build(
    job: Job,
    *,
    compilation_id: CompilationId,
    model_id: ModelId,
    made: Made,
    log: BuildLog,
    cache_folder: Path,
    engine: EngineProcess | None = None,
) -> None:
    """Store what was made and activate it if the model wants that and the gate lets it.

    Raises UserError when it was given up meanwhile.
    """
    summary = read_summary(made.values.get(EVALUATION_SUMMARY))
    await measure_rival(job, model_id=model_id, summary=summary, log=log, engine=engine, cache_folder=cache_folder)
    await job.write(
        compilations.complete,
        compilation_id=compilation_id,
        input_hash=made.input_hash,
        knowledge_revision=made.knowledge_revision,
        compiled_model_name=made.compiled_model_name,
        build_log=log.text(),
        values=made.values,
        blobs=made.blobs,
        base_model=made.base_model,
        unmeasured=made.unmeasured,
    )


async def give_up(job: Job, compilation_id: CompilationId, message: str, log: BuildLog, state: JobState) -> None:
    """Mark a version as failed or cancelled; the active one stays."""
    log.add(message)
    await job.write(
        compilations.fail,
        compilation_id=compilation_id,
        error_message=message,
        build_log=log.text(),
        state=state,
    )


def _maker(target: Target) -> Maker:
    name = _MAKERS.get(target)
    if name is None:
        raise UserError(f"The target “{target.value}” cannot be built yet.", advice="Choose built-in.")
    maker: Maker = import_module(f"erpai_desktop.workers.targets.{name}").make
    return maker
