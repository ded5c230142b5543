"""Training at a provider's server on loopback: once, from wherever it stands, and what ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from erpai_desktop.ai.providers.openai_trainer import OpenAiTrainer
from erpai_desktop.ai.providers.provider_access import Limits, ProviderAccess
from erpai_desktop.ai.trainer import OWN_ID_KEY, RemoteEvent
from erpai_desktop.errors import (
    BudgetExceededError,
    BuildError,
    KeyMissingError,
    OwnedElsewhereError,
    RequestRefusedError,
    UserError,
)
from erpai_desktop.models.asset_keys import DATASET
from erpai_desktop.models.chat_limits import likely_epochs
from erpai_desktop.models.entities import Compilation, JobIntention, Usage
from erpai_desktop.models.enums import (
    BudgetScope,
    CompilationStatus,
    JobState,
    ProviderKind,
    UsageState,
)
from erpai_desktop.models.ids import CompilationId, JobId, ModelId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.training import TrainingRun
from erpai_desktop.services import budgets, compilations, providers, training_jobs, tree
from erpai_desktop.services.training_files import TRAINING_JOB, UPLOAD
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork
from erpai_desktop.workers import build_log
from erpai_desktop.workers.compiled import Compiled
from erpai_desktop.workers.training import resume_training as control
from erpai_desktop.workers.training import train as training
from erpai_desktop.workers.training.orphans import find_orphans
from erpai_desktop.workers.training.resume_training import resume_training
from erpai_desktop.workers.training.steps import Steps
from tests.providers import faults
from tests.providers.exchange import Exchange
from tests.providers.server import ProviderServer
from tests.trained import BASE_MODEL, QUICK, Trainers, add_arbiter, begin_prepared
from tests.unit.workers.conftest import DirectJob
from tests.waiting import eventually

IMPATIENT = Limits(connect_s=2, silence_s=2, retries=0)


class Stand:
    """A prepared version, and the server that is to train it."""

    def __init__(self, database: Database, server: ProviderServer, folder: Path) -> None:
        self.database = database
        self.server = server
        self.folder = folder
        self.trainers = Trainers(
            ProviderAccess(
                ProviderKind.OPENAI_COMPATIBLE, server.base_url, BASE_MODEL, key=SecretStr(server.key), limits=IMPATIENT
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


@pytest.fixture
def stand(empty: Database, tmp_path: Path) -> Iterator[Stand]:
    with ProviderServer() as server:
        yield Stand(empty, server, tmp_path)


async def test_a_training_goes_its_whole_way(stand: Stand) -> None:
    job = DirectJob(stand.database)
    ended = await stand.go_on(job)
    training = stand.server.training
    assert (training.uploads, training.started) == (2, 1)
    (remote,) = training.jobs.values()
    assert stand.version.compiled_model_name == remote["fine_tuned_model"] == f"ft:{BASE_MODEL}:test:v1:1"
    assert ended.active
    step = stand.run.step(TRAINING_JOB)
    assert step is not None
    assert remote["metadata"] == {OWN_ID_KEY: str(step.id)}
    assert (step.state, step.remote_id) == (JobState.DONE, remote["id"])
    # Each upload's name holds its own intention's id.
    uploads = [step for step in stand.run.steps if step.kind == UPLOAD]
    assert {file["filename"] for file in training.files.values()} == {
        f"erpai-{step.id}-{step.part}.jsonl" for step in uploads
    }
    values = stand.run.values
    assert (values["training_file"], values["validation_file"]) == ("file-1", "file-2")
    assert (values["training_job"], values["trained_tokens"]) == (remote["id"], "1234")
    assert "The job is running" in stand.version.build_log
    assert any("safe to close" not in line for line in job.lines)
    # 1,000 tokens, 8 times through 12 examples, were the estimate; 1,234 were trained on.
    assert (stand.usage.tokens_in, stand.usage.state) == (1234, UsageState.SETTLED)


async def test_the_estimate_is_written_before_anything_is_sent(stand: Stand) -> None:
    seen: list[tuple[int, int]] = []

    def at(what: str) -> None:
        if what == "after begin_training_call":
            seen.append((stand.usage.tokens_in, len(stand.server.training.files)))

    await stand.go_on(DirectJob(stand.database, at))
    assert seen == [(8 * 1000, 0)]


async def test_a_budget_refuses_before_anything_is_sent(stand: Stand) -> None:
    stand.database.write(budgets.set_budget, scope=BudgetScope.COMPANY, subject_id=None, limit_micros=1)
    with pytest.raises(BudgetExceededError):
        await stand.go_on()
    assert stand.server.count("POST", "*") == 0
    assert stand.version.is_successful is False


async def test_what_was_sent_before_a_crash_is_adopted(stand: Stand) -> None:
    step_id = stand.begin_step(UPLOAD, part="training", size=len(_dataset(stand)))
    stand.server.training.add_file(f"erpai-{step_id}-training.jsonl", _dataset(stand), "fine-tune")
    await stand.go_on()
    assert stand.server.training.uploads == 2  # The other one is the validation file.
    assert stand.run.values["training_file"] == "file-1"


async def test_a_half_or_unknown_upload_is_done_again_under_another_id(stand: Stand) -> None:
    step_id = stand.begin_step(UPLOAD, part="training", size=len(_dataset(stand)))
    stand.server.training.add_file(f"erpai-{step_id}-training.jsonl", b"half", "fine-tune")
    await stand.go_on()
    assert stand.run.values["training_file"] == "file-2"
    assert list(stand.server.training.files) == ["file-2", "file-3"]
    assert [step.state for step in stand.run.steps if step.part == "training"] == [JobState.INTERRUPTED, JobState.DONE]


async def test_a_job_started_before_a_crash_is_adopted(stand: Stand) -> None:
    step_id = stand.begin_step(TRAINING_JOB)
    stand.server.training.add_job(
        {"model": BASE_MODEL, "training_file": "file-0", "metadata": {OWN_ID_KEY: step_id}, "suffix": "v1"}
    )
    await stand.go_on()
    assert stand.server.training.started == 1
    assert stand.version.is_successful


async def test_a_start_that_nobody_knows_of_is_made_again_under_another_id(stand: Stand) -> None:
    first = stand.begin_step(TRAINING_JOB)
    await stand.go_on()
    assert stand.server.training.started == 1
    assert stand.server.training.own(first) == []


async def test_a_start_that_turns_up_late_is_ended_and_told(stand: Stand) -> None:
    late = stand.begin_step(TRAINING_JOB)
    stand.server.training.advances = False

    def at(what: str) -> None:
        if what == "at the provider" and not stand.server.training.own(late):
            stand.server.training.add_job({"model": BASE_MODEL, "training_file": "x", "metadata": {OWN_ID_KEY: late}})
            stand.server.training.advances = True

    await stand.go_on(DirectJob(stand.database, at))
    (orphan,) = stand.server.training.own(late)
    assert orphan["status"] == "cancelled"
    findings = orjson.loads(stand.run.values["findings"])
    assert [finding["kind"] for finding in findings] == ["orphan"]
    assert orphan["id"] in findings[0]["message"]
    assert stand.version.is_successful
    # Nobody says how far it got: its estimate counts, beside what the version cost.
    trained, lost = sorted(stand.usages, key=lambda row: row.tokens_in)
    assert (trained.tokens_in, lost.tokens_in) == (1234, 1000 * likely_epochs(12))
    assert (lost.state, lost.base_model, lost.currency) == (UsageState.FAILED, BASE_MODEL, trained.currency)


async def test_a_job_of_another_workspace_is_told_and_left_alone(stand: Stand) -> None:
    other = stand.server.training.add_job({"model": "m", "training_file": "x", "metadata": {OWN_ID_KEY: "other"}})
    await stand.go_on()
    assert other["status"] == "validating_files"
    assert other["id"] in stand.run.values["findings"]


@pytest.mark.parametrize("path", ["/files", "/fine_tuning/jobs"])
async def test_a_lost_reply_is_looked_for_and_nothing_is_sent_twice(stand: Stand, path: str) -> None:
    async def carried_out_and_cut_off(exchange: Exchange) -> None:
        stand.server.mend()
        exchange._writer = _Nowhere()  # type: ignore[assignment] # what is written goes nowhere
        await stand.server._answer(exchange)
        raise ConnectionError

    stand.server.fault("POST", path, carried_out_and_cut_off)
    await stand.go_on()
    assert (stand.server.training.uploads, stand.server.training.started) == (2, 1)


async def test_an_outcome_that_cannot_be_looked_for_leaves_the_version_to_be_resumed(stand: Stand) -> None:
    async def broken(exchange: Exchange) -> None:
        raise ConnectionError

    stand.server.fault("POST", "/fine_tuning/jobs", broken)
    stand.server.fault("GET", "/fine_tuning/jobs", broken)
    with pytest.raises(Exception, match="goes on at Trains"):
        await stand.go_on()
    assert stand.version.status is CompilationStatus.RUNNING
    stand.server.mend()
    await stand.go_on()
    assert stand.version.is_successful
    assert stand.server.training.started == 1


@pytest.mark.parametrize("status", [403, 404])
async def test_a_provider_that_trains_no_longer_is_an_ordinary_end(stand: Stand, status: int) -> None:
    stand.server.training.refused = status
    ended = await stand.go_on()
    assert "does not train" in ended.not_made
    assert "grounded" in ended.sentence()
    assert stand.version.status is CompilationStatus.COMPLETED
    assert stand.version.is_successful is False
    # What was prepared is still there to be saved.
    assert DATASET in stand.run.blobs
    assert (stand.usage.tokens_in, stand.usage.state) == (0, UsageState.FAILED)


async def test_what_is_refused_for_good_fails_and_takes_the_files_back(stand: Stand) -> None:
    async def refuse(exchange: Exchange) -> None:
        await exchange.error(400, "This model cannot be fine-tuned.")

    stand.server.fault("POST", "/fine_tuning/jobs", refuse)
    with pytest.raises(RequestRefusedError, match="cannot be fine-tuned"):
        await stand.go_on()
    assert stand.version.is_successful is False
    assert (stand.server.training.uploads, stand.server.training.files) == (2, {})
    assert stand.usage.tokens_in == 0


async def test_a_wrong_key_is_no_end_of_training_offers(stand: Stand) -> None:
    stand.server.key = "another"
    with pytest.raises(Exception, match="key"):
        await stand.go_on()
    assert stand.server.training.uploads == 0


async def test_a_failed_training_says_why(stand: Stand) -> None:
    stand.server.training.fails = "too few\nexamples"
    with pytest.raises(BuildError, match="too few examples"):
        await stand.go_on()
    assert "too few examples" in stand.version.error_message
    assert stand.server.training.files == {}
    assert stand.usage.tokens_in == 0


async def test_a_closing_program_leaves_it_running_and_the_next_one_goes_on(stand: Stand) -> None:
    stand.server.training.advances = False
    job = DirectJob(stand.database)
    job.leaving = True
    await _cancel_once_started(stand, job)
    assert stand.version.status is CompilationStatus.RUNNING
    assert compilations.mark_interrupted(stand.database) == ()
    assert [line.is_followed for line in stand.database.read(training_jobs.open_runs)] == [False]
    stand.server.training.advances = True
    await stand.go_on()
    assert (stand.server.training.uploads, stand.server.training.started) == (2, 1)
    assert stand.version.is_successful
    # No line of the provider's log twice.
    assert stand.version.build_log.count("Created fine-tuning job") == 1


async def test_a_person_who_cancels_ends_it_at_the_provider_too(stand: Stand) -> None:
    stand.server.training.advances = False
    await _cancel_once_started(stand, DirectJob(stand.database))
    (remote,) = stand.server.training.jobs.values()
    assert remote["status"] == "cancelled"
    assert stand.server.training.files == {}
    assert stand.version.error_message == "Cancelled by Tester."
    assert [step.state for step in stand.run.steps if step.kind == TRAINING_JOB] == [JobState.CANCELLED]


async def test_a_cancel_that_does_not_get_through_keeps_the_estimate_and_is_told(stand: Stand) -> None:
    stand.server.training.advances = False
    stand.server.fault("POST", "/fine_tuning/jobs/ftjob-1/cancel", faults.status(500))
    await _cancel_once_started(stand, DirectJob(stand.database))
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
    assert stand.usage.tokens_in == 1234
    (finding,) = orjson.loads(stand.run.values["findings"])
    assert stand.server.training.trained[0] in finding["message"]


async def test_a_provider_that_has_moved_is_not_sent_the_rest(stand: Stand) -> None:
    stand.begin_step(TRAINING_JOB, address="https://old.example.com/v1")
    with pytest.raises(UserError, match=r"was sent to https://old\.example\.com/v1"):
        await stand.go_on()
    assert stand.server.requests == []
    assert stand.version.status is CompilationStatus.RUNNING
    await control.cancel_training(DirectJob(stand.database), compilation_id=stand.id, connections=stand.trainers)
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
    async with asyncio.timeout(5):
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


async def _cancel_once_started(stand: Stand, job: DirectJob) -> None:
    task = asyncio.create_task(stand.go_on(job))
    await eventually(lambda: "at the provider" in job.stages)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_halted_and_let_go_on_and_cancelled_from_outside(stand: Stand) -> None:
    stand.server.training.advances = False
    job = DirectJob(stand.database)
    following = asyncio.create_task(stand.go_on())
    with pytest.raises(UserError, match="not been started"):
        await control.pause_training(job, compilation_id=stand.id, connections=stand.trainers)
    await eventually(lambda: (step := stand.run.step(TRAINING_JOB)) is not None and bool(step.remote_id))
    await control.pause_training(job, compilation_id=stand.id, connections=stand.trainers)
    await eventually(lambda: _state(stand) is JobState.PAUSED)
    await control.unpause_training(job, compilation_id=stand.id, connections=stand.trainers)
    await eventually(lambda: _state(stand) is JobState.RUNNING)
    await control.cancel_training(job, compilation_id=stand.id, connections=stand.trainers)
    with pytest.raises(BuildError, match="cancelled at the provider"):
        await following
    assert stand.version.is_successful is False


async def test_one_that_nobody_follows_can_be_cancelled(stand: Stand) -> None:
    await control.cancel_training(DirectJob(stand.database), compilation_id=stand.id, connections=stand.trainers)
    assert stand.version.error_message == "Cancelled by Tester."
    assert stand.server.count("POST", "*") == 0


async def test_two_clients_only_one_acts(stand: Stand) -> None:
    stand.database.write(_owned_by, compilation_id=stand.id, owner="elsewhere|1|1")
    with pytest.raises(OwnedElsewhereError):
        await stand.go_on()
    assert stand.server.requests == []


async def test_another_machine_that_is_silent_for_long_is_taken_for_dead(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand.database.write(_owned_by, compilation_id=stand.id, owner="elsewhere|1|1")
    monkeypatch.setattr(training_jobs, "SILENT", training_jobs.SILENT * 0)
    await stand.go_on()
    assert stand.version.is_successful


async def test_a_second_job_in_the_same_window_does_nothing(stand: Stand) -> None:
    first = asyncio.create_task(stand.go_on())
    second = asyncio.create_task(stand.go_on())
    ended = await asyncio.gather(first, second, return_exceptions=True)
    assert sorted(type(one).__name__ for one in ended) == ["Compiled", "OwnedElsewhereError"]
    assert (stand.server.training.uploads, stand.server.training.started) == (2, 1)


async def test_whoever_lost_it_stops_acting(stand: Stand) -> None:
    """Another program takes over while this one is about to start the job."""

    def at(what: str) -> None:
        if what == "sending the validation file":
            stand.database.write(_owned_by, compilation_id=stand.id, owner="elsewhere|1|1")

    with pytest.raises(OwnedElsewhereError):
        await stand.go_on(DirectJob(stand.database, at))
    assert stand.server.training.started == 0
    assert stand.version.status is CompilationStatus.RUNNING


async def test_a_second_training_of_the_model_is_refused(stand: Stand) -> None:
    with pytest.raises(UserError, match="being trained already"):
        begin_prepared(stand.database, stand.model_id, stand.folder)


async def test_without_its_key_it_waits(stand: Stand) -> None:
    stand.begin_step(TRAINING_JOB)

    async def no_key(*_: object, **__: object) -> OpenAiTrainer:
        raise KeyMissingError("There is no key.", advice="Paste it.")

    trainer, stand.trainers.trainer = stand.trainers.trainer, no_key  # type: ignore[method-assign] # for once
    with pytest.raises(Exception, match="There is no key"):
        await stand.go_on()
    assert stand.version.status is CompilationStatus.RUNNING
    stand.trainers.trainer = trainer  # type: ignore[method-assign] # back again
    await stand.go_on()
    assert stand.version.is_successful


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


def _dataset(stand: Stand) -> bytes:
    return (stand.folder / DATASET).read_bytes()


def _state(stand: Stand) -> JobState | None:
    step = stand.run.step(TRAINING_JOB)
    return step.state if step is not None else None


def _owned_by(work: UnitOfWork, *, compilation_id: CompilationId, owner: str) -> None:
    build = (JobIntention.subject_id == compilation_id) & (JobIntention.kind == compilations.BUILD)
    work.session.execute(update(JobIntention).where(build).values(owner=owner))


class _Nowhere:
    """A writer whose reader is gone."""

    def write(self, data: bytes) -> None:
        """Lost."""

    async def drain(self) -> None:
        """Nothing to wait for."""


def _begun_at(work: UnitOfWork, *, step_id: str, moment: datetime) -> None:
    work.session.get_one(JobIntention, UUID(step_id)).started_utc = moment
