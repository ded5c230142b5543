"""A workspace in a PostgreSQL database: made and upgraded in one transaction each, refused when it is not ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from erpai_desktop.errors import NewerWorkspaceError, NotAWorkspaceError, ServiceError, WorkspaceError
from erpai_desktop.storage import schema
from erpai_desktop.storage.engine import writing_engine
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.unit_of_work import UnitOfWork

_UNTOUCHED = "The database was left as it is."


def create(location: WorkspaceLocation, fill: Callable[[UnitOfWork], object] | None = None) -> None:
    """Make a workspace in an empty database. Raises WorkspaceError when it holds anything or cannot hold our texts."""
    with _transaction(location) as connection:
        if inspect(connection).get_table_names():
            raise WorkspaceError(
                f"The database {location} already holds tables.",
                safe=_UNTOUCHED,
                advice="Make an empty database for the workspace, or open the one that is there.",
            )
        _check_letters(connection, location)
        schema.upgrade(connection)
        if fill is not None:
            with Session(connection, expire_on_commit=False) as session:
                fill(UnitOfWork(session, None))
                session.flush()


def prepare(location: WorkspaceLocation) -> None:
    """Make sure that the database can be used, upgrading an older one. Raises WorkspaceError or ServiceError."""
    with _transaction(location) as connection:
        revision = schema.present_revision(connection)
        if revision == schema.HEAD:
            return
        if revision is None or not inspect(connection).has_table("workspaces"):
            raise NotAWorkspaceError(
                f"There is no workspace in the database {location}.",
                safe=_UNTOUCHED,
                advice="Check the address, or make a new workspace there.",
            )
        if revision not in schema.known_revisions():
            raise NewerWorkspaceError(
                f"The workspace in {location} was written by a newer version of this program.",
                safe=_UNTOUCHED,
                advice="Install the newer version to open it.",
            )
        # In one transaction: it succeeds whole or leaves everything as it was. Backups are the server's business.
        schema.upgrade(connection)


@contextmanager
def _transaction(location: WorkspaceLocation) -> Iterator[Connection]:
    engine = writing_engine(location)
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        reason = str(error.orig).strip().splitlines()[0] if error.orig else "no reason given"
        raise ServiceError(
            f"The database {location} cannot be used: {reason}.",
            safe=_UNTOUCHED,
            advice="Check the address, that the server runs, and your password file (.pgpass).",
        ) from error
    finally:
        engine.dispose()


def _check_letters(connection: Connection, location: WorkspaceLocation) -> None:
    """Search and sorting need a database that knows the letters of every language."""
    encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8" or not connection.scalar(text("SELECT lower('Ж') = 'ж'")):
        raise WorkspaceError(
            f"The database {location} does not know letters beyond English ones.",
            safe=_UNTOUCHED,
            advice="Create it with the encoding UTF8 and a UTF-8 locale such as C.UTF-8.",
        )
