"""How a training ends otherwise: failed, cancelled by a person, or left to whoever follows it next."""

from __future__ import annotations

import asyncio

from erpai_desktop.ai.trainer import RemoteJob, RemoteState, Trainer
from erpai_desktop.errors import BuildError, ErpAiError, NotFoundError, ProviderError, ServiceError
from erpai_desktop.models.asset_keys import DATASET
from erpai_desktop.models.enums import JobState, UsageState
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.models.snapshots.training import TrainingRun
from erpai_desktop.services import training_jobs, training_metering
from erpai_desktop.services.training_files import TRAINING_JOB, UPLOAD
from erpai_desktop.workers.build_log import BuildLog
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.targets.target import GoesOnElsewhereError
from erpai_desktop.workers.training.steps import file_name

_CLEANING_S = 15
"""For each of two things: ending the job, and deleting what was sent."""

_being_ended: set[str] = set()
"""Intentions whose jobs are being ended by this process."""


async def failed(job: Job, remote: RemoteJob, run: TrainingRun) -> None:
    """Settle what a training that did not succeed has cost. Raises BuildError, always."""
    await job.write(
        training_metering.end_training_call,
        compilation_id=run.compilation_id,
        trained_tokens=remote.billed_tokens,
        state=UsageState.FAILED,
    )
    if remote.state is RemoteState.CANCELLED:
        raise BuildError("The training was cancelled at the provider.", safe="The active version stays as it was.")
    raise BuildError(
        f"The training failed at {run.provider_name}: {' '.join(remote.error.split())[:1000] or 'no reason given'}.",
        safe="The active version stays as it was; what was prepared is kept.",
        advice="The log says how far it got.",
    )


async def left(job: Job, log: BuildLog, run: TrainingRun, why: BaseException) -> GoesOnElsewhereError:
    """Leave the version to whoever follows it next, which may be this program after its next start."""
    now = await job.read(training_jobs.training_run, compilation_id=run.compilation_id)
    log.add("Left to go on at the provider" if now.has_begun else "Left as it was prepared: nothing has been sent yet")
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


def end_behind(job: Job, log: BuildLog, trainer: Trainer | None, compilation_id: CompilationId) -> None:
    """A person has cancelled, and the version is given up at once: see behind that to what goes on at the provider."""
    job.behind(lambda: end_there(job, log, trainer, compilation_id))


async def end_there(job: Job, log: BuildLog, trainer: Trainer | None, compilation_id: CompilationId) -> None:
    """End at the provider what a version that is given up has begun there, and close the trainer.

    Where the program is closed meanwhile, the next one that opens the workspace goes on with it.
    """
    run = await job.read(training_jobs.training_run, compilation_id=compilation_id)
    step = run.step(TRAINING_JOB)
    own_id = str(step.id) if step is not None else ""
    _being_ended.add(own_id)
    try:
        await _abandon(job, log, trainer, run)
        await job.write(training_jobs.record_log, compilation_id=compilation_id, build_log=log.text())
    except asyncio.CancelledError:
        log.add("The program was closed before all was ended at the provider: its next start goes on with that")
        await job.write(training_jobs.release, compilation_id=compilation_id, build_log=log.text())
        raise
    finally:
        _being_ended.discard(own_id)
        if trainer is not None:
            await trainer.close()


def is_being_ended(own_id: str) -> bool:
    """Whether the job of this intention is being ended by this program right now."""
    return own_id in _being_ended


async def _abandon(job: Job, log: BuildLog, trainer: Trainer | None, run: TrainingRun) -> None:
    """End what goes on at the provider and take away what was sent, as far as it can be.

    Where nobody knows how a job that was begun has ended, its estimate stays, and what may go on is told.
    """
    step = run.step(TRAINING_JOB)
    tokens: int | None = None if step is not None else 0
    is_ended = step is None
    # The version may have been given up by now, and its open steps with it.
    is_begun = any(step.state not in (JobState.INTERRUPTED, JobState.FAILED) for step in run.steps)
    # The provider there now has never heard of what was sent elsewhere.
    if trainer is not None and is_begun and not run.sent_elsewhere:
        try:
            async with asyncio.timeout(_CLEANING_S):
                ended = await _end_job(trainer, run)
            is_ended = True
            tokens = 0 if ended is None else ended.billed_tokens
            if ended is not None and ended.trained_model:
                await _tell(job, log, run, _trained_all_the_same(run, ended))
            else:
                log.add("Nothing goes on at the provider" if ended is None else "Ended at the provider")
        except (ProviderError, TimeoutError) as error:
            log.add(f"Not all could be ended at the provider: {_said(error)}")
        await take_back(log, trainer, run)
    if not is_ended:
        await _tell(job, log, run, _may_go_on(run))
    await job.write(
        training_metering.end_training_call,
        compilation_id=run.compilation_id,
        trained_tokens=tokens,
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
        log.add(f"The files that were sent could not be deleted at the provider: {_said(error)}")


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
        log.add(f"What interrupted uploads may have left at the provider could not be looked for: {_said(error)}")


async def _end_job(trainer: Trainer, run: TrainingRun) -> RemoteJob | None:
    """The run's job, ended now or before; None where there is none."""
    step = run.step(TRAINING_JOB)
    if step is None:
        return None
    found = [await trainer.retrieve(step.remote_id)] if step.remote_id else await trainer.find(str(step.id))
    ended = [one if one.state.ended else await trainer.cancel(one.id) for one in found]
    return ended[0] if ended else None


async def _tell(job: Job, log: BuildLog, run: TrainingRun, message: str) -> None:
    log.add(message)
    await job.write(training_jobs.add_findings, compilation_id=run.compilation_id, messages=[message])


def _trained_all_the_same(run: TrainingRun, ended: RemoteJob) -> str:
    return (
        f"The training of v{run.number} had ended before it was cancelled: {ended.trained_model} is kept at "
        f"{run.provider_name} until it is deleted there."
    )


def _may_go_on(run: TrainingRun) -> str:
    step = run.step(TRAINING_JOB)
    named = f"The training job {step.remote_id}" if step is not None and step.remote_id else "A training job"
    where = run.sent_elsewhere or run.provider_name
    return f"{named} of v{run.number} may still go on at {where} and cost money: look there, and cancel it."


def _said(error: Exception) -> str:
    # A timeout of ours has no words of its own.
    return str(error) or f"no answer within {_CLEANING_S} seconds"


async def _delete_files(trainer: Trainer, run: TrainingRun) -> None:
    for step in run.steps:
        if step.kind == UPLOAD:
            ids = (
                [step.remote_id] if step.remote_id else [file.id for file in await trainer.find_files(file_name(step))]
            )
            for file_id in ids:
                await trainer.delete_file(file_id)


def cancelled_by(job: Job) -> str:
    """Who has cancelled, as a version's error says it."""
    who = job.database.actor
    return f"Cancelled by {who.name if who else 'nobody'}."
