"""The workspace as a whole: made, made with the sample company, checked, backed up."""

from __future__ import annotations

from pathlib import Path

from erpai_desktop import __version__
from erpai_desktop.errors import InvalidInputError, Problem, UserError
from erpai_desktop.models.entities import Workspace
from erpai_desktop.services.checks import storable
from erpai_desktop.services.workspace_check import check
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from erpai_desktop.storage.unit_of_work import UnitOfWork

__all__ = ["backup", "check", "create", "create_sample"]

NAME_LIMIT = 256


def create(location: WorkspaceLocation, name: str = "My company") -> Database:
    """A new, empty workspace, open; nobody has joined it yet.

    Raises InvalidInputError for a name that is empty or longer than 256 characters, WorkspaceError when something
    stands there already.
    """
    name = name.strip()
    if not name or len(name) > NAME_LIMIT or storable(name) != name:
        raise InvalidInputError(
            "The company's name cannot be used.",
            problems=[Problem(f"1 to {NAME_LIMIT} characters that can be stored are needed", "name")],
            safe="Nothing was made.",
        )
    return open_database(location, create=True, fill=lambda work: _name(work, name, is_sample=False))


def create_sample(location: WorkspaceLocation) -> Database:
    """A new workspace with the sample company, open; nobody has joined it yet. Raises WorkspaceError."""
    from erpai_desktop.services.sample_company import load, read_company

    company = read_company()

    def fill(work: UnitOfWork) -> None:
        _name(work, company["name"], is_sample=True)
        load(work, company)

    return open_database(location, create=True, fill=fill)


def backup(database: Database, to: Path) -> Path:
    """Copy the open workspace into a new file, checked whole, while work goes on.

    Raises WorkspaceError when `to` exists or the workspace is damaged, ServiceError when the disk fails, UserError
    for a workspace on a server, which its own tools back up.
    """
    if database.location.path is None:
        raise UserError(
            "This workspace lies in a PostgreSQL database, which the server's own tools back up.",
            safe="Nothing was changed.",
            advice="Run: pg_dump --format=custom --file=BACKUP DATABASE",
        )
    from erpai_desktop.storage.sqlite_file import back_up

    back_up(database.location.path, to)
    return to


def _name(work: UnitOfWork, name: str, *, is_sample: bool) -> None:
    work.session.add(Workspace(name=name, is_sample=is_sample, created_by_version=__version__))
