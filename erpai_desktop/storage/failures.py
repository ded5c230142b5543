"""Turns what a database driver raises into our errors: what happened, what is safe, what to do."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError

from erpai_desktop.errors import (
    CorruptWorkspaceError,
    LockedWorkspaceError,
    ReadOnlyWorkspaceError,
    ServiceError,
)

_SAFE = "What was saved before is safe; this change was not made."


def translated(error: DBAPIError) -> Exception:
    """The error to raise instead, or the driver's own when it is a bug of ours (a constraint, a syntax error)."""
    original = error.orig
    if isinstance(original, sqlite3.DatabaseError):
        name = original.sqlite_errorname if hasattr(original, "sqlite_errorname") else ""
        text = str(original)
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return LockedWorkspaceError(
                "Another program keeps the workspace locked.", safe=_SAFE, advice="Close the other program, try again."
            )
        if name.startswith("SQLITE_READONLY"):
            return ReadOnlyWorkspaceError(
                "The workspace may only be read.", safe=_SAFE, advice="Make the file and its folder writable."
            )
        if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            return CorruptWorkspaceError(
                "The workspace's file is damaged.", safe="It was left as it is.", advice="Restore a backup."
            )
        if name.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN")):
            return ServiceError(
                f"The workspace's file could not be written or read ({text}).",
                safe=_SAFE,
                advice="Check that the disk has room and the folder exists, then try again.",
            )
    elif error.connection_invalidated or type(original).__name__ in {"OperationalError", "ConnectionTimeout"}:
        return ServiceError(
            "The database server did not answer.", safe=_SAFE, advice="Check the network and the server, try again."
        )
    return error
