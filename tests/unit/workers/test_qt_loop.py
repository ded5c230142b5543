"""Qt's loop closes generators that were left halfway."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from PySide6.QtWidgets import QApplication

from erpai_desktop.workers.qt_loop import make_loop
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


def test_what_is_to_be_called_waits_while_the_loop_does_not_run(qapp: QApplication) -> None:
    loop = make_loop(qapp)
    called: list[bool] = []

    async def ends_first() -> None:
        # Due at once, but the loop ends; what Qt still does is without it.
        loop.call_soon(lambda: loop.call_soon(lambda: called.append(loop.is_running())))

    loop.run_until_complete(ends_first())
    for _ in range(3):
        qapp.processEvents()
    assert called in ([], [True])
    loop.run_until_complete(asyncio.sleep(0.01))
    assert called == [True]
    loop.close()
