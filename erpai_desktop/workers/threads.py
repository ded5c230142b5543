"""Blocking work in a thread of its own, so that neither the window nor its reads and writes wait for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
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


async def in_a_thread_that_may_stay(work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `work` and await it. When cancelled, it is left to itself: for what waits for a person, a locked keyring.

    What it brings then is lost, and the program's end does not wait for it.
    """
    future: Future[T] = Future()
    # From now on it cannot be cancelled: it will have an outcome, whether anybody still waits for it or not.
    future.set_running_or_notify_cancel()

    def run() -> None:
        try:
            future.set_result(work(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)

    thread = threading.Thread(target=run, name="work that may stay", daemon=True)
    thread.start()
    try:
        return await asyncio.wrap_future(future)
    finally:
        if future.done():
            thread.join()
