"""Opens a workspace: checks that it is ours, whole and usable, and brings an older one forward with a backup first."""

from __future__ import annotations

from collections.abc import Callable

from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.unit_of_work import UnitOfWork


def open_database(
    location: WorkspaceLocation,
    *,
    create: bool = False,
    fill: Callable[[UnitOfWork], object] | None = None,
) -> Database:
    """The workspace at `location`, checked and of this program's revision.

    With `create` a new one is made, which must not exist yet; `fill` writes its first rows, and the workspace comes
    into being together with them or not at all.

    Raises a WorkspaceError that says what is wrong; whatever stood there is then as it was, byte for byte. An older
    workspace is copied beside itself before it is changed.
    """
    if location.path is not None:
        from erpai_desktop.storage import sqlite_file

        if create:
            sqlite_file.create(location.path, fill)
        else:
            sqlite_file.prepare(location.path)
    else:
        from erpai_desktop.storage import postgresql

        if create:
            postgresql.create(location, fill)
        else:
            postgresql.prepare(location)
    return Database(location)
