"""One connection to an OpenAI-compatible service through the openai package; JSON in, JSON out, our errors only."""

from __future__ import annotations

import contextlib
import functools
import importlib
import logging
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import urlsplit

import httpx2
import openai

from erpai_desktop.ai.providers.bounded_transport import BoundedTransport
from erpai_desktop.ai.providers.faults import RAISED, Faults
from erpai_desktop.ai.providers.provider_access import OPENAI_URL, ProviderAccess, clean_base_url, patient

Json = Mapping[str, Any]

# anyio, below the package, would import this on the first call, on the loop.
with contextlib.suppress(ImportError):
    importlib.import_module("anyio._backends._asyncio")

# At lower levels they log addresses with their queries, the headers of replies, and what people say in private.
for _logger in ("openai", "httpx2", "httpcore2"):
    logging.getLogger(_logger).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a reply before its body: the provider's id of the request, and whether it comes in pieces."""

    request_id: str
    streamed: bool


class OpenAiClient:
    """Sends each request once. Every method raises a ProviderError and nothing else of its own.

    Neither proxies nor OPENAI_* variables of the environment play a part: the address and the key are those given.
    """

    def __init__(self, access: ProviderAccess) -> None:
        """Raises InvalidInputError for an address that is none."""
        url = clean_base_url(access.base_url or OPENAI_URL)
        self.limits = patient(access)
        name = urlsplit(url).netloc
        self.faults = Faults(name=name, key=access.key, silence_s=self.limits.silence_s)
        timeout = httpx2.Timeout(self.limits.silence_s, connect=self.limits.connect_s, pool=self.limits.connect_s)
        # An unencrypted address needs no certificates, and loading them takes a while.
        verify = certificates() if url.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        transport = BoundedTransport(
            httpx2.AsyncHTTPTransport(verify=verify, trust_env=False), key=access.key, limits=self.limits, name=name
        )
        self._http = httpx2.AsyncClient(transport=transport, timeout=timeout, trust_env=False, follow_redirects=False)
        self._client = openai.AsyncOpenAI(
            # The transport puts the real one in; the package, its errors and its logs never see it.
            api_key="kept by the transport",
            base_url=url,
            timeout=timeout,
            max_retries=0,
            http_client=self._http,
        )

    async def get(self, path: str, query: Json | None = None) -> Json:
        """What lies at `path`."""
        options: Any = {"params": dict(query or {})}
        return await self._call(lambda: self._client.get(path, cast_to=object, options=options))

    async def post(self, path: str, body: Json) -> Json:
        """What a request brings."""
        return await self._call(lambda: self._client.post(path, cast_to=object, body=dict(body)))

    async def delete(self, path: str) -> Json:
        """What a deletion brings."""
        return await self._call(lambda: self._client.delete(path, cast_to=object))

    async def upload(self, name: str, content: IO[bytes], *, purpose: str) -> Json:
        """Send a file, open for reading, piece by piece."""
        files = [("file", (name, content, "application/jsonl"))]
        options: Any = {"headers": {"Content-Type": "multipart/form-data"}}
        return await self._call(
            lambda: self._client.post("/files", cast_to=object, body={"purpose": purpose}, files=files, options=options)
        )

    async def stream(self, path: str, body: Json) -> AsyncGenerator[Head | Json, None]:
        """A Head, then the events of the reply as they come; one that comes whole is its only event."""
        answered = False
        self._check_open()
        try:
            stream = await self._client.post(
                path,
                cast_to=object,
                body=dict(body),
                options={"headers": {"Accept": "text/event-stream"}},
                stream=True,
                stream_cls=openai.AsyncStream[object],
            )
            answered = True
            try:
                response = stream.response
                kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
                streamed = kind == "text/event-stream"
                yield Head(self.faults.clean(response.headers.get("x-request-id", "")), streamed)
                if streamed:
                    async with aclosing(aiter(stream)) as events:  # type: ignore[type-var]  # it is a generator
                        async for event in events:
                            yield self._mapping(event)
                elif kind == "application/json":
                    await response.aread()
                    yield self._mapping(response.json())
                else:
                    raise self.faults.bad_reply(f"is {self.faults.clean(kind) or 'of no type'} instead of an answer")
            finally:
                await stream.close()
            return
        except RAISED as error:
            problem = self.faults.translate(error)
            # Once an answer has begun it has been carried out, at least in part.
            problem.may_retry = problem.may_retry and not answered
        # Raised out here it carries no trace of the package's own error, which may quote the reply.
        raise problem

    async def close(self) -> None:
        """Let connections go."""
        await self._client.close()

    async def _call(self, send: Callable[[], Awaitable[object]]) -> Json:
        self._check_open()
        try:
            return self._mapping(await send())
        except RAISED as error:
            problem = self.faults.translate(error)
        raise problem

    def _check_open(self) -> None:
        if self._http.is_closed:
            raise self.faults.closed()

    def _mapping(self, value: object) -> Json:
        if not isinstance(value, Mapping):
            raise self.faults.bad_reply("is not in the form that was agreed on")
        return value


@functools.cache
def certificates() -> ssl.SSLContext:
    """This machine's own certificates; loading them takes tens of milliseconds."""
    return httpx2.create_ssl_context(trust_env=False)
