"""One process's log file: two pieces of half a megabyte at most, readable by its owner alone, old ones cleared away.

A file for each process, for several windows and commands run at once and none may move another's file away. The
interpreter's own last words in a crash (faulthandler) go into the same file.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from erpai_desktop.logs.wording import OURS, LineFormatter

PIECE_BYTES: Final = 512 * 1024
"""After this much the file begins anew; the piece before it is kept as `….log.1`."""
KEPT: Final = 5
"""Files of each kind of process that stay when a new one is begun, the newest; running processes' come on top."""
_OLDER_PIECE: Final = ".1"


class LogFile(RotatingFileHandler):
    """Writes what passes to a file of this process's own. Never raises and never complains: a full disk is no reason.

    `level` holds for what the program itself says; of libraries, warnings and worse are written, for below that they
    may tell headers, statements and what people say in private.
    """

    def __init__(self, folder: Path, *, kind: str, level: int, crashes: bool = True) -> None:
        """Raises OSError when no file can be made."""
        self._crashes = crashes and not faulthandler.is_enabled()
        self._tells_crashes = False
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        clear_away(folder, kind)
        self.path = folder / f"{kind}-{datetime.now().astimezone():%Y%m%d-%H%M%S}-{os.getpid()}.log"
        super().__init__(self.path, maxBytes=PIECE_BYTES, backupCount=1, encoding="utf-8", errors="backslashreplace")
        self.set_level(level)

    def set_level(self, level: int) -> None:
        """From which level on the program's own records are written; at DEBUG with exceptions' words."""
        self.ours = level
        self.setFormatter(LineFormatter(verbose=level <= logging.DEBUG))

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is written."""
        is_ours = record.name == OURS or record.name.startswith(f"{OURS}.")
        return record.levelno >= (self.ours if is_ours else logging.WARNING)

    def doRollover(self) -> None:
        """Begin the file anew; for a moment there is none to write a crash into."""
        self._leave_crashes()
        super().doRollover()

    def handleError(self, record: logging.LogRecord) -> None:
        """A record that cannot be written is lost: there is nobody to tell."""

    def close(self) -> None:
        """Close the file, and remove it if nothing was written."""
        self._leave_crashes()
        with contextlib.suppress(OSError, ValueError):
            super().close()
        remove_if_empty(self.path)

    def _open(self) -> TextIOWrapper:
        opened = open(  # noqa: SIM115 # logging closes it; Path.open takes no opener
            self.baseFilename,
            "a",
            encoding=self.encoding,
            errors=self.errors,
            opener=lambda path, flags: os.open(path, flags, 0o600),
        )
        if self._crashes:
            faulthandler.enable(opened)
            self._tells_crashes = True
        return opened

    def _leave_crashes(self) -> None:
        if self._tells_crashes:
            faulthandler.disable()
            self._tells_crashes = False


def clear_away(folder: Path, kind: str) -> None:
    """Remove what ended processes of this kind have left, but for the newest files; never a running one's."""
    found: list[tuple[float, Path]] = []
    for path in folder.glob(f"{kind}-*.log"):
        with contextlib.suppress(OSError):
            if not _runs(path):
                about = path.stat()
                found.append((about.st_mtime if about.st_size else 0, path))
    found.sort(reverse=True)
    for place, (when, path) in enumerate(found):
        if place >= KEPT - 1 or not when:
            for piece in _pieces(path):
                with contextlib.suppress(OSError):
                    piece.unlink()


def remove_if_empty(path: Path) -> None:
    """Remove a file into which nothing was written, if it is there."""
    with contextlib.suppress(OSError):
        if path.stat().st_size == 0:
            path.unlink()


def files_of(folder: Path, pid: int) -> Iterator[Path]:
    """The log files of a process."""
    return folder.glob(f"*-{pid}.log")


def _pieces(path: Path) -> tuple[Path, Path]:
    return path, path.with_name(path.name + _OLDER_PIECE)


def _runs(path: Path) -> bool:
    """Whether the process that a file belongs to still runs; a number used again only keeps a file for longer."""
    pid = path.stem.rpartition("-")[2]
    if sys.platform == "win32" or not pid.isascii() or not pid.isdigit():
        # Windows lets nobody remove a file that is open.
        return False
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True
