"""What OpenAI and services like it have in common: one attempt, a careful retry, embeddings, the list of models."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from erpai_desktop.ai.answerer import Usage
from erpai_desktop.ai.chat_gateway import ChatEvent, ChatRequest, Embeddings, RemoteModel, TextDelta
from erpai_desktop.ai.providers import chat_completions_api, reading, responses_api
from erpai_desktop.ai.providers.bounded_transport import too_long
from erpai_desktop.ai.providers.openai_client import Head, Json, OpenAiClient
from erpai_desktop.ai.providers.provider_access import API_RESPONSES, ProviderAccess
from erpai_desktop.ai.providers.retrying import wait_before_retry
from erpai_desktop.errors import ProviderError

_MOST_MODELS = 10_000


class RemoteGateway:
    """One model behind one address. Its two heirs say which API it is talked to through."""

    def __init__(self, access: ProviderAccess, *, model: str) -> None:
        self.client = OpenAiClient(access)
        self._model = model

    @property
    def model(self) -> str:
        """The model that is asked."""
        return self._model

    async def send(self, api: str, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Send through an API; again, after a wait, as long as it is known that nothing was done."""
        tried = 0
        while True:
            tried += 1
            begun = False
            started = time.monotonic()
            try:
                async with aclosing(self.attempt(api, self.body(api, request))) as events:
                    async for event in events:
                        begun = True
                        yield event
                return
            except ProviderError as error:
                wait = wait_before_retry(
                    error, tried=tried, took_s=time.monotonic() - started, limits=self.client.limits
                )
                if begun or wait is None:
                    raise
            await asyncio.sleep(wait)

    def body(self, api: str, request: ChatRequest) -> dict[str, Any]:
        """What an API is sent for a request."""
        made = responses_api.body if api == API_RESPONSES else chat_completions_api.body
        return made(self._model, request)

    async def attempt(
        self, api: str, body: Mapping[str, Any], *, on_head: Callable[[Head], object] | None = None
    ) -> AsyncGenerator[ChatEvent, None]:
        """Send once. Raises BadReplyError when the text is longer than the limit."""
        path, read = (
            (responses_api.PATH, responses_api.read)
            if api == API_RESPONSES
            else (chat_completions_api.PATH, chat_completions_api.read)
        )
        client, length = self.client, 0
        async with (
            aclosing(client.stream(path, body)) as heard,
            aclosing(read(_told(heard, on_head), client.faults)) as events,
        ):
            async for event in events:
                if isinstance(event, TextDelta):
                    length += len(event.text)
                    if length > client.limits.text:
                        raise too_long(client.faults.name)
                yield event

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """Vectors of texts."""
        return await self.embed_with(self._model, texts)

    async def embed_with(self, model: str, texts: Sequence[str]) -> Embeddings:
        """Vectors of texts by some model."""
        reply = await self.client.post(
            "/embeddings", {"model": model, "input": [*map(responses_api.sendable, texts)], "encoding_format": "float"}
        )
        rows = sorted(reading.parts(reply, "data"), key=lambda row: reading.tokens(row, "index"))
        vectors = tuple(_vector(row) for row in rows)
        if len(vectors) != len(texts) or not all(vectors) or len({len(vector) for vector in vectors}) > 1:
            raise self.client.faults.bad_reply("is not one vector a text")
        usage = reading.part(reply, "usage")
        return Embeddings(vectors, Usage(tokens_in=reading.tokens(usage, "prompt_tokens")))

    async def list_models(self) -> tuple[RemoteModel, ...]:
        """What the provider offers, in order of names."""
        reply = await self.client.get("/models")
        if not isinstance(reply.get("data"), list):
            raise self.client.faults.bad_reply("is no list of models")
        named = self.client.faults.identifier
        found = {
            named(name): reading.day(row, "shutdown_date")
            for row in reading.parts(reply, "data")[:_MOST_MODELS]
            if (name := reading.text(row, "id").strip())
        }
        return tuple(RemoteModel(name, found[name]) for name in sorted(found))

    async def close(self) -> None:
        """Let connections go."""
        await self.client.close()


async def _told(
    heard: AsyncIterator[Head | Json], on_head: Callable[[Head], object] | None
) -> AsyncGenerator[Head | Json, None]:
    async for event in heard:
        if on_head is not None and isinstance(event, Head):
            on_head(event)
        yield event


def _vector(row: Mapping[str, Any]) -> tuple[float, ...]:
    numbers = row.get("embedding")
    if not isinstance(numbers, list) or not all(type(number) in (int, float) for number in numbers):
        return ()
    return tuple(map(float, numbers))
