"""Waiting in tests: for a runner to come to rest, or for a condition; never for a span of time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from erpai_desktop.workers.runner import Runner

LONG_S = 120.0
"""Far longer than anything takes, also on a machine that has much else to do: a ceiling, no measure of speed."""


async def settled(runner: Runner, *, timeout_s: float = LONG_S) -> None:
    """Until the runner has nothing under way and Qt has delivered what it queued."""
    await eventually(lambda: not runner.busy, timeout_s=timeout_s)
    for _ in range(3):
        await asyncio.sleep(0)
    if runner.busy:
        await settled(runner, timeout_s=timeout_s)


async def eventually(condition: Callable[[], object], *, timeout_s: float = LONG_S) -> None:
    """Until the condition holds. Raises TimeoutError when it does not within `timeout_s` seconds."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"still not so after {timeout_s} s: {condition}")
        await asyncio.sleep(0.005)
