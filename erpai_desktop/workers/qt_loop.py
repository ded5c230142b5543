"""Qt's event loop for asyncio, with what qasync leaves out.

Generators that were left halfway are closed on it, and what is to be called waits while it does not run.
"""

from __future__ import annotations

import asyncio
import contextvars
import sys
from collections.abc import AsyncGenerator, Callable
from typing import Any

from PySide6.QtWidgets import QApplication
from qasync import QEventLoop


def make_loop(application: QApplication) -> asyncio.AbstractEventLoop:
    """The loop, for the thread it is made in.

    Without a finalizer, Python closes an abandoned asynchronous generator outside any loop, where an HTTP client's
    cannot let its connection go. asyncio's own loops set one; qasync's does not.
    """
    loop: asyncio.AbstractEventLoop = _QtLoop(application)
    closing: set[asyncio.Task[None]] = set()

    def close(generator: AsyncGenerator[Any, Any]) -> None:
        task = loop.create_task(_close(generator))
        closing.add(task)
        task.add_done_callback(closing.discard)

    def finalize(generator: AsyncGenerator[Any, Any]) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(close, generator)

    sys.set_asyncgen_hooks(finalizer=finalize)
    return loop


class _Callback(asyncio.Handle):
    def _run(self) -> None:
        loop: Any = self._loop  # type: ignore[attr-defined] # the stubs leave it out
        if loop.is_running():
            super()._run()
        else:
            loop.put_off.append(self)


class _QtLoop(QEventLoop):  # type: ignore[misc] # it ships no types
    """Qt goes on with its events when this loop has ended, and qasync once more by itself.

    What a task does there finds no running loop, so that all it would begin is lost; asyncio's own loops let it wait.
    """

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self.put_off: list[asyncio.Handle] = []

    def call_later(
        self,
        delay: float,
        callback: Callable[..., object],
        *args: object,
        context: contextvars.Context | None = None,
    ) -> asyncio.Handle:
        """As asyncio's."""
        handle: asyncio.Handle = self._add_callback(_Callback(callback, args, self, context=context), delay)
        return handle

    def run_forever(self) -> None:
        """As asyncio's: goes on where it stood when it ended."""
        waiting, self.put_off = self.put_off, []
        for handle in waiting:
            self._add_callback(handle)
        super().run_forever()


async def _close(generator: AsyncGenerator[Any, Any]) -> None:
    await generator.aclose()
