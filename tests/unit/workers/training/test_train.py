"""Training at a provider's server on loopback: once, from wherever it stands, and what ends it."""

from __future__ import annotations

import asyncio

import orjson
import pytest
from sqlalchemy import update

from erpai_desktop.ai.providers.openai_trainer import OpenAiTrainer
from erpai_desktop.ai.trainer import OWN_ID_KEY
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
from erpai_desktop.models.entities import JobIntention
from erpai_desktop.models.enums import (
    BudgetScope,
    CompilationStatus,
    JobState,
    UsageState,
)
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.services import budgets, compilations, training_jobs
from erpai_desktop.services.training_files import TRAINING_JOB, UPLOAD
from erpai_desktop.storage.unit_of_work import UnitOfWork
from erpai_desktop.workers.job_state import NEEDS_A_LOOK
from erpai_desktop.workers.training import control
from tests.providers.exchange import Exchange
from tests.trained import BASE_MODEL, begin_prepared
from tests.unit.workers.conftest import DirectJob
from tests.unit.workers.training.stand import Stand, cancel_once_started
from tests.waiting import eventually


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
    assert "grounded" in ended.sentence() and ended.stage == NEEDS_A_LOOK
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
    await cancel_once_started(stand, job)
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
    await cancel_once_started(stand, DirectJob(stand.database))
    (remote,) = stand.server.training.jobs.values()
    assert remote["status"] == "cancelled"
    assert stand.server.training.files == {}
    assert stand.version.error_message == "Cancelled by Tester."
    assert [step.state for step in stand.run.steps if step.kind == TRAINING_JOB] == [JobState.CANCELLED]


async def test_halted_and_let_go_on_and_cancelled_from_outside(stand: Stand) -> None:
    stand.server.training.advances = False
    job, follower = DirectJob(stand.database), DirectJob(stand.database)
    following = asyncio.create_task(stand.go_on(follower))
    with pytest.raises(UserError, match="not been started"):
        await control.pause_training(job, compilation_id=stand.id, connections=stand.trainers)
    await eventually(lambda: (step := stand.run.step(TRAINING_JOB)) is not None and bool(step.remote_id))
    await control.pause_training(job, compilation_id=stand.id, connections=stand.trainers)
    await eventually(lambda: _state(stand) is JobState.PAUSED)
    await control.unpause_training(job, compilation_id=stand.id, connections=stand.trainers)
    await eventually(lambda: _state(stand) is JobState.RUNNING)
    await control.cancel_training(job, compilation_id=stand.id, connections=stand.trainers)
    with pytest.raises(asyncio.CancelledError):
        await following
    await follower.settled()
    (remote,) = stand.server.training.jobs.values()
    assert remote["status"] == "cancelled"
    assert stand.version.error_message == "Cancelled by Tester."


async def test_one_that_another_program_follows_is_cancelled_there_and_given_up_by_it(stand: Stand) -> None:
    stand.server.training.advances = False
    job = DirectJob(stand.database)
    job.leaving = True
    await cancel_once_started(stand, job)
    stand.database.write(_owned_by, compilation_id=stand.id, owner="elsewhere|1|1")
    await control.cancel_training(DirectJob(stand.database), compilation_id=stand.id, connections=stand.trainers)
    (remote,) = stand.server.training.jobs.values()
    assert remote["status"] == "cancelled"
    assert stand.version.status is CompilationStatus.RUNNING
    stand.database.write(_owned_by, compilation_id=stand.id, owner="")
    with pytest.raises(BuildError, match="cancelled at the provider"):
        await stand.go_on()
    assert stand.version.is_successful is False


async def test_one_that_nobody_follows_can_be_cancelled(stand: Stand) -> None:
    job = DirectJob(stand.database)
    await control.cancel_training(job, compilation_id=stand.id, connections=stand.trainers)
    assert stand.version.error_message == "Cancelled by Tester."
    await job.settled()
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
