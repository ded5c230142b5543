"""The log of this process, from its beginning to its end; where a child's is to lie."""

from __future__ import annotations

import logging
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from erpai_desktop import __version__
from erpai_desktop.logs.log_file import LogFile, files_of, remove_if_empty
from erpai_desktop.logs.uncaught import Told, uncaught_recorded
from erpai_desktop.logs.wording import OURS

log = logging.getLogger(__name__)

LEVELS: Final = {"warning": logging.WARNING, "info": logging.INFO, "debug": logging.DEBUG}


@dataclass(frozen=True, slots=True)
class LogPlace:
    """What a child process needs to keep a log of its own; small and picklable."""

    folder: Path
    level: int


_open: list[LogFile] = []


@contextmanager
def program_log(kind: str, *, told: Told | None = None) -> Iterator[None]:
    """Keep a log while this lasts, in a file called by `kind`; exceptions that nobody catches go into it and to `told`.

    Where it lies and what is in it the settings say. Without a folder to write to the program runs all the same.
    """
    from erpai_desktop.settings import load_settings, log_folder

    with _kept(kind, LogPlace(log_folder(), LEVELS[load_settings().log_level])), uncaught_recorded(told):
        python, system = platform.python_version(), platform.platform()
        log.info("%s begins: version %s, Python %s, %s", kind, __version__, python, system)
        yield
        log.info("%s ends", kind)


@contextmanager
def child_log(kind: str, place: LogPlace | None) -> Iterator[None]:
    """The same in a child process, where the one that started it keeps its log; nothing where that keeps none.

    A child says nothing that is no trouble: its file is there from the beginning, for a crash, and goes if it is empty.
    """
    if place is None:
        yield
        return
    with _kept(kind, place), uncaught_recorded():
        yield


def log_place() -> LogPlace | None:
    """Where the log of this process lies and what is in it; None without one."""
    return LogPlace(_open[-1].path.parent, _open[-1].ours) if _open else None


def set_log_level(name: str) -> None:
    """From now on write this much: warning, info or debug. Children that run already go on as they began."""
    for file in _open:
        file.set_level(LEVELS[name])
        logging.getLogger(OURS).setLevel(LEVELS[name])


def forget_child(pid: int) -> None:
    """A child has ended: a log into which it wrote nothing goes."""
    place = log_place()
    if place is not None:
        for path in files_of(place.folder, pid):
            remove_if_empty(path)


@contextmanager
def _kept(kind: str, place: LogPlace) -> Iterator[None]:
    try:
        file = LogFile(place.folder, kind=kind, level=place.level)
    except OSError as error:
        sys.stderr.write(f"erpai-desktop: no log is kept: {error.strerror}\n")
        yield
        return
    root, ours = logging.getLogger(), logging.getLogger(OURS)
    level_before = ours.level
    _open.append(file)
    root.addHandler(file)
    ours.setLevel(file.ours)
    try:
        yield
    finally:
        root.removeHandler(file)
        ours.setLevel(level_before)
        _open.remove(file)
        file.close()
