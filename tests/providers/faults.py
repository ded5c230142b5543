"""Ways for a provider to fail, over real HTTP."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Iterable, Mapping

from tests.providers.exchange import Exchange, Fault
from tests.providers.talking import event

Headers = Mapping[str, str]


def status(code: int, message: str = "No.", *, error: str | None = None, headers: Headers | None = None) -> Fault:
    """An error with its status, as OpenAI writes it."""

    async def happen(exchange: Exchange) -> None:
        await exchange.error(code, message, code=error, headers=headers)

    return happen


def whole(
    body: bytes, *, code: int = 200, content_type: str = "application/json", headers: Headers | None = None
) -> Fault:
    """Any reply in one piece."""

    async def happen(exchange: Exchange) -> None:
        await exchange.whole(body, status=code, content_type=content_type, headers=headers)

    return happen


def compressed(text: str) -> Fault:
    """A reply that was asked not to be compressed, compressed."""
    return whole(gzip.compress(text.encode()), headers={"content-encoding": "gzip"})


def raw(data: bytes) -> Fault:
    """Bytes that need not be HTTP, then the end of the connection."""

    async def happen(exchange: Exchange) -> None:
        await exchange.write(data)
        exchange.cut()

    return happen


async def hang_up(exchange: Exchange) -> None:
    """Close without a word."""
    exchange.cut()


async def reset(exchange: Exchange) -> None:
    """Break the connection with a reset."""
    exchange.reset()


async def silence(exchange: Exchange) -> None:
    """Take the request and say nothing."""
    await exchange.gone()


def events(*data: bytes, ends: bool = True) -> Fault:
    """A stream of events as they are given, its end left out where the connection breaks off."""

    async def happen(exchange: Exchange) -> None:
        await exchange.begin_events()
        for piece in data:
            await exchange.chunk(piece)
        if ends:
            await exchange.end_chunks()
        else:
            exchange.cut()

    return happen


def then_silence(*data: bytes) -> Fault:
    """A stream that stops without ending."""

    async def happen(exchange: Exchange) -> None:
        await exchange.begin_events()
        for piece in data:
            await exchange.chunk(piece)
        await exchange.gone()

    return happen


def then_reset(*data: bytes) -> Fault:
    """A stream that is broken off with a reset, once the other side has had time to read it."""

    async def happen(exchange: Exchange) -> None:
        await exchange.begin_events()
        for piece in data:
            await exchange.chunk(piece)
        await asyncio.sleep(0.05)
        exchange.reset()

    return happen


async def trickle(exchange: Exchange) -> None:
    """A stream of comments, which keep a connection alive, and nothing else, for ever."""
    await exchange.begin_events()
    while True:
        await exchange.chunk(b": still here\n\n")
        await asyncio.sleep(0.02)


class Flood:
    """A reply without an end: `piece` again and again; `sent` is how many bytes of it got out."""

    def __init__(self, piece: bytes, *, most: int, content_type: str = "text/event-stream", code: int = 200) -> None:
        self.sent = 0
        self._piece = piece
        self._most = most
        self._content_type = content_type
        self._code = code

    async def __call__(self, exchange: Exchange) -> None:
        headers = {"content-type": self._content_type, "transfer-encoding": "chunked"}
        await exchange.start(self._code, headers)
        while self.sent < self._most:
            await exchange.chunk(self._piece)
            self.sent += len(self._piece)
        await exchange.end_chunks()


def responses_delta(text: object) -> bytes:
    """A piece of text as the Responses API streams it."""
    return event({"type": "response.output_text.delta", "delta": text, "sequence_number": 1}, named=True)


def chat_delta(text: object) -> bytes:
    """A piece of text as chat completions stream it."""
    return event({"id": "c", "model": "m", "choices": [{"index": 0, "delta": {"content": text}}]})


def told(data: Iterable[bytes]) -> str:
    """The text in events of either API, as a reader who does everything right would find it."""
    found: list[str] = []
    for piece in data:
        for line in piece.decode().splitlines():
            if not line.startswith("data: {"):
                continue
            value = json.loads(line[6:])
            if value.get("type") == "response.output_text.delta":
                found.append(value["delta"])
            for choice in value.get("choices", []):
                found.append(choice["delta"].get("content") or "")
    return "".join(found)
