"""A chat model whose replies are written down beforehand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from erpai_desktop.ai.answerer import Usage
from erpai_desktop.ai.chat_gateway import ChatEvent, ChatRequest, Embeddings, Finished, Found, RemoteModel, TextDelta

Script = str | Exception | Sequence[str | Exception]


class ScriptedGateway:
    """Implements `ChatGateway`. `replies` are used up in turn, the last for ever; a list is a reply in pieces.

    `wait_at` is a piece before which a reply waits until it is cancelled.
    """

    model = "scripted"

    def __init__(
        self, *replies: Script, answer: Callable[[str], Script] | None = None, wait_at: str | None = None
    ) -> None:
        self._replies = list(replies)
        self._answer = answer
        self._wait_at = wait_at
        self.requests: list[ChatRequest] = []
        self.closed = False
        self.usage = Usage(tokens_in=100, tokens_out=10)
        self.complete = True

    @property
    def asked(self) -> str:
        """The last message that was sent."""
        return self.requests[-1].turns[-1].text

    async def stream(self, request: ChatRequest) -> AsyncIterator[ChatEvent]:
        self.requests.append(request)
        await asyncio.sleep(0)
        script = self._answer(request.turns[-1].text) if self._answer is not None else self._next()
        for piece in [script] if isinstance(script, str | Exception) else script:
            if isinstance(piece, Exception):
                raise piece
            if piece == self._wait_at:
                await asyncio.Event().wait()
            yield TextDelta(piece)
        yield Finished(self.usage, complete=self.complete, model=self.model)

    def _next(self) -> Script:
        return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        raise NotImplementedError

    async def list_models(self) -> tuple[RemoteModel, ...]:
        return ()

    async def look(self) -> Found:
        return Found("scripted")

    async def close(self) -> None:
        self.closed = True
