"""Deletes a version: marked first, deleted at its provider if anything of it lies there, its files freed at last."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from erpai_desktop.errors import UserError
from erpai_desktop.models.enums import JobState
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.services import deleting_versions
from erpai_desktop.services.checks import counted
from erpai_desktop.services.deleting_versions import DeletionPlan
from erpai_desktop.storage.blob_freeing import free_blobs
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.providers.connecting import Connecting, opened_trainer
from erpai_desktop.workers.threads import in_a_thread


@dataclass(frozen=True, slots=True)
class Deleted:
    """How a deletion ended. `freed` counts stored files that no other version uses."""

    number: int
    at_provider: bool
    freed: int

    def sentence(self) -> str:
        """For people."""
        where = "here and at the provider" if self.at_provider else "here"
        return f"v{self.number} was deleted {where}; {counted(self.freed, 'file')} freed."


async def delete_version(
    job: Job, *, compilation_id: CompilationId, connections: Connecting | None, only_here: bool = False
) -> Deleted:
    """Delete a version that does not answer. What is gone at the provider already is no error.

    While the provider refuses or cannot be reached, the version stays what it was; `only_here` leaves what lies there.
    Raises UserError for the active version, ProviderError, KeyMissingError, KeyringError, NotPermittedError.
    """
    plan = await job.read(deleting_versions.deletion_plan, compilation_id=compilation_id)
    remote = plan.is_remote and not only_here
    if remote and connections is None:
        raise UserError("A provider is needed for this.", safe="Nothing was deleted.")
    job.progress("deleting")
    await job.write(deleting_versions.begin_deletion, compilation_id=compilation_id)
    try:
        if remote and connections is not None:
            await _delete_at_provider(job, plan, connections)
    except asyncio.CancelledError:
        await _give_up(job, compilation_id, "Cancelled.", JobState.CANCELLED)
        raise
    except Exception as error:
        await _give_up(job, compilation_id, str(error), JobState.FAILED)
        raise
    await job.write(deleting_versions.complete_deletion, compilation_id=compilation_id)
    young_too = not await job.read(deleting_versions.builds_are_running)
    freed = await in_a_thread(free_blobs, job.database, plan.blobs, young_too=young_too)
    deleted = Deleted(plan.number, at_provider=remote, freed=freed)
    job.progress("done", text=deleted.sentence())
    return deleted


async def _delete_at_provider(job: Job, plan: DeletionPlan, connections: Connecting) -> None:
    assert plan.provider_id is not None
    async with opened_trainer(connections, job, provider_id=plan.provider_id) as trainer:
        if plan.remote_model:
            await trainer.delete_model(plan.remote_model)
            job.log(f"Deleted {plan.remote_model} at the provider")
        for file_id in plan.remote_files:
            await trainer.delete_file(file_id)


async def _give_up(job: Job, compilation_id: CompilationId, message: str, state: JobState) -> None:
    await job.write(
        deleting_versions.give_up_deletion, compilation_id=compilation_id, error_message=message, state=state
    )
