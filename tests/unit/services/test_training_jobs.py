"""Who may act for a training, and what is written down before anything is done, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from erpai_desktop.ai.chat_gateway import Found, RemoteModel
from erpai_desktop.errors import NotFoundError, NotPermittedError, OwnedElsewhereError, UserError
from erpai_desktop.models.asset_keys import INDEX
from erpai_desktop.models.capabilities import Capability, Support
from erpai_desktop.models.entities import Compilation, CompilationAsset, JobIntention
from erpai_desktop.models.enums import JobState, Role, Target
from erpai_desktop.models.ids import CompilationId, JobId, ModelId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services import compilations, compilations_reading, providers, training_jobs, training_reading
from erpai_desktop.services.build_owner import this_process
from erpai_desktop.services.training_files import TRAINING_JOB, UPLOAD
from erpai_desktop.storage.blobs import store_blob
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork
from tests.trained import BASE_MODEL, add_arbiter, begin_prepared
from tests.unit.services.conftest import ON_BOTH_DATABASES, Company

ELSEWHERE, DEAD = "elsewhere|1|1", this_process().rpartition("|")[0] + "|0"


@pytest.fixture
def version(database: Database, tmp_path: Path) -> CompilationId:
    """A version that has been prepared by this process."""
    return begin_prepared(database, add_arbiter(database, rows=1), tmp_path)


def _give_to(work: UnitOfWork, *, owner: str, seen_ago: timedelta = timedelta()) -> None:
    work.session.execute(
        update(JobIntention)
        .where(JobIntention.kind == compilations.BUILD)
        .values(owner=owner, seen_utc=work.now - seen_ago)
    )


def _intend(database: Database, version: CompilationId, kind: str = TRAINING_JOB, part: str = "") -> JobId:
    step_id = JobId(new_id())
    database.write(training_jobs.intend, compilation_id=version, step_id=step_id, kind=kind, payload={"part": part})
    return step_id


@ON_BOTH_DATABASES
def test_a_run_is_open_until_it_is_followed(database: Database, version: CompilationId) -> None:
    (line,) = database.read(training_jobs.open_runs)
    assert (line.compilation_id, line.number, line.model_name, line.is_followed) == (version, 1, "Support", True)
    database.write(training_jobs.release, compilation_id=version, build_log="left")
    (line,) = database.read(training_jobs.open_runs)
    assert not line.is_followed
    assert database.read(training_jobs.training_run, compilation_id=version).build_log == "left"
    database.write(training_jobs.claim, compilation_id=version)
    database.write(compilations.fail, compilation_id=version, error_message="x", build_log="", state=JobState.FAILED)
    assert database.read(training_jobs.open_runs) == ()


@ON_BOTH_DATABASES
@pytest.mark.parametrize(
    ("owner", "minutes", "free"),
    [("", 0, True), (DEAD, 0, True), (ELSEWHERE, 0, False), (ELSEWHERE, 14, False), (ELSEWHERE, 16, True)],
    ids=["nobody", "dead", "elsewhere", "silent", "silent for long"],
)
def test_who_is_dead_or_silent_is_taken_over(
    database: Database, version: CompilationId, owner: str, minutes: int, free: bool
) -> None:
    database.write(_give_to, owner=owner, seen_ago=timedelta(minutes=minutes))
    (line,) = database.read(training_jobs.open_runs)
    assert line.is_followed is not free
    # Whatever its owner is, what goes on at a provider is no interrupted build.
    assert compilations.mark_interrupted(database) == ()
    if free:
        database.write(training_jobs.claim, compilation_id=version)
        _intend(database, version)
    else:
        with pytest.raises(OwnedElsewhereError):
            database.write(training_jobs.claim, compilation_id=version)


@ON_BOTH_DATABASES
def test_only_the_owner_acts(database: Database, version: CompilationId) -> None:
    step_id = _intend(database, version)
    database.write(_give_to, owner=ELSEWHERE)
    with pytest.raises(OwnedElsewhereError):
        _intend(database, version, UPLOAD, "training")
    with pytest.raises(OwnedElsewhereError):
        database.write(training_jobs.record_step, step_id=step_id, state=JobState.DONE)


@ON_BOTH_DATABASES
def test_a_step_is_begun_once(database: Database, version: CompilationId) -> None:
    first = _intend(database, version, UPLOAD, "training")
    _intend(database, version, UPLOAD, "validation")
    with pytest.raises(UserError, match="begun already"):
        _intend(database, version, UPLOAD, "training")
    database.write(training_jobs.record_step, step_id=first, state=JobState.FAILED, error_message="no")
    second = _intend(database, version, UPLOAD, "training")
    database.write(
        training_jobs.record_step, step_id=second, state=JobState.DONE, remote_id="file-1", payload={"more": 1}
    )
    run = database.read(training_jobs.training_run, compilation_id=version)
    step = run.step(UPLOAD, "training")
    assert step is not None
    assert (step.id, step.remote_id, step.payload) == (second, "file-1", {"part": "training", "more": 1})


@ON_BOTH_DATABASES
def test_a_version_that_is_given_up_closes_its_steps(database: Database, version: CompilationId) -> None:
    done, open_ = _intend(database, version, UPLOAD, "training"), _intend(database, version)
    database.write(training_jobs.record_step, step_id=done, state=JobState.DONE, remote_id="file-1")
    database.write(
        compilations.fail, compilation_id=version, error_message="No.", build_log="", state=JobState.CANCELLED
    )
    states = dict(database.read(lambda session: session.execute(select(JobIntention.id, JobIntention.state)).all()))
    assert (states[done], states[open_]) == (JobState.DONE, JobState.CANCELLED)
    with pytest.raises(UserError, match="given up"):
        _intend(database, version)
    assert set(database.read(training_jobs.training_steps)) == {str(open_)}


@ON_BOTH_DATABASES
def test_what_was_prepared_for_a_training_that_came_to_nothing_is_not_made_again(
    database: Database, version: CompilationId, tmp_path: Path
) -> None:
    file = tmp_path / "index"
    file.write_bytes(b"an index")
    sha256 = store_blob(database, file)

    def add(work: UnitOfWork) -> ModelId:
        work.session.add(CompilationAsset(compilation_id=version, asset_key=INDEX, blob_sha256=sha256))
        work.finish("Prepare")
        return ModelId(work.session.get_one(Compilation, version).model_id)

    model_id = database.write(add)
    database.write(
        compilations.fail, compilation_id=version, error_message="Not trained", build_log="", state=JobState.FAILED
    )
    inputs = database.read(compilations_reading.build_inputs, model_id=model_id, target=Target.GROUNDED)
    assert inputs.previous_index == sha256


def test_findings_are_added_once(database: Database, version: CompilationId) -> None:
    for _ in range(2):
        database.write(training_jobs.add_findings, compilation_id=version, messages=["An orphan.", "Another."])
    run = database.read(training_jobs.training_run, compilation_id=version)
    assert run.values["findings"].count("orphan") == 2 + 1


def test_facts_for_those_who_look_at_it(database: Database, version: CompilationId) -> None:
    facts = database.read(training_reading.training_facts, compilation_id=version)
    assert (facts.has_files, facts.is_training, facts.is_started, facts.has_failed) == (True, True, False, False)
    step = _intend(database, version)
    database.write(
        training_jobs.record_step, step_id=step, state=JobState.PAUSED, remote_id="job-1",
        payload={"remote_state": "paused"},
    )  # fmt: skip
    facts = database.read(training_reading.training_facts, compilation_id=version)
    assert (facts.is_started, facts.is_paused, facts.remote_id, facts.remote_state) == (True, True, "job-1", "paused")
    database.write(compilations.fail, compilation_id=version, error_message="No.", build_log="", state=JobState.FAILED)
    facts = database.read(training_reading.training_facts, compilation_id=version)
    assert (facts.has_files, facts.is_training, facts.has_failed) == (True, False, True)
    with pytest.raises(NotFoundError):
        database.read(training_reading.training_facts, compilation_id=CompilationId(new_id()))


def test_staff_controls_no_training(as_staff: Database) -> None:
    with pytest.raises(NotPermittedError):
        as_staff.write(training_jobs.may_control, role=Role.TRAINER)


def test_what_a_check_says_of_training_is_believed(company: Company, version: CompilationId) -> None:
    database = company.database
    assert database.read(training_reading.why_not_trained, compilation_id=version) == ""
    run = database.read(training_jobs.training_run, compilation_id=version)
    for capabilities, models, said in (
        ({Capability.FINE_TUNING: Support.NO}, (), "does not train"),
        ({Capability.FINE_TUNING: Support.UNKNOWN}, (), ""),
        ({}, (RemoteModel(BASE_MODEL, date(2020, 1, 2)),), "was shut down on 2020-01-02"),
        ({}, (RemoteModel(BASE_MODEL, date(2999, 1, 2)),), ""),
    ):
        database.write(
            providers.record_check, provider_id=run.provider_id, object_version=1, elapsed_ms=1,
            found=Found(api="responses", models=models, capabilities=capabilities),
        )  # fmt: skip
        why = database.read(training_reading.why_not_trained, compilation_id=version)
        assert (said in why) if said else why == ""
