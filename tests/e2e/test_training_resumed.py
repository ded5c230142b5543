"""A training begun on the command line, killed there, and taken up by the window; and one against a real stand-in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backends.SecretService import Keyring as SecretService
from pydantic import SecretStr
from sqlalchemy import select

from erpai_desktop.ai.providers.provider_access import ProviderAccess
from erpai_desktop.app.desk import Desk
from erpai_desktop.app.screenshots import at_rest
from erpai_desktop.credentials import KeyStore
from erpai_desktop.models.entities import Compilation
from erpai_desktop.models.enums import CompilationStatus, ProviderKind, Target
from erpai_desktop.models.ids import ModelId
from erpai_desktop.services import providers_reading, users, workspace
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from erpai_desktop.views.compilations.page import CompilationsPage
from erpai_desktop.workers.compile_model import compile_model
from erpai_desktop.workers.targets import fine_tune
from erpai_desktop.workers.training import resume_training
from tests.direct_job import DirectJob
from tests.e2e.driving import at_the_window
from tests.providers.aimock import AimockProcess, aimock_missing
from tests.providers.server import ProviderServer
from tests.trained import BASE_MODEL, QUICK, Trainers, add_arbiter
from tests.waiting import eventually


def _made(path: Path, base_url: str) -> tuple[Database, ModelId]:
    database = workspace.create(WorkspaceLocation(path=path), name="Trainers")
    person = users.os_user()
    users.enter(database, login=person.login, name=person.name)
    return database, add_arbiter(database, base_url=base_url)


def _version(path: Path) -> Compilation:
    database = open_database(WorkspaceLocation(path=path))
    try:
        return database.read(lambda session: session.scalars(select(Compilation)).one())
    finally:
        database.close()


def _command(path: Path) -> list[str]:
    return [
        sys.executable, "-m", "erpai_desktop", "--workspace", str(path), "compile", "Support", "--target", "fine-tune",
        "--key-stdin",
    ]  # fmt: skip


def _begun(path: Path, server: ProviderServer) -> subprocess.Popen[str]:
    """A compilation on the command line under way."""
    process = subprocess.Popen(
        _command(path), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdin is not None
    process.stdin.write(f"{server.key}\n")
    process.stdin.close()
    return process


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What lies in a keyring of a known kind."""
    kind: Any = SecretService
    entries: dict[str, str] = {}
    monkeypatch.setattr(kind, "get_password", lambda _self, _service, entry: entries.get(entry))
    monkeypatch.setattr(kind, "set_password", lambda _self, _service, entry, text: entries.update({entry: text}))
    monkeypatch.setattr(keyring, "get_keyring", kind)
    return entries


def _keep_key(path: Path, key: str) -> None:
    """Put the key of the workspace's provider into the keyring."""
    database = open_database(WorkspaceLocation(path=path))
    try:
        (line,) = database.read(providers_reading.providers)
        setup = database.read(providers_reading.provider_setup, provider_id=line.id)
    finally:
        database.close()
    KeyStore().set(setup.key_entry, SecretStr(key), address=setup.key_address)


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX's")
async def test_killed_on_the_command_line_and_taken_up_by_the_window(
    qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: dict[str, str]
) -> None:
    path = tmp_path / "company.erpai"
    monkeypatch.setattr(resume_training, "PACE", QUICK)
    with ProviderServer() as server:
        server.training.advances = False
        database, model_id = _made(path, server.base_url)
        database.close()
        process = _begun(path, server)
        try:
            await eventually(lambda: server.count("GET", "/fine_tuning/jobs/ftjob-1/events"))
        finally:
            process.kill()
            process.wait()
        version = _version(path)
        assert version.status is CompilationStatus.RUNNING
        _keep_key(path, server.key)

        async def drive(desk: Desk) -> None:
            # It is followed at once, and says so.
            await eventually(lambda: "safe to close" in _said(desk))
            page = desk.pages.open_model(model_id, "compilations")
            assert page is not None
            compilations_page = page.current_widget()
            assert isinstance(compilations_page, CompilationsPage)
            await eventually(lambda: compilations_page.training.isVisible())
            server.training.advances = True
            await eventually(lambda: _version(path).is_successful)
            await at_rest(desk)

        await at_the_window(path, tmp_path, drive)
        assert _version(path).compiled_model_name in server.training.trained
        assert (server.training.uploads, server.training.started) == (1, 1)


async def test_closing_the_window_leaves_the_training_running(
    qtbot: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: dict[str, str]
) -> None:
    path = tmp_path / "company.erpai"
    monkeypatch.setattr(fine_tune, "PACE", QUICK)
    with ProviderServer() as server:
        server.training.advances = False
        database, model_id = _made(path, server.base_url)
        database.close()
        _keep_key(path, server.key)

        async def drive(desk: Desk) -> None:
            desk.jobs.compile(model_id, Target.FINE_TUNE)
            await eventually(lambda: "safe to close" in _said(desk))

        await at_the_window(path, tmp_path, drive)
        assert _version(path).status is CompilationStatus.RUNNING
        (job,) = server.training.jobs.values()
        assert job["status"] == "validating_files"


@pytest.mark.skipif(bool(aimock_missing()), reason=aimock_missing() or "it is here")
async def test_against_a_stand_in_that_nobody_here_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fine_tune, "PACE", QUICK)
    with AimockProcess() as mock:
        database, model_id = _made(tmp_path / "company.erpai", f"{mock.root}/v1")
        access = ProviderAccess(ProviderKind.OPENAI_COMPATIBLE, f"{mock.root}/v1", BASE_MODEL, key=SecretStr("sk-any"))
        try:
            ended = await compile_model(
                DirectJob(database),
                model_id=model_id,
                target=Target.FINE_TUNE,
                cache_folder=tmp_path / "cache",
                connections=Trainers(access),
                evaluate=False,
            )
            version = database.read(lambda session: session.scalars(select(Compilation)).one())
        finally:
            database.close()
    assert ended.active
    assert version.compiled_model_name.startswith("ft:")


def _said(desk: Desk) -> str:
    return " ".join(state.text for state in desk.session.runner.jobs)
