"""Qt's event loop for asyncio, with what qasync leaves out: generators that were left halfway are closed on it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from typing import Any

from PySide6.QtWidgets import QApplication
from qasync import QEventLoop


def make_loop(application: QApplication) -> asyncio.AbstractEventLoop:
    """The loop, for the thread it is made in.

    Without a finalizer, Python closes an abandoned asynchronous generator outside any loop, where an HTTP client's
    cannot let its connection go. asyncio's own loops set one; qasync's does not.
    """
    loop: asyncio.AbstractEventLoop = QEventLoop(application)
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


async def _close(generator: AsyncGenerator[Any, Any]) -> None:
    await generator.aclose()
