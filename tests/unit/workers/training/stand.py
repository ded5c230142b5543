"""A prepared version and the provider's server that trains it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from erpai_desktop.ai.providers.provider_access import Limits, ProviderAccess
from erpai_desktop.models.entities import Compilation, Usage
from erpai_desktop.models.enums import ProviderKind
from erpai_desktop.models.ids import CompilationId, JobId, ModelId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.training import TrainingRun
from erpai_desktop.services import training_jobs
from erpai_desktop.storage.database import Database
from erpai_desktop.workers.compiled import Compiled
from erpai_desktop.workers.training.resume_training import resume_training
from tests.providers.server import ProviderServer
from tests.trained import BASE_MODEL, QUICK, Trainers, add_arbiter, begin_prepared
from tests.unit.workers.conftest import DirectJob
from tests.waiting import eventually

ONCE = Limits(retries=0)


class Stand:
    """A prepared version, and the server that is to train it."""

    def __init__(self, database: Database, server: ProviderServer, folder: Path) -> None:
        self.database = database
        self.server = server
        self.folder = folder
        self.trainers = Trainers(
            ProviderAccess(
                ProviderKind.OPENAI_COMPATIBLE, server.base_url, BASE_MODEL, key=SecretStr(server.key), limits=ONCE
            )
        )
        self.model_id: ModelId = add_arbiter(database, rows=1)
        self.id: CompilationId = begin_prepared(database, self.model_id, folder)

    async def go_on(self, job: DirectJob | None = None) -> Compiled:
        return await resume_training(
            job or DirectJob(self.database),
            compilation_id=self.id,
            connections=self.trainers,
            cache_folder=self.folder / "cache",
            pace=QUICK,
        )

    @property
    def run(self) -> TrainingRun:
        return self.database.read(training_jobs.training_run, compilation_id=self.id)

    @property
    def version(self) -> Compilation:
        return self.database.read(lambda session: session.get_one(Compilation, self.id))

    @property
    def usage(self) -> Usage:
        (row,) = self.usages
        return row

    @property
    def usages(self) -> list[Usage]:
        return self.database.read(lambda session: list(session.scalars(select(Usage))))

    def begin_step(self, kind: str, **payload: object) -> str:
        """An intention as a killed program leaves it."""
        step_id = JobId(new_id())
        self.database.write(training_jobs.intend, compilation_id=self.id, step_id=step_id, kind=kind, payload=payload)
        return str(step_id)


async def cancel_once_started(stand: Stand, job: DirectJob) -> None:
    task = asyncio.create_task(stand.go_on(job))
    await eventually(lambda: "at the provider" in job.stages)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await job.settled()
