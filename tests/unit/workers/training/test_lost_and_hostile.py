"""Lost cancels, moved providers, wrong clocks, our own bugs, endless logs: all is paid for once, and told."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import update

from erpai_desktop.ai.providers.openai_trainer import OpenAiTrainer
from erpai_desktop.ai.trainer import RemoteEvent
from erpai_desktop.errors import OwnedElsewhereError, UserError
from erpai_desktop.models.chat_limits import likely_epochs
from erpai_desktop.models.entities import JobIntention
from erpai_desktop.models.enums import (
    CompilationStatus,
    UsageState,
)
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.models.snapshots.training import TrainingLine
from erpai_desktop.services import providers, training_jobs, tree
from erpai_desktop.services.compilations import BUILD
from erpai_desktop.services.training_files import TRAINING_JOB
from erpai_desktop.storage.unit_of_work import UnitOfWork
from erpai_desktop.workers import build_log
from erpai_desktop.workers.job_state import JobPhase, JobSpec
from erpai_desktop.workers.runner import Runner, RunningJob
from erpai_desktop.workers.training import control
from erpai_desktop.workers.training import train as training
from erpai_desktop.workers.training.orphans import find_orphans
from erpai_desktop.workers.training.resume_training import resume_training
from erpai_desktop.workers.training.steps import Steps
from tests.providers import faults
from tests.trained import QUICK
from tests.unit.workers.conftest import DirectJob
from tests.unit.workers.training.stand import Stand, cancel_once_started
from tests.waiting import eventually, settled


async def test_a_cancel_that_does_not_get_through_keeps_the_estimate_and_is_told(stand: Stand) -> None:
    stand.server.training.advances = False
    stand.server.fault("POST", "/fine_tuning/jobs/ftjob-1/cancel", faults.status(500))
    await cancel_once_started(stand, DirectJob(stand.database))
    assert (stand.usage.state, stand.usage.tokens_in) == (UsageState.FAILED, 1000 * likely_epochs(12))
    (finding,) = orjson.loads(stand.run.values["findings"])
    assert "ftjob-1" in finding["message"] and "may still go on" in finding["message"]
    # What could be taken back was.
    assert stand.server.training.files == {}
    # The next training finds it and ends it; its estimate is counted already.
    stand.server.mend()
    trainer = await stand.trainers.trainer(DirectJob(stand.database), provider_id=stand.run.provider_id)
    (orphan,) = await find_orphans(DirectJob(stand.database), trainer, provider_name="Trains")
    await trainer.close()
    assert "ftjob-1" in orphan.message and stand.server.training.jobs["ftjob-1"]["status"] == "cancelled"
    assert len(stand.usages) == 1


async def test_a_provider_that_is_silent_keeps_nobody_waiting_who_cancels(stand: Stand, runner: Runner) -> None:
    """The version is given up at once, its job is over, and another one of the same queue begins."""
    stand.server.training.advances = False
    job = _started(stand, runner)
    await eventually(lambda: job.state.stage == "at the provider")
    stand.server.fault("GET", "/fine_tuning/jobs/ftjob-1", faults.silence)
    job.cancel()
    await eventually(lambda: job.state.phase is JobPhase.CANCELLED)
    assert stand.version.error_message == "Cancelled by Tester."
    assert "Not all could be ended" not in stand.version.build_log and runner.busy
    await settled(runner)
    # Two seconds of silence later: what could not be done is told, in the version's log too.
    assert "Not all could be ended at the provider" in stand.version.build_log
    assert any("Not all could be ended" in line for line in job.state.log)
    (finding,) = orjson.loads(stand.run.values["findings"])
    assert "ftjob-1" in finding["message"] and "may still go on" in finding["message"]
    assert stand.usage.state is UsageState.FAILED and stand.server.training.files == {}


async def test_a_window_that_closes_meanwhile_waits_a_moment_and_the_next_one_goes_on(
    stand: Stand, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("erpai_desktop.workers.runner._BEHIND_S", 0.05)
    stand.server.training.advances = False
    job = _started(stand, runner)
    await eventually(lambda: job.state.stage == "at the provider")
    stand.server.fault("GET", "/fine_tuning/jobs/ftjob-1", faults.silence)
    job.cancel()
    await eventually(lambda: job.state.phase is JobPhase.CANCELLED)
    assert [line.is_followed for line in _unfinished(stand)] == [True]
    began = time.monotonic()
    await runner.close()
    assert time.monotonic() - began < 1.5
    assert "The program was closed before all was ended" in stand.version.build_log
    assert [line.is_followed for line in _unfinished(stand)] == [False]
    stand.server.mend()
    await control.finish_cancelling(DirectJob(stand.database), compilation_id=stand.id, connections=stand.trainers)
    assert stand.server.training.jobs["ftjob-1"]["status"] == "cancelled" and stand.server.training.files == {}
    assert stand.usage.state is UsageState.FAILED and _unfinished(stand) == ()
    assert stand.version.error_message == "Cancelled by Tester."
    assert stand.version.build_log.endswith("Ended at the provider")


async def test_what_another_program_is_ending_is_left_to_it(stand: Stand) -> None:
    stand.server.training.advances = False
    await cancel_once_started(stand, DirectJob(stand.database))
    stand.database.write(_owned_by, compilation_id=stand.id, owner="elsewhere|1|1")
    with pytest.raises(OwnedElsewhereError):
        await control.finish_cancelling(DirectJob(stand.database), compilation_id=stand.id, connections=stand.trainers)


async def test_what_is_being_ended_is_no_orphan_to_the_next_training(stand: Stand) -> None:
    stand.server.training.advances = False
    job = DirectJob(stand.database)
    task = asyncio.create_task(stand.go_on(job))
    await eventually(lambda: "at the provider" in job.stages)
    stand.server.fault("GET", "/fine_tuning/jobs/ftjob-1", faults.silence)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await eventually(lambda: stand.version.status is CompilationStatus.COMPLETED)
    trainer = await stand.trainers.trainer(job, provider_id=stand.run.provider_id)
    assert await find_orphans(job, trainer, provider_name="Trains") == ()
    await job.settled()
    (orphan,) = await find_orphans(job, trainer, provider_name="Trains")
    assert "was cancelled" in orphan.message
    await trainer.close()


async def test_what_had_been_trained_before_it_was_cancelled_is_paid_for_and_told(stand: Stand) -> None:
    stand.server.training.advances = False
    job = DirectJob(stand.database)
    task = asyncio.create_task(stand.go_on(job))
    await eventually(lambda: "at the provider" in job.stages)
    for _ in range(3):
        stand.server.training.advance("ftjob-1")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await job.settled()
    assert stand.usage.tokens_in == 1234
    (finding,) = orjson.loads(stand.run.values["findings"])
    assert stand.server.training.trained[0] in finding["message"]


async def test_a_provider_that_has_moved_is_not_sent_the_rest(stand: Stand) -> None:
    stand.begin_step(TRAINING_JOB, address="https://old.example.com/v1")
    with pytest.raises(UserError, match=r"was sent to https://old\.example\.com/v1"):
        await stand.go_on()
    assert stand.server.requests == []
    assert stand.version.status is CompilationStatus.RUNNING
    job = DirectJob(stand.database)
    await control.cancel_training(job, compilation_id=stand.id, connections=stand.trainers)
    await job.settled()
    assert stand.server.requests == []
    (finding,) = orjson.loads(stand.run.values["findings"])
    assert "may still go on at https://old.example.com/v1" in finding["message"]


async def test_its_provider_is_not_deleted_meanwhile(stand: Stand) -> None:
    stand.database.write(tree.update_model, model_id=stand.model_id, object_version=None, provider_id=None)
    with pytest.raises(UserError, match="is used by 1 model: “Support”"):
        stand.database.write(providers.delete_provider, provider_id=stand.run.provider_id)


async def test_each_step_says_where_it_was_taken(stand: Stand) -> None:
    await stand.go_on()
    assert {step.payload["address"] for step in stand.run.steps} == {"https://api.openai.com/v1"}


async def test_a_clock_that_was_set_back_keeps_nobody_waiting(stand: Stand) -> None:
    step_id = stand.begin_step(TRAINING_JOB)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    stand.database.write(_begun_at, step_id=step_id, moment=tomorrow)
    async with asyncio.timeout(60):
        await stand.go_on()
    assert stand.version.is_successful


async def test_our_own_bug_leaves_what_is_being_paid_for(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(training, "follow", broken)
        with pytest.raises(ZeroDivisionError):
            await stand.go_on()
    assert stand.version.status is CompilationStatus.RUNNING
    await stand.go_on()
    assert stand.version.is_successful and stand.server.training.started == 1


async def test_our_own_bug_before_anything_was_started_takes_back_what_was_sent(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Steps, "started", broken)
    with pytest.raises(ZeroDivisionError):
        await stand.go_on()
    assert (stand.usage.state, stand.usage.tokens_in) == (UsageState.FAILED, 0)
    assert stand.server.training.uploads == 2 and stand.server.training.files == {}


async def test_a_second_job_of_a_start_does_not_take_the_place_of_the_first(stand: Stand) -> None:
    """Somebody copies our id into a job of theirs, or a provider starts two: ours goes on, and is the one we know."""
    stand.server.training.advances = False

    def at(what: str) -> None:
        (ours,) = [job for job in stand.server.training.jobs.values() if job["id"] == "ftjob-1"]
        if what == "at the provider" and stand.server.training.started == 1:
            stand.server.training.add_job(ours)
            stand.server.training.advances = True

    await stand.go_on(DirectJob(stand.database, lambda what: at(what) if stand.server.training.jobs else None))
    step = stand.run.step(TRAINING_JOB)
    assert step is not None and step.remote_id == "ftjob-1"
    assert [job["status"] for job in stand.server.training.jobs.values()] == ["succeeded", "cancelled"]
    assert "ftjob-2" in stand.run.values["findings"]
    assert len(stand.usages) == 2
    # Told once: the next look finds nothing new.
    trainer = await stand.trainers.trainer(DirectJob(stand.database), provider_id=stand.run.provider_id)
    assert await find_orphans(DirectJob(stand.database), trainer, provider_name="Trains") == ()
    await trainer.close()


async def test_a_log_without_end_is_told_once_and_kept_short(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider that knows no place in its log tells all of it at each look."""
    monkeypatch.setattr(build_log, "_MOST_LINES", 100)
    monkeypatch.setattr(build_log, "_FIRST_LINES", 10)
    told = OpenAiTrainer.events

    async def all_of_it(self: OpenAiTrainer, job_id: str, *, after: str | None = None) -> tuple[RemoteEvent, ...]:
        heard = await told(self, job_id)
        flood = [RemoteEvent(f"e{number}", heard[0].time_utc, "info", f"step {number}") for number in range(300)]
        return (*heard, *flood)

    monkeypatch.setattr(OpenAiTrainer, "events", all_of_it)
    await stand.go_on()
    lines = stand.version.build_log.splitlines()
    assert len(lines) <= 100 and lines[0] == "Prepared"
    assert sum("step 299" in line for line in lines) == 1


