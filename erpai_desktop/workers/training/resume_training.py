"""Going on with a training after a restart, and what a person can do to one: halt it, let it go on, end it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from erpai_desktop.errors import ErpAiError, OwnedElsewhereError, UserError
from erpai_desktop.models.enums import JobState, Role
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.models.snapshots.training import TrainingRun
from erpai_desktop.services import training_jobs
from erpai_desktop.services.training_files import TRAINING_JOB
from erpai_desktop.workers.build_log import BuildLog
from erpai_desktop.workers.compile_model import complete_build, give_up
from erpai_desktop.workers.compiled import Compiled, compiled
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.providers.connecting import Connecting
from erpai_desktop.workers.targets.target import GoesOnElsewhereError, NotTrained
from erpai_desktop.workers.training.ends import abandon, left_running
from erpai_desktop.workers.training.patience import Pace
from erpai_desktop.workers.training.train import is_followed_here, train

PACE = Pace()


async def resume_training(
    job: Job,
    *,
    compilation_id: CompilationId,
    connections: Connecting,
    cache_folder: Path,
    engine: EngineProcess | None = None,
    pace: Pace | None = None,
) -> Compiled:
    """Take a training up where it stands and see it to its end.

    Raises OwnedElsewhereError while another program follows it; otherwise as `compile_model`.
    """
    await job.write(training_jobs.claim, compilation_id=compilation_id)
    run = await job.read(training_jobs.training_run, compilation_id=compilation_id)
    log = BuildLog(job, before=run.build_log)
    log.add("Taken up again")
    try:
        made = await train(
            job,
            log=log,
            compilation_id=compilation_id,
            connections=connections,
            engine=engine,
            cache_folder=cache_folder,
            pace=pace or PACE,
        )
        if isinstance(made, NotTrained):
            await give_up(job, compilation_id, made.message, log, JobState.FAILED)
            return await compiled(job, compilation_id, not_made=made.message)
        await complete_build(
            job,
            compilation_id=compilation_id,
            model_id=run.model_id,
            made=made,
            log=log,
            cache_folder=cache_folder,
            engine=engine,
        )
    except GoesOnElsewhereError as error:
        raise error.why from None
    except asyncio.CancelledError:
        if await left_running(job, log, compilation_id):
            raise
        await give_up(job, compilation_id, _cancelled_by(job), log, JobState.CANCELLED)
        raise
    except ErpAiError as error:
        await give_up(job, compilation_id, str(error), log, JobState.FAILED)
        raise
    except Exception as error:
        await give_up(job, compilation_id, f"{type(error).__name__}: {error}", log, JobState.FAILED)
        raise
    return await compiled(job, compilation_id)


async def pause_training(job: Job, *, compilation_id: CompilationId, connections: Connecting) -> None:
    """Halt it at the provider; whoever follows it sees that. Raises ProviderError, UserError."""
    run, job_id = await _started(job, compilation_id)
    trainer = await connections.trainer(job, provider_id=run.provider_id)
    try:
        await trainer.pause(job_id)
    finally:
        await trainer.close()


async def unpause_training(job: Job, *, compilation_id: CompilationId, connections: Connecting) -> None:
    """Let a halted one go on. Raises ProviderError, UserError."""
    run, job_id = await _started(job, compilation_id)
    trainer = await connections.trainer(job, provider_id=run.provider_id)
    try:
        await trainer.resume(job_id)
    finally:
        await trainer.close()


async def cancel_training(job: Job, *, compilation_id: CompilationId, connections: Connecting) -> None:
    """End it at the provider and give the version up, whoever follows it. Raises ProviderError, UserError."""
    run = await _allowed(job, compilation_id)
    try:
        if is_followed_here(compilation_id):
            raise OwnedElsewhereError("Another job follows it.")
        await job.write(training_jobs.claim, compilation_id=compilation_id)
    except OwnedElsewhereError:
        # Whoever follows it sees that it was cancelled, and gives the version up.
        _, job_id = await _started(job, compilation_id)
        trainer = await connections.trainer(job, provider_id=run.provider_id)
        try:
            await trainer.cancel(job_id)
        finally:
            await trainer.close()
        return
    log = BuildLog(job, before=run.build_log)
    trainer = await connections.trainer(job, provider_id=run.provider_id)
    try:
        await abandon(job, log, trainer, compilation_id)
    finally:
        await trainer.close()
    await give_up(job, compilation_id, _cancelled_by(job), log, JobState.CANCELLED)


async def _started(job: Job, compilation_id: CompilationId) -> tuple[TrainingRun, str]:
    run = await _allowed(job, compilation_id)
    step = run.step(TRAINING_JOB)
    if step is None or not step.remote_id:
        raise UserError(f"The training of v{run.number} has not been started yet.", advice="Try again in a moment.")
    return run, step.remote_id


async def _allowed(job: Job, compilation_id: CompilationId) -> TrainingRun:
    await job.write(training_jobs.may_control, role=Role.TRAINER)
    run = await job.read(training_jobs.training_run, compilation_id=compilation_id)
    if not run.is_running:
        raise UserError(f"The training of v{run.number} has ended.", safe="Nothing was changed.")
    return run


def _cancelled_by(job: Job) -> str:
    who = job.database.actor
    return f"Cancelled by {who.name if who else 'nobody'}."
