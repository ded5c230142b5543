"""How long a training is waited for, and how failures that pass by themselves are borne."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from erpai_desktop.errors import BadReplyError, OutOfOrderError, ProviderError, RateLimitedError, UnreachableError

T = TypeVar("T")
_PASSES = (UnreachableError, OutOfOrderError, RateLimitedError, BadReplyError)
_MAY_HAVE_BEEN_DONE = (UnreachableError, OutOfOrderError, BadReplyError)


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. `poll_s` lies between two looks at a job, `seen_s` between two signs of life.

    `grace_s` is how long after it was meant something may still turn up at the provider; it is looked for every
    `look_s` until then. `retry_s` is waited after each failure in a row, the last one from then on.
    """

    poll_s: float = 15
    seen_s: float = 60
    grace_s: float = 20
    look_s: float = 2
    retry_s: tuple[float, ...] = (2, 5, 15, 30, 60)


def passes_by(error: ProviderError) -> bool:
    """Whether the same question may be answered later."""
    return isinstance(error, _PASSES)


def may_have_been_done(error: ProviderError) -> bool:
    """Whether the provider may have carried out what was asked, although it failed."""
    return isinstance(error, _MAY_HAVE_BEEN_DONE) and getattr(error, "was_sent", True)


async def patiently(
    ask: Callable[[], Awaitable[T]],
    pace: Pace,
    *,
    tries: int | None = None,
    told: Callable[[str], object] = lambda _text: None,
) -> T:
    """Ask what changes nothing, again and again while it fails in ways that pass; `tries` None means without end.

    `told` hears of a failure, once in a row. Raises ProviderError.
    """
    failures = 0
    while True:
        try:
            return await ask()
        except ProviderError as error:
            failures += 1
            if not passes_by(error) or failures == tries:
                raise
            wait = pace.retry_s[min(failures, len(pace.retry_s)) - 1]
            if isinstance(error, RateLimitedError) and error.retry_after_s is not None:
                wait = max(wait, min(error.retry_after_s, 600))
            if failures == 1:
                told(f"{error.message} It is asked again.")
        await asyncio.sleep(wait)
