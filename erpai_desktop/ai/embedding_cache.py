"""A local, disposable store of vectors by embedder and text, so that no text is embedded twice on one machine."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

_LOG = logging.getLogger(__name__)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS vector (
    embedder TEXT NOT NULL, text_hash BLOB NOT NULL, vector BLOB NOT NULL,
    PRIMARY KEY (embedder, text_hash)
) WITHOUT ROWID
"""
_APPLICATION_ID = 0x45524143  # "ERAC"
_BUSY_MS = 2000
_MANY = 500


class EmbeddingCache:
    """Vectors as bytes, keyed by (embedder identity, hash of the text).

    Safe for several processes at once. Losing it costs time only: a damaged file is
    replaced, one that is locked or not ours is done without, and no method raises for it.
    """

    def __init__(self, path: Path, *, max_bytes: int = 2 * 1024**3) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._connection = self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get(self, embedder: str, hashes: Sequence[bytes]) -> dict[bytes, bytes]:
        """The vectors that are known, by hash."""
        found: dict[bytes, bytes] = {}
        if self._connection is None or not hashes:
            return found
        try:
            some = self._connection.execute("SELECT 1 FROM vector WHERE embedder = ? LIMIT 1", (embedder,))
            if some.fetchone() is None:
                return found
            for start in range(0, len(hashes), _MANY):
                part = hashes[start : start + _MANY]
                marks = ",".join("?" * len(part))
                query = f"SELECT text_hash, vector FROM vector WHERE embedder = ? AND text_hash IN ({marks})"  # noqa: S608
                found.update(self._connection.execute(query, (embedder, *part)))
        except sqlite3.Error as error:
            self._give_up(error)
        return found

    def put(self, embedder: str, vectors: Mapping[bytes, bytes] | Iterable[tuple[bytes, bytes]]) -> None:
        """Keep vectors."""
        if self._connection is None:
            return
        pairs = vectors.items() if isinstance(vectors, Mapping) else vectors
        try:
            with self._connection:
                self._connection.executemany(
                    "INSERT OR IGNORE INTO vector VALUES (?, ?, ?)", ((embedder, h, v) for h, v in sorted(pairs))
                )
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
                _LOG.info("the embedding cache is not available: %s", error)
                return None
            except sqlite3.DatabaseError as error:
                _LOG.info("the embedding cache is damaged and starts anew: %s", error)
            except OSError as error:
                _LOG.info("the embedding cache is not available: %s", error)
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
        _LOG.info("the embedding cache is done without: %s", error)
        damaged = isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)
        self.close()
        if damaged:
            with contextlib.suppress(OSError):
                self._remove()
