"""Writes down every exception that nobody caught, whoever raised it: a slot, a thread, a task, a finalizer."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final

log = logging.getLogger(__name__)

Told = Callable[[BaseException], object]

_ENDS: Final = (KeyboardInterrupt, SystemExit, GeneratorExit)
"""Ways to end a program, which are no mistakes."""


@contextmanager
def uncaught_recorded(told: Told | None = None) -> Iterator[None]:
    """Record what nobody catches while this lasts, and tell `told` of it, in whichever thread it happened.

    Qt's slots end up in `sys.excepthook`. What stood there before (the traceback on standard error) is called as well.
    """
    excepthook, thread_hook, unraisable_hook = sys.excepthook, threading.excepthook, sys.unraisablehook

    def on_exception(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not isinstance(error, _ENDS):
            _record("nobody caught", error, told)
        excepthook(kind, error, trace)

    def on_thread(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None and not isinstance(arguments.exc_value, _ENDS):
            name = arguments.thread.name if arguments.thread is not None else "?"
            _record(f"nobody caught, in thread {name}", arguments.exc_value, told)
        thread_hook(arguments)

    def on_unraisable(unraisable: sys.UnraisableHookArgs) -> None:
        if unraisable.exc_value is not None:
            # While something is cleared away: nothing that a person did has failed.
            _record("ignored while clearing away", unraisable.exc_value, None)
        unraisable_hook(unraisable)

    sys.excepthook, threading.excepthook, sys.unraisablehook = on_exception, on_thread, on_unraisable
    try:
        yield
    except _ENDS:
        raise
    except BaseException as error:
        _record("the program ends by", error, None)
        raise
    finally:
        sys.excepthook, threading.excepthook, sys.unraisablehook = excepthook, thread_hook, unraisable_hook


def watch_loop(loop: asyncio.AbstractEventLoop, told: Told | None = None) -> None:
    """The same for callbacks of a loop, and for tasks whose failure nobody asked for."""

    def on_failure(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, _ENDS):
            return
        # The rest of what there is names the task with all that it was called with.
        words = str(context.get("message", "a mistake in the loop")).partition("\n")[0].partition("(")[0].rstrip()
        if isinstance(error, BaseException):
            _record(f"nobody caught: {words}", error, told)
        else:
            log.error("%s", words)

    loop.set_exception_handler(on_failure)


def _record(what: str, error: BaseException, told: Told | None) -> None:
    log.critical("%s", what, exc_info=error)
    if told is not None:
        told(error)
