"""A window that opens a workspace ends, at the provider, what another one was ending when it was killed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from erpai_desktop.app.training_jobs import TrainingJobs
from erpai_desktop.models.enums import JobState, UsageState
from erpai_desktop.services import compilations, training_jobs
from erpai_desktop.storage.database import Database
from erpai_desktop.workers.runner import Runner
from tests.direct_job import DirectJob
from tests.providers.server import ProviderServer
from tests.unit.workers.training.stand import Stand
from tests.waiting import eventually, settled


async def test_what_was_being_ended_is_ended_at_the_next_start(empty: Database, tmp_path: Path) -> None:
    with ProviderServer() as server:
        stand = Stand(empty, server, tmp_path)
        server.training.advances = False
        # Killed once the version was given up: followed by a program that left, then given up by nobody alive.
        job = DirectJob(empty)
        job.leaving = True
        task = asyncio.create_task(stand.go_on(job))
        await eventually(lambda: "at the provider" in job.stages)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        empty.write(
            compilations.fail, compilation_id=stand.id, error_message="No.", build_log="", state=JobState.CANCELLED
        )
        assert len(empty.read(training_jobs.unfinished_ends)) == 1
        runner = Runner(empty)
        unused = cast("Any", None)
        jobs = TrainingJobs(runner, unused, cast("Any", stand.trainers), tmp_path, lambda _model: None, parent=runner)
        await settled(runner)
        assert server.training.jobs["ftjob-1"]["status"] == "cancelled" and server.training.files == {}
        assert stand.usage.state is UsageState.FAILED
        (state,) = runner.jobs
        assert state.spec.title == "Cancel: training of Support v1"
        jobs.take_up()
        await settled(runner)
        assert len(runner.jobs) == 1
        await runner.close()
