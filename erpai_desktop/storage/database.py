"""An open workspace's database: the one place where transactions begin and end."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from erpai_desktop.errors import UserError
from erpai_desktop.storage.engine import reading_engine, writing_engine
from erpai_desktop.storage.failures import translated
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.unit_of_work import Actor, UnitOfWork

P = ParamSpec("P")
T = TypeVar("T")


class Database:
    """Opened by `storage.opening.open_database`, which checks and migrates first.

    Thread-safe. Writes are serialised by a lock, and between processes by the database itself; reads run beside
    them, each in a snapshot of its own.
    """

    def __init__(self, location: WorkspaceLocation, *, page_cache_mib: int = 32) -> None:
        """`page_cache_mib` is what a connection to a file may keep of it: little for whoever reads all of it once."""
        self.location = location
        self.actor: Actor | None = None
        self._writing = writing_engine(location, page_cache_mib=page_cache_mib)
        self._reading = reading_engine(location, page_cache_mib=page_cache_mib)
        self._write_lock = threading.Lock()

    def write(self, service: Callable[Concatenate[UnitOfWork, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one service in one transaction: committed when it returns, rolled back when it raises."""
        with self._write_lock, _errors_translated(), Session(self._writing, expire_on_commit=False) as session:
            try:
                with session.begin():
                    return service(UnitOfWork(session, self.actor), *args, **kwargs)
            except StaleDataError as error:
                raise UserError(
                    "Somebody else changed this at the same moment.",
                    safe="Nothing was changed.",
                    advice="Look at the present state and try again.",
                ) from error

    def read(self, query: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one query in a read-only snapshot."""
        with self.reading() as session:
            return query(session, *args, **kwargs)

    @contextmanager
    def reading(self, interruption: Interruption | None = None) -> Iterator[Session]:
        """A read-only session on one snapshot; `interruption` can end its statement from another thread."""
        with _errors_translated(), self._reading.connect() as connection:
            if interruption is not None:
                interruption.attach(connection)
            try:
                with connection.begin(), Session(connection, autoflush=False) as session:
                    yield session
            finally:
                if interruption is not None:
                    interruption.detach()

    def close(self) -> None:
        """Close all connections."""
        self._writing.dispose()
        self._reading.dispose()


_STEPS_BETWEEN_LOOKS = 1_000_000
"""Of SQLite's virtual machine, some 10 ms: looking costs the interpreter's lock each time."""


class Interruption:
    """Ends a running read from another thread; the read then raises ReadInterruptedError."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: object | None = None
        self.requested = False

    def attach(self, connection: Connection) -> None:
        """Called by the reading thread before its first statement. Raises ReadInterruptedError if too late."""
        with self._lock:
            if self.requested:
                raise ReadInterruptedError
            dbapi: object = connection.connection.dbapi_connection
            self._connection = dbapi
            if isinstance(dbapi, sqlite3.Connection):
                # SQLite forgets an interruption that comes between two statements: the next one looks for itself.
                dbapi.set_progress_handler(lambda: self.requested, _STEPS_BETWEEN_LOOKS)

    def detach(self) -> None:
        """Called by the reading thread after its last statement, so that nobody else's is ended."""
        with self._lock:
            if isinstance(self._connection, sqlite3.Connection):
                self._connection.set_progress_handler(None, 0)
            self._connection = None

    def interrupt(self) -> None:
        """End the statement that runs now, if any, and keep the read from starting if it has not."""
        with self._lock:
            self.requested = True
            connection = self._connection
            if isinstance(connection, sqlite3.Connection):
                connection.interrupt()
            elif connection is not None:
                # psycopg's own, safe from another thread.
                connection.cancel()  # type: ignore[attr-defined]


class ReadInterruptedError(Exception):
    """A read that a newer one of the same key has superseded. Never shown."""


@contextmanager
def _errors_translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        original = error.orig
        if "interrupt" in str(original).lower() or type(original).__name__ == "QueryCanceled":
            raise ReadInterruptedError from error
        raise translated(error) from error
