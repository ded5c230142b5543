"""Compiling to files and to a trained model on the command line."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from erpai_desktop.services import training_jobs, tree_reading, users
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from erpai_desktop.workers.targets import fine_tune
from erpai_desktop.workers.training import resume_training
from tests.providers.server import ProviderServer
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
    database = open_database(WorkspaceLocation(path=ready.workspace))
    person = users.os_user()
    users.enter(database, login=person.login, name=person.name)
    model_id = database.read(tree_reading.find_model, name_or_id="Support")
    version = begin_prepared(database, model_id, tmp_path, validation=False)
    database.write(training_jobs.release, compilation_id=version, build_log="")
    database.close()
    *_, ended = ready.objects("versions", "Support", "--resume", "--key-stdin")
    assert (ended["event"], ended["active"]) == ("compiled", True)
    assert server.training.started == 1
    (line,) = ready.objects("versions", "Support")
    assert line["version"] == 1
