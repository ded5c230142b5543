"""What a person can do to a training under way: halt it, let it go on, end it."""

from __future__ import annotations

from erpai_desktop.errors import OwnedElsewhereError, UserError
from erpai_desktop.models.enums import JobState, Role
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.models.snapshots.training import TrainingRun
from erpai_desktop.services import training_jobs
from erpai_desktop.services.training_files import TRAINING_JOB
from erpai_desktop.workers.build_log import BuildLog
from erpai_desktop.workers.compile_model import give_up
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.providers.connecting import Connecting, opened_trainer
from erpai_desktop.workers.training.ends import cancelled_by, end_behind, end_there
from erpai_desktop.workers.training.train import stop_following


async def pause_training(job: Job, *, compilation_id: CompilationId, connections: Connecting) -> None:
    """Halt it at the provider; whoever follows it sees that. Raises ProviderError, UserError."""
    run, job_id = await _started(job, compilation_id)
    async with opened_trainer(connections, job, provider_id=run.provider_id) as trainer:
        await trainer.pause(job_id)


async def unpause_training(job: Job, *, compilation_id: CompilationId, connections: Connecting) -> None:
    """Let a halted one go on. Raises ProviderError, UserError."""
    run, job_id = await _started(job, compilation_id)
    async with opened_trainer(connections, job, provider_id=run.provider_id) as trainer:
        await trainer.resume(job_id)


async def cancel_training(job: Job, *, compilation_id: CompilationId, connections: Connecting) -> None:
    """Give the version up and end it at the provider, whoever follows it. Raises ProviderError, UserError.

    Where no other program follows it, it is given up at once, and what is left to do at the provider is done behind it.
    """
    run = await _allowed(job, compilation_id)
    if stop_following(compilation_id):
        # The job that follows it here gives it up.
        return
    try:
        await job.write(training_jobs.claim, compilation_id=compilation_id)
    except OwnedElsewhereError:
        # Whoever follows it sees that it was cancelled, and gives the version up.
        _, job_id = await _started(job, compilation_id)
        async with opened_trainer(connections, job, provider_id=run.provider_id) as trainer:
            await trainer.cancel(job_id)
        return
    log = BuildLog(job, before=run.build_log)
    trainer = await connections.trainer(job, provider_id=run.provider_id)
    await give_up(job, compilation_id, cancelled_by(job), log, JobState.CANCELLED)
    end_behind(job, log, trainer, compilation_id)


async def finish_cancelling(job: Job, *, compilation_id: CompilationId, connections: Connecting) -> None:
    """Go on with ending a training at its provider, which a program that has ended was at. Raises as `trainer` does.

    Raises OwnedElsewhereError while another program is at it.
    """
    run = await job.read(training_jobs.training_run, compilation_id=compilation_id)
    trainer = await connections.trainer(job, provider_id=run.provider_id)
    try:
        await job.write(training_jobs.claim_end, compilation_id=compilation_id)
    except BaseException:
        await trainer.close()
        raise
    await end_there(job, BuildLog(job, before=run.build_log), trainer, compilation_id)


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
