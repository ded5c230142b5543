"""How a training ends otherwise: failed, cancelled by a person, or left to whoever follows it next."""

from __future__ import annotations

import asyncio

from erpai_desktop.ai.trainer import RemoteJob, RemoteState, Trainer
from erpai_desktop.errors import BuildError, ErpAiError, NotFoundError, ProviderError, ServiceError
from erpai_desktop.models.enums import UsageState
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.models.snapshots.training import TrainingRun
from erpai_desktop.services import training_jobs, training_metering
from erpai_desktop.services.training_files import DATASET, TRAINING_JOB, UPLOAD
from erpai_desktop.workers.build_log import BuildLog
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.targets.target import GoesOnElsewhereError
from erpai_desktop.workers.training.steps import file_name

_CLEANING_S = 15


async def failed(job: Job, remote: RemoteJob, run: TrainingRun) -> None:
    """Settle what a training that did not succeed has cost. Raises BuildError, always."""
    cancelled = remote.state is RemoteState.CANCELLED
    # What fails is not billed; what is cancelled is, as far as it got.
    tokens = remote.trained_tokens if cancelled or remote.trained_tokens else 0
    await job.write(
        training_metering.end_training_call,
        compilation_id=run.compilation_id,
        trained_tokens=tokens,
        state=UsageState.FAILED,
    )
    if cancelled:
        raise BuildError("The training was cancelled at the provider.", safe="The active version stays as it was.")
    raise BuildError(
        f"The training failed at {run.provider_name}: {' '.join(remote.error.split())[:1000] or 'no reason given'}.",
        safe="The active version stays as it was; what was prepared is kept.",
        advice="The log says how far it got.",
    )


async def left(job: Job, log: BuildLog, run: TrainingRun, why: BaseException) -> GoesOnElsewhereError:
    """Leave the version to whoever follows it next, which may be this program after its next start."""
    log.add("Left to go on at the provider")
    await job.write(training_jobs.release, compilation_id=run.compilation_id, build_log=log.text())
    return GoesOnElsewhereError(why)


async def left_running(job: Job, log: BuildLog, compilation_id: CompilationId) -> bool:
    """Whether a version that is cancelled because the program closes is left for the next start, prepared as it is."""
    if not job.leaving:
        return False
    try:
        run = await job.read(training_jobs.training_run, compilation_id=compilation_id)
    except NotFoundError:
        return False
    if not run.is_running or DATASET not in run.blobs:
        return False
    await left(job, log, run, asyncio.CancelledError())
    return True


def goes_on(error: ErpAiError, run: TrainingRun) -> ServiceError:
    """What to raise for what keeps this program from following a training that goes on."""
    return ServiceError(
        error.message,
        safe=f"The training of v{run.number} goes on at {run.provider_name}; nothing is sent twice.",
        advice=f"{error.advice} It is followed again at the next start.".strip(),
    )


async def abandon(job: Job, log: BuildLog, trainer: Trainer | None, compilation_id: CompilationId) -> None:
    """A person has cancelled: end what goes on at the provider and take away what was sent, as far as it can be."""
    run = await job.read(training_jobs.training_run, compilation_id=compilation_id)
    cancelled: RemoteJob | None = None
    if trainer is not None and run.has_begun:
        try:
            async with asyncio.timeout(_CLEANING_S):
                cancelled = await _end_job(trainer, run)
                await _delete_files(trainer, run)
            log.add("Ended at the provider" if cancelled is not None else "Nothing goes on at the provider")
        except (ProviderError, TimeoutError) as error:
            log.add(f"Not all could be ended at the provider: {error}")
    await job.write(
        training_metering.end_training_call,
        compilation_id=compilation_id,
        trained_tokens=cancelled.trained_tokens if run.step(TRAINING_JOB) is not None and cancelled is not None else 0,
        state=UsageState.FAILED,
    )


async def take_back(log: BuildLog, trainer: Trainer | None, run: TrainingRun) -> None:
    """Delete what was sent for a training that came to nothing, as far as it can be."""
    if trainer is None or not any(step.kind == UPLOAD for step in run.steps):
        return
    try:
        async with asyncio.timeout(_CLEANING_S):
            await _delete_files(trainer, run)
    except (ProviderError, TimeoutError) as error:
        log.add(f"The files that were sent could not be deleted at the provider: {error}")


async def sweep_uploads(job: Job, log: BuildLog, trainer: Trainer, compilation_id: CompilationId) -> None:
    """Delete files that have turned up all the same under uploads that had been given up."""
    run = await job.read(training_jobs.training_run, compilation_id=compilation_id)
    given_up = [step for step in run.steps if step.kind == UPLOAD and not step.is_open and not step.remote_id]
    try:
        async with asyncio.timeout(_CLEANING_S):
            for step in given_up:
                for file in await trainer.find_files(file_name(step)):
                    await trainer.delete_file(file.id)
                    log.add(f"Deleted {file.id}, which an interrupted upload had left at the provider")
    except (ProviderError, TimeoutError) as error:
        log.add(f"What interrupted uploads may have left at the provider could not be looked for: {error}")


async def _end_job(trainer: Trainer, run: TrainingRun) -> RemoteJob | None:
    step = run.step(TRAINING_JOB)
    if step is None:
        return None
    if step.remote_id:
        return await trainer.cancel(step.remote_id)
    ended = [await trainer.cancel(found.id) for found in await trainer.find(str(step.id)) if not found.state.ended]
    return ended[0] if ended else None


async def _delete_files(trainer: Trainer, run: TrainingRun) -> None:
    for step in run.steps:
        if step.kind == UPLOAD:
            ids = (
                [step.remote_id] if step.remote_id else [file.id for file in await trainer.find_files(file_name(step))]
            )
            for file_id in ids:
                await trainer.delete_file(file_id)
