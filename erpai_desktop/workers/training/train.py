"""Training a prepared version at its provider, from wherever it stands: send, start, follow to the end.

Each step is written down before it is taken (services/training_jobs.py). So the same function begins a training and
goes on with one after a crash, a restart, or in another program: it looks at what has been written down, finds out at
the provider what nobody knows, adopts what is there, and takes the next step.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from erpai_desktop.ai.trainer import RemoteState, Trainer
from erpai_desktop.errors import (
    BuildError,
    ErpAiError,
    KeyMissingError,
    KeyRefusedError,
    KeyringError,
    NotOfferedError,
    OwnedElsewhereError,
    UserError,
)
from erpai_desktop.models.asset_keys import (
    DATASET,
    INDEX,
    INSTRUCTIONS,
    TRAINING_FILE,
    VALIDATION_DATASET,
    VALIDATION_FILE,
)
from erpai_desktop.models.chat_limits import likely_epochs
from erpai_desktop.models.enums import JobState, Target, UsageState
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.models.snapshots.compilations import VersionToAsk
from erpai_desktop.models.snapshots.training import KEPT, NOT_TRAINED, TrainingRun
from erpai_desktop.services import training_jobs, training_metering, training_reading
from erpai_desktop.services.training_files import TRAINING_JOB
from erpai_desktop.workers.build_log import BuildLog
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.providers.connecting import Connecting
from erpai_desktop.workers.targets.measuring import measure_version
from erpai_desktop.workers.targets.target import GoesOnElsewhereError, Made, NotTrained
from erpai_desktop.workers.training.ends import end_behind, failed, goes_on, left, sweep_uploads, take_back
from erpai_desktop.workers.training.following import follow
from erpai_desktop.workers.training.orphans import find_orphans
from erpai_desktop.workers.training.patience import Pace
from erpai_desktop.workers.training.steps import OutcomeUnknownError, Steps

EVALUATE = "evaluate"
"""The asset that says whether the trained model is to be put the validation questions."""
_UNAUTHORISED = 401
_followed: dict[CompilationId, asyncio.Task[object]] = {}
"""In this process: two windows' jobs have the same owner, and only one of them may act."""


async def train(
    job: Job,
    *,
    log: BuildLog,
    compilation_id: CompilationId,
    connections: Connecting,
    cache_folder: Path,
    pace: Pace,
    engine: EngineProcess | None = None,
) -> Made | NotTrained:
    """Take the steps that are left. The caller owns the version (`begin` or `claim`) and completes or gives it up.

    Raises GoesOnElsewhereError when the version must not be given up, though this program follows it no longer: it is
    closing, or the provider or its key cannot be reached, or another program has taken over. BuildError when the
    training failed; BudgetExceededError, ProviderError, KeyMissingError, KeyringError before anything was begun; a
    cancellation gives it up at once and ends it at the provider behind that, unless the program closes.
    """
    with _only_here(compilation_id):
        run = await job.read(training_jobs.training_run, compilation_id=compilation_id)
        reason = await job.read(training_reading.why_not_trained, compilation_id=compilation_id)
        if reason and not run.has_begun:
            return NotTrained(reason)
        if run.sent_elsewhere:
            raise await left(job, log, run, _moved(run))
        trainer: Trainer | None = None
        try:
            trainer = await connections.trainer(job, provider_id=run.provider_id)
            made = await _trained(job, log, trainer, run, cache_folder / "training", pace)
            if isinstance(made, NotTrained):
                return made
            return await _measured(
                job, log, run, made, engine=engine, connections=connections, cache_folder=cache_folder
            )
        except asyncio.CancelledError as error:
            if job.leaving:
                raise await left(job, log, run, error) from error
            # What is left to do at the provider may take long there: the person sees at once that it is cancelled.
            end_behind(job, log, trainer, compilation_id)
            trainer = None
            raise
        except OwnedElsewhereError as error:
            raise GoesOnElsewhereError(error) from error
        except OutcomeUnknownError as error:
            raise await left(job, log, run, goes_on(error.why, run)) from error
        except BuildError:
            raise
        except ErpAiError as error:
            run = await job.read(training_jobs.training_run, compilation_id=compilation_id)
            no_key = isinstance(error, KeyMissingError | KeyringError)
            if run.is_running and (run.is_waiting or (no_key and run.has_begun)):
                raise await left(job, log, run, goes_on(error, run)) from error
            await job.write(
                training_metering.end_training_call,
                compilation_id=compilation_id,
                trained_tokens=0,
                state=UsageState.FAILED,
            )
            await take_back(log, trainer, run)
            raise
        except Exception as error:
            # Our own bug is no reason to throw away what is being paid for.
            run = await job.read(training_jobs.training_run, compilation_id=compilation_id)
            if run.is_running and run.is_waiting:
                raise await left(job, log, run, error) from error
            # None: whatever it may have cost stands as it was estimated.
            await job.write(
                training_metering.end_training_call,
                compilation_id=compilation_id,
                trained_tokens=None if run.step(TRAINING_JOB) is not None else 0,
                state=UsageState.FAILED,
            )
            await take_back(log, trainer, run)
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
        await take_back(log, trainer, await job.read(training_jobs.training_run, compilation_id=run.compilation_id))
        return NotTrained(no_longer(run.provider_name, run.base_model, error.message))
    remote = await follow(job, log, trainer, step, job_id, pace)
    await _tell_orphans(job, log, trainer, run)
    await sweep_uploads(job, log, trainer, run.compilation_id)
    if remote.state is not RemoteState.SUCCEEDED or not remote.trained_model:
        await take_back(log, trainer, await job.read(training_jobs.training_run, compilation_id=run.compilation_id))
        await failed(job, remote, run)
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
        base_model=remote.trained_model,
    )


