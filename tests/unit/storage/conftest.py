"""Workspaces of either kind for the storage tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from erpai_desktop.services import users
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from tests.postgres import PostgresServer


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> WorkspaceLocation:
    """Where no workspace is yet: once a file, once a database."""
    if request.param == "sqlite":
        return WorkspaceLocation(path=tmp_path / "company.erpai")
    server = request.getfixturevalue("postgres_server")
    made: WorkspaceLocation = server.new_database()
    return made


@pytest.fixture
def database(request: pytest.FixtureRequest, location: WorkspaceLocation, empty_template: Path) -> Iterator[Database]:
    """A new workspace of either kind, with its administrator at the keyboard. Copied: making one takes a while."""
    if location.path is not None:
        shutil.copy(empty_template, location.path)
        made = open_database(location)
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        made = open_database(server.new_workspace())
    users.enter(made, login="tester", name="Tester")
    yield made
    made.close()
