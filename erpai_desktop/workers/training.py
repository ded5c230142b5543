"""Training a prepared version at its provider, from wherever it stands: send, start, follow to the end.

Each step is written down before it is taken (services/training_jobs.py). So the same function begins a training and
goes on with one after a crash, a restart, or in another program: it looks at what has been written down, finds out at
the provider what nobody knows, adopts what is there, and takes the next step.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

from erpai_desktop.ai.trainer import RemoteJob, RemoteState, Trainer
from erpai_desktop.errors import (
    BuildError,
    ErpAiError,
    KeyRefusedError,
    NotFoundError,
    NotOfferedError,
    OwnedElsewhereError,
    ProviderError,
    ServiceError,
)
from erpai_desktop.models.chat_limits import likely_epochs
from erpai_desktop.models.enums import JobState, UsageState
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.models.snapshots.training import TrainingRun
from erpai_desktop.services import training_jobs, training_metering, training_reading
from erpai_desktop.services.training_files import (
    DATASET,
    TRAINING_FILE,
    TRAINING_JOB,
    UPLOAD,
    VALIDATION_DATASET,
    VALIDATION_FILE,
)
from erpai_desktop.workers.build_log import BuildLog
from erpai_desktop.workers.connecting import Connecting
from erpai_desktop.workers.following import follow
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.orphans import find_orphans
from erpai_desktop.workers.patience import Pace
from erpai_desktop.workers.targets.target import GoesOnElsewhereError, Made, NotTrained
from erpai_desktop.workers.training_steps import OutcomeUnknownError, Steps, file_name

_UNAUTHORISED = 401
_CLEANING_S = 15
_followed: set[CompilationId] = set()
"""In this process: two windows' jobs have the same owner, and only one of them may act."""


async def train(
    job: Job, *, log: BuildLog, compilation_id: CompilationId, connections: Connecting, cache_folder: Path, pace: Pace
) -> Made | NotTrained:
    """Take the steps that are left. The caller owns the version (`begin` or `claim`) and completes or gives it up.

    Raises GoesOnElsewhereError when the version must not be given up, though this program follows it no longer: it is
    closing, or the provider or its key cannot be reached, or another program has taken over. BuildError when the
    training failed; BudgetExceededError, ProviderError, KeyMissingError, KeyringError before anything was begun; a
    cancellation ends it at the provider too, unless the program closes.
    """
    with _only_here(compilation_id):
        run = await job.read(training_jobs.training_run, compilation_id=compilation_id)
        reason = await job.read(training_reading.why_not_trained, compilation_id=compilation_id)
        if reason and not run.has_begun:
            return NotTrained(reason)
        trainer: Trainer | None = None
        try:
            trainer = await connections.trainer(job, provider_id=run.provider_id)
            return await _trained(job, log, trainer, run, cache_folder / "training", pace)
        except asyncio.CancelledError as error:
            if job.leaving:
                raise await _left(job, log, run, error) from error
            await abandon(job, log, trainer, compilation_id)
            raise
        except OwnedElsewhereError as error:
            raise GoesOnElsewhereError(error) from error
        except OutcomeUnknownError as error:
            raise await _left(job, log, run, _goes_on(error.why, run)) from error
        except BuildError:
            raise
        except ErpAiError as error:
            run = await job.read(training_jobs.training_run, compilation_id=compilation_id)
            if run.is_running and run.has_begun:
                raise await _left(job, log, run, _goes_on(error, run)) from error
            await job.write(
                training_metering.end_training_call,
                compilation_id=compilation_id,
                trained_tokens=0,
                state=UsageState.FAILED,
            )
            raise
        finally:
            if trainer is not None:
                await trainer.close()


