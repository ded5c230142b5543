"""The wire to a provider: only our own headers go out, and no reply is longer or slower than its limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx2
from pydantic import SecretStr

from erpai_desktop.ai.providers.provider_access import Limits
from erpai_desktop.errors import BadReplyError, KeyRefusedError, UnreachableError

# What the SDK would add beside these comes from environment variables or describes this machine.
_SENT = {"host", "accept", "content-type", "content-length", "transfer-encoding", "connection"}
_AGENT = "erpai-desktop"


class BoundedTransport(httpx2.AsyncBaseTransport):
    """Puts the key in, so that nothing above ever holds it; bounds what comes back.

    Sending raises KeyRefusedError for a key that no header can carry.
    Reading a reply raises BadReplyError when it is too long or compressed, UnreachableError when it takes too long.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport, *, key: SecretStr | None, limits: Limits, name: str) -> None:
        self._inner = inner
        self._key = key
        self._limits = limits
        self._name = name

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request once."""
        headers = [(name, value) for name, value in request.headers.multi_items() if name in _SENT]
        headers += [("user-agent", _AGENT), ("accept-encoding", "identity")]
        if self._key is not None:
            headers.append(("authorization", f"Bearer {self._usable(self._key)}"))
        sent = httpx2.Request(
            request.method, request.url, headers=headers, stream=request.stream, extensions=request.extensions
        )
        ends = asyncio.get_running_loop().time() + self._limits.reply_s
        response = await self._inner.handle_async_request(sent)
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            await response.aclose()
            # A few kilobytes may unfold to gigabytes.
            raise BadReplyError(
                f"{self._name} sent a compressed reply although it was asked not to.",
                safe="Nothing here was changed.",
                advice="Switch compression off at the server or the gateway in front of it.",
            )
        streamed = response.headers.get("content-type", "").startswith("text/event-stream")
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        response.stream = _BoundedStream(response.stream, self._limits, ends, self._name, streamed=streamed)
        return response

    async def aclose(self) -> None:
        """Let connections go."""
        await self._inner.aclose()

    def _usable(self, key: SecretStr) -> str:
        text = key.get_secret_value()
        # A header takes no other characters, and what complains of them below repeats them.
        if not text or not text.isascii() or not text.isprintable() or " " in text:
            raise KeyRefusedError(
                f"The key for {self._name} has characters in it that no key has.",
                safe="Nothing was sent.",
                advice="Copy the key again, as a whole and nothing else, and paste it in Providers.",
            )
        return text


class _BoundedStream(httpx2.AsyncByteStream):
    def __init__(
        self, inner: httpx2.AsyncByteStream, limits: Limits, ends: float, name: str, *, streamed: bool
    ) -> None:
        self._inner = inner
        self._limits = limits
        self._ends = ends
        self._name = name
        self._streamed = streamed

    async def __aiter__(self) -> AsyncIterator[bytes]:
        limits, clock = self._limits, asyncio.get_running_loop().time
        whole = event = 0
        most = limits.wire if self._streamed else limits.event
        tail = b""
        async for chunk in self._inner:
            whole += len(chunk)
            # An event ends with an empty line, which may be cut between two chunks.
            seen = tail + chunk
            end = max(seen.rfind(b"\n\n"), seen.rfind(b"\n\r\n"))
            event = event + len(chunk) if end < 0 else len(seen) - end
            tail = seen[-2:]
            if whole > most or event > limits.event:
                raise too_long(self._name)
            if clock() > self._ends:
                raise UnreachableError(
                    f"{self._name} was still not done after {limits.reply_s:g} seconds.",
                    safe="What came until then is kept.",
                    advice="Try again, or ask for less at once.",
                )
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


def too_long(name: str) -> BadReplyError:
    """A reply that is longer than any answer should be."""
    return BadReplyError(
        f"The reply of {name} is far too long; it was cut off.",
        safe="What came until then is kept.",
        advice="Ask for a shorter answer; if it happens again, check the provider.",
    )
