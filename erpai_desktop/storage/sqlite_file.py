"""A workspace that is a file: made in one step, recognised before it is touched, backed up before it is upgraded."""

from __future__ import annotations

import itertools
import os
import sqlite3
import stat
import struct
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from erpai_desktop.errors import (
    CorruptWorkspaceError,
    LockedWorkspaceError,
    NewerWorkspaceError,
    NotAWorkspaceError,
    ReadOnlyWorkspaceError,
    ServiceError,
    WorkspaceError,
)
from erpai_desktop.storage import schema
from erpai_desktop.storage.engine import migrating_engine
from erpai_desktop.storage.unit_of_work import UnitOfWork

_MAGIC = b"SQLite format 3\0"
_HEADER_SIZE = 100
_BUSY_S = 2.0
_TRIES = 5
_UNTOUCHED = "The file was left as it is."


def create(path: Path, fill: Callable[[UnitOfWork], object] | None = None) -> None:
    """Make a workspace, readable by its owner alone, under another name first and then, whole, under its own.

    Raises WorkspaceError when something stands there already or the folder cannot be written.
    """
    _refuse_existing(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        growing = _new_file(path, ".new")
    except OSError as error:
        raise ReadOnlyWorkspaceError(
            f"No workspace can be made at {path}: {error.strerror}.",
            safe="Nothing was made.",
            advice="Choose a folder that you may write to.",
        ) from error
    try:
        _switch_to_wal(growing)
        _upgrade(growing, fill=fill)
        _appear(growing, path)
    finally:
        for suffix in ("", "-wal", "-shm"):
            growing.with_name(growing.name + suffix).unlink(missing_ok=True)


def prepare(path: Path) -> None:
    """Make sure that the file can be used, upgrading it if it is older. Raises WorkspaceError."""
    _check_readable(path)
    _check_header(path)
    _check_writable(path)
    revision = _revision(path)
    if revision == schema.HEAD:
        _check_unlocked(path)
        return
    if revision is None:
        raise CorruptWorkspaceError(
            f"{path} says it is a workspace but does not say of which revision.",
            safe=_UNTOUCHED,
            advice="Restore a backup.",
        )
    if revision not in schema.known_revisions():
        raise _newer(path)
    _upgrade(path, revision=revision)


def back_up(source: Path, target: Path) -> None:
    """Copy a workspace, also one in use, into a new file: whole, checked, of the same permissions, or not at all.

    Raises WorkspaceError when `target` exists or the copy fails its check, ServiceError when the disk does.
    """
    _refuse_existing(target)
    try:
        growing = _new_file(target, ".copy")
    except OSError as error:
        raise _not_written(target, error) from error
    try:
        with closing(_connect(source, "ro")) as original, closing(_connect(growing, "rw")) as copy:
            original.backup(copy)
            # A copy is one file: it must not need a -wal beside it.
            copy.execute("PRAGMA journal_mode = DELETE")
            findings = [row[0] for row in copy.execute("PRAGMA integrity_check(3)")]
            copy.execute("PRAGMA journal_mode = WAL")
        if findings != ["ok"]:
            raise CorruptWorkspaceError(
                "The workspace is damaged, so that its copy would be too.",
                safe="No backup was made and nothing was changed.",
                advice="Run the workspace check and restore an earlier backup.",
            )
        _appear(growing, target)
    except sqlite3.Error as error:
        raise _unusable(source, error) from error
    except OSError as error:
        raise _not_written(target, error) from error
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            growing.with_name(growing.name + suffix).unlink(missing_ok=True)


# --- looking before touching --------------------------------------------------------------------------------------


def _refuse_existing(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise WorkspaceError(
            f"{path} exists already.", safe=_UNTOUCHED, advice="Choose another name, or open it instead."
        )


def _check_readable(path: Path) -> None:
    if not path.exists():
        raise WorkspaceError(
            f"There is no workspace at {path}.", safe="Nothing was made.", advice="Check the name, or make a new one."
        )
    if not path.is_file():
        raise _not_ours(path)


def _check_header(path: Path) -> None:
    """Tell by the first 100 bytes (https://www.sqlite.org/fileformat2.html, section 1.3), read as plain bytes."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER_SIZE)
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise ReadOnlyWorkspaceError(
            f"{path} cannot be read: {error.strerror}.", safe=_UNTOUCHED, advice="Ask for access to it."
        ) from error
    if len(header) < _HEADER_SIZE or not header.startswith(_MAGIC):
        raise _not_ours(path)
    page_size = struct.unpack_from(">H", header, 16)[0]
    page_size = 65536 if page_size == 1 else page_size
    pages, user_version, application_id = (struct.unpack_from(">I", header, at)[0] for at in (28, 60, 68))
    if application_id != schema.APPLICATION_ID:
        raise _not_ours(path)
    if user_version > schema.FORMAT:
        raise _newer(path)
    # With a -wal beside it the file may rightly be shorter than it will be. A window that closes it just now makes it
    # as long as it says, and then takes the -wal away.
    if pages * page_size > size and not _has_wal(path) and pages * page_size > path.stat().st_size:
        raise CorruptWorkspaceError(
            f"{path} is shorter than it says: its end is missing.", safe=_UNTOUCHED, advice="Restore a backup."
        )


def _check_writable(path: Path) -> None:
    """A file marked read-only stays so, even for a superuser, whom the system would let write."""
    marked = not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    if marked or not os.access(path, os.W_OK) or not os.access(path.resolve().parent, os.W_OK):
        raise ReadOnlyWorkspaceError(
            f"{path} or its folder may only be read.",
            safe=_UNTOUCHED,
            advice="Make both writable, or copy the file elsewhere.",
        )


def _revision(path: Path) -> str | None:
    """The revision in the file. Leaves no -wal and -shm behind that were not there."""
    tries = 0
    while True:
        tries += 1
        # Without a -wal the main file is all there is, and reading it as immutable makes no files beside it. If another
        # window writes into it meanwhile, what was read may be of two moments.
        has_wal, before = _has_wal(path), path.stat()
        try:
            revision = _read_revision(path, "ro" if has_wal else "ro&immutable=1")
        except sqlite3.Error as error:
            if has_wal or tries == _TRIES or not _has_changed(path, before):
                raise _unusable(path, error) from error
        else:
            if has_wal or tries == _TRIES or not _has_changed(path, before):
                return revision


def _read_revision(path: Path, mode: str) -> str | None:
    with closing(_connect(path, mode)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        if not {"alembic_version", "workspaces", "models"} <= tables:
            return None
        rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    return str(rows[0][0]) if len(rows) == 1 else None


def _has_changed(path: Path, before: os.stat_result) -> bool:
    now = path.stat()
    return (now.st_mtime_ns, now.st_size) != (before.st_mtime_ns, before.st_size)


def _check_unlocked(path: Path) -> None:
    """Another window that writes is no obstacle; a program that keeps the whole file to itself is one."""
    try:
        with closing(_connect(path, "rw")) as connection:
            connection.execute("SELECT count(*) FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise _unusable(path, error) from error


def _has_wal(path: Path) -> bool:
    try:
        return path.with_name(path.name + "-wal").stat().st_size > 0
    except FileNotFoundError:  # Also when another program closes the workspace at this moment.
        return False


# --- changing -----------------------------------------------------------------------------------------------------


def _switch_to_wal(path: Path) -> None:
    with closing(_connect(path, "rw")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")


def _upgrade(path: Path, *, revision: str | None = None, fill: Callable[[UnitOfWork], object] | None = None) -> None:
    """Migrate and fill in one transaction, checking every reference before it is committed.

    What has a `revision` already is backed up before, in the same transaction: of several windows the first does it.
    """
    engine = migrating_engine(path)
    try:
        _upgrade_on(engine, fill, (lambda: back_up(path, _free_name(path, revision))) if revision else None)
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error) and error.orig.sqlite_errorname.startswith("SQLITE_BUSY"):
            raise _unusable(path, error.orig) from error
        raise
    except sqlite3.Error as error:
        raise _unusable(path, error) from error
    finally:
        engine.dispose()


def _upgrade_on(
    engine: Engine, fill: Callable[[UnitOfWork], object] | None, back_it_up: Callable[[], object] | None
) -> None:
    with engine.connect() as connection:
        with connection.begin(), Session(connection, expire_on_commit=False) as session:
            # Another window may have upgraded it while this one waited for the write lock.
            if schema.present_revision(connection) != schema.HEAD:
                if back_it_up is not None:
                    back_it_up()
                schema.upgrade(connection)
            if fill is not None:
                fill(UnitOfWork(session, None))
                session.flush()
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise CorruptWorkspaceError(
                    f"{len(broken)} rows of the workspace point at rows that are not there.",
                    safe=_UNTOUCHED,
                    advice="Restore an earlier backup.",
                )
        # Into the main file, so that nothing depends on the -wal.
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]


def _appear(growing: Path, path: Path) -> None:
    """Give a finished file its name, never over another one, so that it is there after a power cut."""
    descriptor = os.open(growing, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        os.link(growing, path)
    except FileExistsError:
        _refuse_existing(path)
        raise
    except OSError:
        # No hard links here (FAT, some network folders).
        _refuse_existing(path)
        growing.rename(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _free_name(path: Path, revision: str) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    names = itertools.chain((stamp,), (f"{stamp}-{number}" for number in itertools.count(2)))
    paths = (path.with_name(f"{path.stem}.before-{schema.HEAD}-from-{revision}-{name}{path.suffix}") for name in names)
    return next(free for free in paths if not free.exists())


def _new_file(beside: Path, suffix: str) -> Path:
    """An empty file of a name of its own, into which nobody else may look. Raises OSError."""
    descriptor, name = tempfile.mkstemp(suffix, f".{beside.name}.", beside.parent)
    os.close(descriptor)
    return Path(name)


# --- small things -------------------------------------------------------------------------------------------------


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=_BUSY_S, isolation_level=None)


def _not_ours(path: Path) -> NotAWorkspaceError:
    return NotAWorkspaceError(
        f"{path} is not a workspace of this program.", safe=_UNTOUCHED, advice="Choose another file."
    )


def _newer(path: Path) -> NewerWorkspaceError:
    return NewerWorkspaceError(
        f"{path} was written by a newer version of this program.",
        safe=_UNTOUCHED,
        advice="Install the newer version to open it.",
    )


def _not_written(target: Path, error: OSError) -> ServiceError:
    return ServiceError(
        f"The backup {target} could not be written: {error.strerror}.",
        safe="The workspace itself is unchanged.",
        advice="Choose another folder or make room, then try again.",
    )


def _unusable(path: Path, error: sqlite3.Error) -> WorkspaceError | ServiceError:
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return LockedWorkspaceError(
            f"Another program keeps {path} locked.", safe=_UNTOUCHED, advice="Close the other program, then try again."
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return ReadOnlyWorkspaceError(
            f"{path} or its folder may only be read.", safe=_UNTOUCHED, advice="Make both writable."
        )
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return ServiceError(
            f"The disk failed while {path} was read or written ({error}).",
            safe="What was saved before is safe.",
            advice="Check that the disk has room, then try again.",
        )
    return CorruptWorkspaceError(f"{path} is damaged ({error}).", safe=_UNTOUCHED, advice="Restore a backup.")