async def _trained(
    job: Job, log: BuildLog, trainer: Trainer, run: TrainingRun, folder: Path, pace: Pace
) -> Made | NotTrained:
    await _tell_orphans(job, log, trainer, run)
    await job.write(
        training_metering.begin_training_call,
        compilation_id=run.compilation_id,
        tokens=run.tokens * likely_epochs(run.examples),
    )
    steps = Steps(job, log, trainer, run, folder, pace)
    try:
        training_file = await steps.uploaded("training", DATASET)
        validation_file = (
            await steps.uploaded("validation", VALIDATION_DATASET) if VALIDATION_DATASET in run.blobs else None
        )
        step, job_id = await steps.started(training_file=training_file, validation_file=validation_file)
    except (KeyRefusedError, NotOfferedError) as error:
        if error.status == _UNAUTHORISED:
            raise
        await job.write(
            training_metering.end_training_call,
            compilation_id=run.compilation_id,
            trained_tokens=0,
            state=UsageState.FAILED,
        )
        return NotTrained(no_longer(run.provider_name, run.base_model, error.message))
    remote = await follow(job, log, trainer, step, job_id, pace)
    await _tell_orphans(job, log, trainer, run)
    if remote.state is not RemoteState.SUCCEEDED or not remote.trained_model:
        await _failed(job, remote, run)
    await job.write(
        training_metering.end_training_call,
        compilation_id=run.compilation_id,
        trained_tokens=remote.trained_tokens,
        state=UsageState.SETTLED,
    )
    await job.write(
        training_jobs.record_step, step_id=step.id, state=JobState.DONE, remote_id=job_id, build_log=log.text()
    )
    values = {TRAINING_FILE: training_file, "training_job": job_id}
    if validation_file is not None:
        values[VALIDATION_FILE] = validation_file
    if remote.trained_tokens is not None:
        values["trained_tokens"] = str(remote.trained_tokens)
        log.add(f"Trained on {remote.trained_tokens:,} tokens: {remote.trained_model}")
    return Made(
        input_hash=run.input_hash,
        knowledge_revision=run.knowledge_revision,
        compiled_model_name=remote.trained_model,
        values=values,
    )


def no_longer(provider_name: str, base_model: str, why: str) -> str:
    """The ordinary end of a training that a provider does not offer."""
    return (
        f"{provider_name} does not train {base_model or 'this model'} (any more): {why} "
        "What was prepared is kept: save it as files, or compile to grounded, which needs no training."
    )


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
    await _left(job, log, run, asyncio.CancelledError())
    return True


def is_followed_here(compilation_id: CompilationId) -> bool:
    """Whether a job of this process follows it."""
    return compilation_id in _followed


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


# --- how it ends otherwise ------------------------------------------------------------------------------------------


async def _failed(job: Job, remote: RemoteJob, run: TrainingRun) -> None:
    """Raises BuildError."""
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


async def _left(job: Job, log: BuildLog, run: TrainingRun, why: BaseException) -> GoesOnElsewhereError:
    """Leave the version to whoever follows it next, which may be this program after its next start."""
    log.add("Left to go on at the provider")
    await job.write(training_jobs.release, compilation_id=run.compilation_id, build_log=log.text())
    return GoesOnElsewhereError(why)


def _goes_on(error: ErpAiError, run: TrainingRun) -> ServiceError:
    return ServiceError(
        error.message,
        safe=f"The training of v{run.number} goes on at {run.provider_name}; nothing is sent twice.",
        advice=f"{error.advice} It is followed again at the next start.".strip(),
    )


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


async def _tell_orphans(job: Job, log: BuildLog, trainer: Trainer, run: TrainingRun) -> None:
    orphans = await find_orphans(job, trainer, provider_name=run.provider_name)
    for orphan in orphans:
        log.add(orphan.message)
    if orphans:
        await job.write(
            training_jobs.add_findings,
            compilation_id=run.compilation_id,
            messages=[orphan.message for orphan in orphans],
        )


@contextlib.contextmanager
def _only_here(compilation_id: CompilationId) -> Iterator[None]:
    if compilation_id in _followed:
        raise GoesOnElsewhereError(OwnedElsewhereError("This training is followed already.", safe="It goes on."))
    _followed.add(compilation_id)
    try:
        yield
    finally:
        _followed.discard(compilation_id)
