"""Qt's loop closes generators that were left halfway."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from tests.waiting import eventually


async def test_a_generator_that_was_left_halfway_is_closed_on_the_loop() -> None:
    closed: list[bool] = []

    async def endless() -> AsyncIterator[int]:
        try:
            while True:
                yield 1
        finally:
            # Awaits, as a client's does to let its connection go.
            await asyncio.sleep(0)
            closed.append(asyncio.current_task() is not None)

    async for _ in endless():
        break
    await eventually(lambda: closed == [True])
