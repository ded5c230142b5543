"""Jobs at a provider that no version waits for: found by our id in them, told, and ended where they are ours alone."""

from __future__ import annotations

from dataclasses import dataclass

from erpai_desktop.ai.trainer import RemoteJob, Trainer
from erpai_desktop.errors import ProviderError
from erpai_desktop.models.enums import JobState
from erpai_desktop.models.snapshots.training import TrainingStep
from erpai_desktop.services import training_jobs, training_metering
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.training.ends import is_being_ended

_GIVEN_UP = (JobState.INTERRUPTED, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Orphan:
    """One found. `message` says what it is and what was or can be done."""

    job: RemoteJob
    message: str


async def find_orphans(job: Job, trainer: Trainer, *, provider_name: str) -> tuple[Orphan, ...]:
    """Look through the provider's newest jobs, but for those that this program is ending just now.

    - One whose intention was given up (its start failed, its version was cancelled) is this workspace's: it is ended if
      it has not ended, and told once.
    - One that still goes on under an intention that this workspace does not know may belong to another workspace: it is
      told, and left alone.
    """
    try:
        return await look_for_orphans(job, trainer, provider_name=provider_name)
    except ProviderError:
        # Whoever cannot be asked now is asked the next time.
        return ()


async def look_for_orphans(job: Job, trainer: Trainer, *, provider_name: str) -> tuple[Orphan, ...]:
    """As `find_orphans`, for a person who wants to know. Raises ProviderError when the provider cannot be asked."""
    theirs = await trainer.ours()
    steps = await job.read(training_jobs.training_steps)
    found: list[Orphan] = []
    for remote in theirs:
        if is_being_ended(remote.own_id):
            continue
        step = steps.get(remote.own_id)
        if step is None:
            if not remote.state.ended:
                found.append(
                    Orphan(
                        remote,
                        f"The training job {remote.id} at {provider_name} goes on for no version of this workspace. "
                        "If it is no other workspace's, cancel it there.",
                    )
                )
        elif _is_forsaken(step, remote):
            found.append(await _end(job, trainer, step, remote, provider_name))
    return tuple(found)


def _is_forsaken(step: TrainingStep, remote: RemoteJob) -> bool:
    if remote.id in step.payload.get(training_jobs.TOLD, ()) and remote.state.ended:
        return False
    second = bool(step.remote_id) and step.remote_id != remote.id
    return second or (step.state in _GIVEN_UP and not (step.remote_id == remote.id and remote.state.ended))


async def _end(job: Job, trainer: Trainer, step: TrainingStep, remote: RemoteJob, provider_name: str) -> Orphan:
    orphan_id = remote.id
    message = f"The training job {orphan_id} at {provider_name} was begun for a start that had been given up"
    if remote.state.ended:
        message += f"; it has ended ({remote.state.value})."
    else:
        try:
            remote = await trainer.cancel(remote.id)
            message += "; it was cancelled."
        except ProviderError as error:
            message += f", and could not be cancelled: {error.message} Cancel it there."
    await job.write(
        training_metering.settle_orphan, step_id=step.id, remote_id=orphan_id, trained_tokens=remote.billed_tokens
    )
    return Orphan(remote, message)
