"""Long blocking work in a thread of its own, so that neither the window nor its reads and writes wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def in_a_thread(work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `work` and await it. When cancelled, it waits for the work to end first: no thread is left behind."""
    executor = ThreadPoolExecutor(1, thread_name_prefix="work")
    running = asyncio.get_running_loop().run_in_executor(executor, lambda: work(*args, **kwargs))
    cancelled: asyncio.CancelledError | None = None
    try:
        while not running.done():
            try:
                await asyncio.wait([running])
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled is not None:
            raise cancelled
        return running.result()
    finally:
        executor.shutdown(wait=True)
