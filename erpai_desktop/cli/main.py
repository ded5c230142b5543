"""Runs one command and turns every failure into one line on standard error and exit status 2."""

from __future__ import annotations

import argparse
import atexit
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from erpai_desktop.errors import ErpAiError
from erpai_desktop.logs.wording import OURS

if TYPE_CHECKING:
    from erpai_desktop.storage.location import WorkspaceLocation

FAILED = 2
log = logging.getLogger(__name__)
# Where no log is kept, nothing is: logging itself would write it on standard error.
logging.getLogger(OURS).addHandler(logging.NullHandler())

# While no log is open, what belongs into it is not for standard error, where it would be printed as a last resort.
logging.getLogger("erpai_desktop").addHandler(logging.NullHandler())


def run_command(asked: argparse.Namespace) -> int:
    """Run the command that was parsed; returns the exit status."""

    def work() -> int:
        from erpai_desktop.cli.commands import run

        with _ended_in_order():
            run(asked, _location(asked.workspace))
        return 0

    from erpai_desktop.logs.program_log import program_log

    # The process ends anyway: to look for cycles in all that was imported takes a third of the time of importing it.
    atexit.register(gc.freeze)
    with program_log("command"), _child_begun(asked):
        log.info("command: %s", asked.command)
        return in_one_line(work)


@contextmanager
def _child_begun(asked: argparse.Namespace) -> Iterator[None]:
    """Begin the process that a build needs before anything heavy is imported here: it imports meanwhile."""
    asked.child = None
    if asked.command != "compile" or asked.target == "export":
        yield
        return
    import asyncio

    from erpai_desktop.workers.build_process import building_process

    asked.child = building_process()
    asked.child.begin()
    try:
        yield
    finally:
        # Where it was needed, it is closed already.
        asyncio.run(asked.child.close())


def in_one_line(work: Callable[[], int]) -> int:
    """What `work` returns; a failure that a person can mend is one line on standard error and exit status 2."""
    try:
        return work()
    except BrokenPipeError:
        # Whoever reads our lines has seen enough; what is still in the buffer shall not fail at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except ErpAiError as error:
        log.warning("not done", exc_info=error)
        _complain(str(error))
    except OSError as error:
        log.warning("not done", exc_info=error)
        named = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
        _complain(f"{named}{error.strerror or error}.")
    except KeyboardInterrupt:
        _complain("stopped; nothing half done is kept")
    return FAILED


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """What a service manager sends to end a command (SIGTERM) ends it as Ctrl+C does: what was begun is undone."""
    here = threading.current_thread() is threading.main_thread()
    # A shell lets what it runs in the background ignore Ctrl+C: SIGTERM must end that all the same.
    if not here or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda _number, _frame: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _location(workspace: str | None) -> WorkspaceLocation:
    from erpai_desktop.settings import data_folder, load_settings
    from erpai_desktop.storage.location import parse_location

    return parse_location(workspace or load_settings().workspace or str(data_folder() / "workspace.erpai"))


def _complain(text: str) -> None:
    # One line, whatever a file's name or a row's text brings in.
    from erpai_desktop.cli.output import harmless

    sys.stderr.write("erpai-desktop: " + harmless(" ".join(text.split())) + "\n")
