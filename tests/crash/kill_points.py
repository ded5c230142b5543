"""Where a process can be killed: before and after each SQL statement, commit, fsync and acknowledgement, and within
statements every hundred steps of SQLite's machine."""

from __future__ import annotations

import os
import signal
import sqlite3
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event

STEPS = 100
"""Instructions of SQLite's virtual machine between two points within statements."""


@dataclass
class KillPoints:
    """Counts points passed, of two kinds; kills the process at the wanted one. Without a wanted one it only counts."""

    wanted: tuple[str, int] | None = None
    between: int = 0
    within: int = 0

    def install(self) -> None:
        """Hook into everything. Not undone: for a process of its own."""
        real_connect, real_fsync = sqlite3.connect, os.fsync

        def connect(*args: Any, **kwargs: Any) -> sqlite3.Connection:
            connection: sqlite3.Connection = real_connect(*args, **kwargs)
            connection.set_progress_handler(self._step, STEPS)
            return connection

        def fsync(fd: Any) -> None:
            self.pass_between()
            real_fsync(fd)
            self.pass_between()

        sqlite3.connect = connect  # type: ignore[assignment]
        os.fsync = fsync
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(Engine, name, lambda *_: self.pass_between())

    def pass_between(self) -> None:
        """A point between two things that happen."""
        self.between += 1
        if self.wanted == ("between", self.between):
            os.kill(os.getpid(), signal.SIGKILL)

    def _step(self) -> int:
        self.within += 1
        if self.wanted == ("within", self.within):
            os.kill(os.getpid(), signal.SIGKILL)
        return 0
