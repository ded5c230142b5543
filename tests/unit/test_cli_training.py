"""Compiling to files and to a trained model on the command line."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from erpai_desktop.ai.trainer import OWN_ID_KEY
from erpai_desktop.models.enums import JobState
from erpai_desktop.models.ids import JobId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services import training_jobs, tree_reading, users
from erpai_desktop.services.training_files import TRAINING_JOB
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from erpai_desktop.workers.targets import fine_tune
from erpai_desktop.workers.training import resume_training
from tests.providers.server import ProviderServer
from tests.providers.training import Training
from tests.trained import QUICK, add_arbiter, begin_prepared
from tests.unit.test_cli import Program, program

__all__ = ["program"]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProviderServer]:
    monkeypatch.setattr(fine_tune, "PACE", QUICK)
    monkeypatch.setattr(resume_training, "PACE", QUICK)
    with ProviderServer() as running:
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{running.key}\n"))
        yield running


@pytest.fixture
def ready(program: Program, server: ProviderServer) -> Program:
    """With an arbiter that can be trained."""
    assert program("init")[0] == 0
    database = open_database(WorkspaceLocation(path=program.workspace))
    person = users.os_user()
    users.enter(database, login=person.login, name=person.name)
    add_arbiter(database, base_url=server.base_url)
    database.close()
    return program


def left_prepared(ready: Program, folder: Path, *, training: Training | None = None) -> None:
    """A training that is prepared and followed by nobody; begun at the provider, where that is given."""
    database = open_database(WorkspaceLocation(path=ready.workspace))
    person = users.os_user()
    users.enter(database, login=person.login, name=person.name)
    model_id = database.read(tree_reading.find_model, name_or_id="Support")
    version = begin_prepared(database, model_id, folder, validation=False)
    if training is not None:
        step_id = JobId(new_id())
        database.write(
            training_jobs.intend, compilation_id=version, step_id=step_id, kind=TRAINING_JOB, payload={}
        )  # fmt: skip
        begun = training.add_job({"model": "m", "training_file": "f", "metadata": {OWN_ID_KEY: str(step_id)}})
        database.write(
            training_jobs.record_step, step_id=step_id, state=JobState.RUNNING, remote_id=begun["id"],
            payload={"remote_state": "validating_files"},
        )  # fmt: skip
    database.write(training_jobs.release, compilation_id=version, build_log="")
    database.close()


def test_an_export_writes_its_files(ready: Program, tmp_path: Path) -> None:
    *_, compiled, saved = ready.objects("compile", "Support", "--target", "export", "--out", tmp_path / "out")
    assert (compiled["event"], compiled["active"]) == ("compiled", False)
    assert saved["files"] == ["training.jsonl", "manifest.json", "instructions.md", "findings.json", "summary.json"]
    assert (tmp_path / "out" / "training.jsonl").read_bytes().count(b"\n") == 12
    # The same knowledge again: the files that there are already.
    *_, again, _ = ready.objects("compile", "Support", "--target", "export", "--out", tmp_path / "again")
    assert again["unchanged"]
    assert "makes no files" in ready.fails("compile", "Support", "--out", tmp_path / "no")


def test_a_provider_that_trains_no_longer_leaves_the_files(
    ready: Program, server: ProviderServer, tmp_path: Path
) -> None:
    server.training.refused = 403
    status, out, error = ready("compile", "Support", "--target", "fine-tune", "--key-stdin", "--out", tmp_path / "out")
    assert (status, error) == (0, "")
    assert "v1: Not trained: Trains does not train" in out
    assert "compile to grounded" in out
    assert (tmp_path / "out" / "training.jsonl").exists()


def test_a_training_that_goes_on_is_followed(ready: Program, server: ProviderServer, tmp_path: Path) -> None:
    assert "Nothing is being trained" in ready.fails("versions", "Support", "--resume")
    left_prepared(ready, tmp_path)
    *_, ended = ready.objects("versions", "Support", "--resume", "--key-stdin")
    assert (ended["event"], ended["active"]) == ("compiled", True)
    assert server.training.started == 1
    (line,) = ready.objects("versions", "Support")
    assert line["version"] == 1


def test_a_training_is_listed_halted_let_go_on_and_ended(
    ready: Program, server: ProviderServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def act(*arguments: object) -> list[dict[str, Any]]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{server.key}\n"))
        return ready.objects("jobs", *arguments, "--key-stdin")

    assert ready("jobs", "list")[2] == "erpai-desktop: Nothing is being trained.\n"
    assert "Nothing is being trained for Support" in ready.fails("jobs", "cancel", "Support")
    left_prepared(ready, tmp_path, training=server.training)
    server.training.advances = False
    (line,) = ready.objects("jobs", "list")
    assert (line["model"], line["version"], line["state"], line["followed"]) == (
        "Support", 1, "validating files", False
    )  # fmt: skip
    job = server.training.jobs[line["remote_id"]]
    (paused,) = act("pause", "Support")
    assert (paused["event"], paused["version"], job["status"]) == ("pause", 1, "paused")
    *events, state = act("show", "support")
    assert state["state"] == "paused" and events[-1]["line"] == "The job is paused"
    act("resume", "Support")
    assert job["status"] == "running"
    assert "key" in ready.fails("jobs", "show", "Support")
    *_, cancelled = act("cancel", "Support")
    assert cancelled["event"] == "cancel" and job["status"] == "cancelled"
    assert ready("versions", "Support")[1].startswith("v1   failed")


def test_trainings_that_no_version_waits_for_are_told(ready: Program, server: ProviderServer) -> None:
    assert "key" in ready.fails("jobs", "orphans", "Trains")
    server.training.add_job({"model": "m", "training_file": "f", "metadata": {OWN_ID_KEY: str(new_id())}})
    orphan, looked = ready.objects("jobs", "orphans", "trains", "--key-stdin")
    assert orphan["remote_id"] == "ftjob-1" and "goes on for no version of this workspace" in orphan["message"]
    assert looked["orphans"] == 1
