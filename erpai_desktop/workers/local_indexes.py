"""This machine's copies of compiled indexes: verified once a program's life, the long unused ones thrown away."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from erpai_desktop.storage.database import Database

KEPT = 16
_UNUSED_S = 24 * 3600


class LocalIndexes:
    """Files named by their SHA-256 in `folder`. For one thread at a time; several programs may share the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._verified: set[str] = set()

    def get(self, database: Database, sha256: str) -> Path:
        """The copy, fetched from the workspace unless it is there already.

        It is read through and checked the first time only: hashing a large index would take longer than the answer.
        Raises NotFoundError, CorruptWorkspaceError.
        """
        from erpai_desktop.storage.blobs import fetch_blob

        path = self.folder / sha256
        if sha256 not in self._verified or not path.is_file():
            path = fetch_blob(database, sha256, self.folder)
            self._verified.add(sha256)
        with contextlib.suppress(OSError):
            os.utime(path)
        return path

    def adopt(self, file: Path, sha256: str) -> None:
        """Take over a file that has just been stored under this hash; without a copy it is fetched when needed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(OSError):
            file.replace(self.folder / sha256)
        self.prune()

    def prune(self) -> None:
        """Remove all but the 16 used last, those used within a day excepted. One that is open elsewhere stays."""
        with contextlib.suppress(OSError):
            copies = sorted(self.folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
            for path in copies[KEPT:]:
                if path.stat().st_mtime < time.time() - _UNUSED_S:
                    # Windows refuses to remove a file that a process maps; elsewhere the process keeps it.
                    with contextlib.suppress(OSError):
                        path.unlink()
                        self._verified.discard(path.name)
