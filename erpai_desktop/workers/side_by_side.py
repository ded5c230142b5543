"""The same work on many items, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


async def side_by_side(items: Sequence[A], work: Callable[[A], Awaitable[B]], *, at_once: int) -> list[B]:
    """The results in the order of the items. The first failure, or a cancellation, ends what else is under way."""
    results: dict[int, B] = {}
    places = iter(range(len(items)))

    async def work_on() -> None:
        for place in places:
            results[place] = await work(items[place])

    tasks = [asyncio.ensure_future(work_on()) for _ in range(min(at_once, len(items)))]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return [results[place] for place in range(len(items))]
