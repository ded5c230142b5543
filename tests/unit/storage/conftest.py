"""Workspaces of either kind for the storage tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from erpai_desktop.services import users, workspace
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from tests.postgres import postgres_server

__all__ = ["postgres_server"]


@pytest.fixture(params=["sqlite", "postgresql"])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> WorkspaceLocation:
    """Where no workspace is yet: once a file, once a database."""
    if request.param == "sqlite":
        return WorkspaceLocation(path=tmp_path / "company.erpai")
    server = request.getfixturevalue("postgres_server")
    made: WorkspaceLocation = server.new_database()
    return made


@pytest.fixture
def database(location: WorkspaceLocation) -> Iterator[Database]:
    """A new workspace of either kind, with its administrator at the keyboard."""
    made = workspace.create(location, name="Test company")
    users.enter(made, login="tester", name="Tester")
    yield made
    made.close()
