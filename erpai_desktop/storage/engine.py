"""SQLAlchemy engines: one that writes, one that only reads."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from erpai_desktop.storage.location import WorkspaceLocation

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

BUSY_TIMEOUT_MS = 10_000
"""How long SQLite waits for another process's write before it gives up."""

WRITER_LOCK = 0x45525041
"""The PostgreSQL advisory lock every writing transaction takes, so that `Change.seq` rises in commit order."""


def _dumps(value: object) -> str:
    return orjson.dumps(value).decode()


def writing_engine(location: WorkspaceLocation, *, page_cache_mib: int = 32) -> Engine:
    """An engine whose transactions take the write lock when they begin: `BEGIN IMMEDIATE`, or an advisory lock."""
    if location.path is not None:
        return _sqlite_engine(
            location, begin="BEGIN IMMEDIATE", query_only=False, pool_size=1, page_cache_mib=page_cache_mib
        )
    engine = _postgresql_engine(location)
    event.listen(engine, "begin", _take_writer_lock)
    return engine


def reading_engine(location: WorkspaceLocation, *, connections: int = 4, page_cache_mib: int = 32) -> Engine:
    """An engine whose transactions see one snapshot and cannot write."""
    if location.path is not None:
        return _sqlite_engine(
            location, begin="BEGIN", query_only=True, pool_size=connections, page_cache_mib=page_cache_mib
        )
    return _postgresql_engine(location).execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _postgresql_engine(location: WorkspaceLocation) -> Engine:
    assert location.url is not None
    return create_engine(location.url, json_serializer=_dumps, json_deserializer=orjson.loads, pool_pre_ping=True)


def _take_writer_lock(connection: Any) -> None:
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")


def migrating_engine(path: Path) -> Engine:
    """An engine for upgrading a file: it writes, and does not enforce references while tables are being rebuilt."""
    location = WorkspaceLocation(path=path)
    return _sqlite_engine(location, begin="BEGIN IMMEDIATE", query_only=False, pool_size=1, foreign_keys=False)


def _sqlite_engine(
    location: WorkspaceLocation,
    *,
    begin: str,
    query_only: bool,
    pool_size: int,
    foreign_keys: bool = True,
    page_cache_mib: int = 32,
) -> Engine:
    # As a URI, quoted, so that a file name with ? or # in it is taken as it is, and a missing file is not made.
    assert location.path is not None
    uri = f"{location.path.absolute().as_uri()}?mode=rw"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            uri,
            uri=True,
            timeout=BUSY_TIMEOUT_MS / 1000,
            check_same_thread=False,
            isolation_level=None,
            cached_statements=256,
        )

    engine = create_engine(
        "sqlite+pysqlite://",
        creator=connect,
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0 if not query_only else 8,
    )

    def set_pragmas(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in (
            f"foreign_keys = {'ON' if foreign_keys else 'OFF'}",
            "synchronous = FULL",
            "temp_store = MEMORY",
            f"cache_size = {-1024 * page_cache_mib}",
            f"query_only = {'ON' if query_only else 'OFF'}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(engine, "connect", set_pragmas)
    # pysqlite would begin transactions late and only before some statements; we begin them ourselves.
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine
