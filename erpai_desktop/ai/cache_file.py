"""A local, disposable SQLite file of what would take long to compute again."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_LOG = logging.getLogger(__name__)

_BUSY_S = 2.0
_AGAIN_S = 0.01
KEYS_AT_ONCE = 500
"""Keys in one `IN (...)`: SQLite allows 999 parameters in its older builds."""


class CacheFile:
    """One table in a file of its own; what a subclass keeps there is its affair.

    Safe for several processes at once. Losing it costs time only: a damaged file or one that grew too large is
    replaced, one that is locked or not ours is done without, and no method raises for it. `application_id` is the
    number by which SQLite tells whose file it is (https://www.sqlite.org/fileformat.html, section 1.3.13).
    """

    def __init__(self, path: Path, *, name: str, schema: str, application_id: int, max_bytes: int) -> None:
        self._path = path
        self._name = name
        self._schema = schema
        self._application_id = application_id
        self._max_bytes = max_bytes
        self._connection = self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go; harmless when repeated."""
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _read(self, query: str, values: Sequence[Any]) -> list[Any]:
        """The rows found; none where the file cannot be read."""
        if self._connection is None:
            return []
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            self._give_up(error)
            return []

    def _write(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        if self._connection is None:
            return
        try:
            with self._connection:
                self._connection.executemany(statement, rows)
        except sqlite3.Error as error:
            self._give_up(error)

    def _open(self) -> sqlite3.Connection | None:
        for fresh in (False, True):
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                if fresh or (self._path.exists() and self._path.stat().st_size > self._max_bytes):
                    self._remove()
                return self._connect()
            except sqlite3.OperationalError as error:  # Locked or not writable: another process may be using it.
                _LOG.info("the %s is not available: %s", self._name, error)
                return None
            except sqlite3.DatabaseError as error:
                _LOG.info("the %s is damaged and starts anew: %s", self._name, error)
            except OSError as error:
                _LOG.info("the %s is not available: %s", self._name, error)
                return None
        return None

    def _connect(self) -> sqlite3.Connection:
        """Open the file, and wait for whoever else is: SQLite's own patience does not cover a change of the journal."""
        until = time.monotonic() + _BUSY_S
        while True:
            connection = sqlite3.connect(self._path, timeout=_BUSY_S, check_same_thread=False)
            try:
                self._prepare(connection)
            except BaseException as error:
                connection.close()
                if not _is_busy(error) or time.monotonic() > until:
                    raise
                time.sleep(_AGAIN_S)
            else:
                return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN")  # Owner and tables at one moment: another process may be making the file.
        empty = self._is_empty(connection)
        connection.rollback()
        if empty:
            connection.execute("BEGIN IMMEDIATE")
            if self._is_empty(connection):  # Both or neither, by whoever is first.
                connection.execute(f"PRAGMA application_id = {self._application_id}")
                connection.execute(self._schema)
            connection.commit()
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")

    def _is_empty(self, connection: sqlite3.Connection) -> bool:
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        (owner,) = connection.execute("PRAGMA application_id").fetchone()
        if tables and owner != self._application_id:
            raise sqlite3.OperationalError("another program's file")
        return not tables

    def _remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def _give_up(self, error: sqlite3.Error) -> None:
        """Go on without; a damaged file is replaced the next time it is opened."""
        _LOG.info("the %s is done without: %s", self._name, error)
        damaged = isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)
        self.close()
        if damaged:
            with contextlib.suppress(OSError):
                self._remove()


def _is_busy(error: BaseException) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # The primary code, whatever the extended one says besides.
    return isinstance(error, sqlite3.OperationalError) and code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
