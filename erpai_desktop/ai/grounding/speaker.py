"""A version's way to its provider: opened with the first question, and asked for whole replies."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any, Final, cast

from erpai_desktop.ai.chat_gateway import ChatGateway, ChatRequest, Finished, TextDelta
from erpai_desktop.errors import BadReplyError, ProviderError, UnreachableError, UserError

FAILURES: Final = (ProviderError, UserError)
"""Why a provider may not answer: it fails, the budget is spent, its key or itself is not there."""

_LONGEST: Final = 200_000
"""Characters of a reply; ten times what any model writes at once."""


class Speaker:
    """One version's way to its provider: opened with the first question, kept, asked for whole replies."""

    def __init__(self, open_gateway: Callable[[], Awaitable[ChatGateway]], *, seconds: float) -> None:
        self._open = open_gateway
        self._seconds = seconds
        self._gateway: ChatGateway | None = None
        self._opening = asyncio.Lock()

    async def reply(self, request: ChatRequest, on_text: Callable[[str], object]) -> Finished:
        """Send and hand the text on as it comes. Raises one of FAILURES, also when it takes too long."""
        finished: Finished | None = None
        length = 0
        try:
            async with asyncio.timeout(self._seconds):
                gateway = await self._opened()
                # Closed here, so that a call that was stopped is settled at once.
                async with aclosing(cast("Any", gateway.stream(request))) as events:
                    async for event in events:
                        if isinstance(event, TextDelta):
                            length += len(event.text)
                            if length > _LONGEST:
                                raise BadReplyError(
                                    "The provider's reply does not come to an end.", safe="Your question is kept."
                                )
                            on_text(event.text)
                        else:
                            finished = event
        except TimeoutError as error:
            raise UnreachableError(
                f"The provider did not finish within {self._seconds:.0f} seconds.",
                safe="Your question is kept.",
                advice="Try again later.",
            ) from error
        if finished is None:
            raise UnreachableError("The provider's reply broke off.", safe="Your question is kept.")
        return finished

    async def close(self) -> None:
        """Let the connection go; a later question opens it again."""
        gateway, self._gateway = self._gateway, None
        if gateway is not None:
            await gateway.close()

    async def _opened(self) -> ChatGateway:
        async with self._opening:
            if self._gateway is None:
                self._gateway = await self._open()
            return self._gateway