async def _measured(
    job: Job,
    log: BuildLog,
    run: TrainingRun,
    made: Made,
    *,
    engine: EngineProcess | None,
    connections: Connecting,
    cache_folder: Path,
) -> Made:
    """With its evaluation, where that is wanted. Whoever cancels that keeps what was trained and paid for."""
    index = run.blobs.get(INDEX)
    if index is None or run.values.get(EVALUATE) == "no":
        return made
    version = VersionToAsk(
        compilation_id=run.compilation_id,
        number=run.number,
        index_sha256=index,
        model_id=run.model_id,
        target=Target.FINE_TUNE,
        instructions=run.values.get(INSTRUCTIONS, ""),
        provider_id=run.provider_id,
        provider_kind=run.provider_kind,
        base_model=made.compiled_model_name,
    )
    try:
        measured = await measure_version(
            job, version, log=log, engine=engine, connections=connections, cache_folder=cache_folder
        )
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if job.leaving or task is None:
            raise
        task.uncancel()
        log.add("Not evaluated: cancelled")
        return made
    except ErpAiError as error:
        log.add(f"Not evaluated: {error}")
        return made
    return replace(
        made,
        values={**made.values, **measured.values},
        blobs={**made.blobs, **measured.blobs},
        unmeasured=measured.why_not,
    )


def no_longer(provider_name: str, base_model: str, why: str) -> str:
    """The ordinary end of a training that a provider does not offer."""
    return f"{NOT_TRAINED}{provider_name} does not train {base_model or 'this model'} (any more): {why} {KEPT}"


def _moved(run: TrainingRun) -> UserError:
    return UserError(
        f"v{run.number} was sent to {run.sent_elsewhere}, but the address of {run.provider_name} is {run.address} now.",
        safe="Nothing was sent to the new address; the training goes on at the old one.",
        advice="Enter the old address again until it has ended, or cancel the training.",
    )


def stop_following(compilation_id: CompilationId) -> bool:
    """Cancel the job of this process that follows it; whether there is one."""
    task = _followed.get(compilation_id)
    if task is not None:
        task.cancel()
    return task is not None


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
    task = asyncio.current_task()
    assert task is not None, "a worker runs in a task"
    _followed[compilation_id] = task
    try:
        yield
    finally:
        del _followed[compilation_id]