async def test_a_hostile_log_stays_one_plain_line(stand: Stand) -> None:
    log = stand.server.training._log

    def hostile(job: Mapping[str, Any], message: str) -> None:
        log(job, f"{message}\n\x1b[31m<b>{'x' * 5000}")

    stand.server.training._log = hostile  # type: ignore[method-assign] # a provider that lies
    await stand.go_on()
    lines = stand.version.build_log.splitlines()
    assert all(line.isprintable() for line in lines)
    assert max(map(len, lines)) < 600


def _begun_at(work: UnitOfWork, *, step_id: str, moment: datetime) -> None:
    work.session.get_one(JobIntention, UUID(step_id)).started_utc = moment


def _unfinished(stand: Stand) -> tuple[TrainingLine, ...]:
    return stand.database.read(training_jobs.unfinished_ends)


def _owned_by(work: UnitOfWork, *, compilation_id: CompilationId, owner: str) -> None:
    build = (JobIntention.subject_id == compilation_id) & (JobIntention.kind == BUILD)
    work.session.execute(update(JobIntention).where(build).values(owner=owner))


def _started(stand: Stand, runner: Runner) -> RunningJob:
    return runner.start(
        JobSpec("Train", "compile", queue="build"),
        resume_training,
        compilation_id=stand.id,
        connections=stand.trainers,
        cache_folder=stand.folder / "cache",
        pace=QUICK,
    )


@pytest.fixture
async def runner(stand: Stand) -> AsyncIterator[Runner]:
    made = Runner(stand.database)
    yield made
    await made.close()
