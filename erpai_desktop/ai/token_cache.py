"""A local, disposable store of token counts of runs of texts, so that a recompile counts only what has changed."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

_LOG = logging.getLogger(__name__)

_SCHEMA = "CREATE TABLE IF NOT EXISTS run (run_hash BLOB PRIMARY KEY, counts BLOB NOT NULL) WITHOUT ROWID"
_APPLICATION_ID = 0x45525443  # "ERTC"
_BUSY_MS = 1000
_MANY = 500


class TokenCache:
    """Counts as bytes by the hash of a run.

    Safe for several processes at once. Losing it costs time only: a damaged file or one that
    grew too large is replaced, one that is locked or not ours is done without, and no method raises for it.
    """

    def __init__(self, path: Path, *, max_bytes: int = 256 * 1024**2) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._connection = self._open()

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The counts that are known, by key."""
        found: dict[bytes, bytes] = {}
        if self._connection is None:
            return found
        try:
            for start in range(0, len(keys), _MANY):
                part = keys[start : start + _MANY]
                marks = ",".join("?" * len(part))
                query = f"SELECT run_hash, counts FROM run WHERE run_hash IN ({marks})"  # noqa: S608 - marks only
                found.update(self._connection.execute(query, part))
        except sqlite3.Error as error:
            self._give_up(error)
        return found

    def put(self, counts: Mapping[bytes, bytes]) -> None:
        """Keep counts."""
        if self._connection is None or not counts:
            return
        try:
            with self._connection:
                self._connection.executemany("INSERT OR REPLACE INTO run VALUES (?, ?)", sorted(counts.items()))
        except sqlite3.Error as error:
            self._give_up(error)

    def close(self) -> None:
        """Let the file go; harmless when repeated."""
        if self._connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection | None:
        for fresh in (False, True):
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                if fresh or (self._path.exists() and self._path.stat().st_size > self._max_bytes):
                    self._remove()
                return self._connect()
            except sqlite3.OperationalError as error:  # Locked or not writable: another process may be using it.
                _LOG.info("the token cache is not available: %s", error)
                return None
            except sqlite3.DatabaseError as error:
                _LOG.info("the token cache is damaged and starts anew: %s", error)
            except OSError as error:
                _LOG.info("the token cache is not available: %s", error)
                return None
        return None

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_BUSY_MS / 1000, check_same_thread=False)
        try:
            (owner,) = connection.execute("PRAGMA application_id").fetchone()
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if tables and owner != _APPLICATION_ID:
                raise sqlite3.OperationalError("another program's file")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = OFF")
            if not tables:
                with connection:
                    connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
                    connection.execute(_SCHEMA)
        except BaseException:
            connection.close()
            raise
        return connection

    def _remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def _give_up(self, error: sqlite3.Error) -> None:
        """Go on without; a damaged file is replaced the next time it is opened."""
        _LOG.info("the token cache is done without: %s", error)
        damaged = isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)
        self.close()
        if damaged:
            with contextlib.suppress(OSError):
                self._remove()
