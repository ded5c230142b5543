"""One request and its answer on the wire, down to where a reply is cut."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request as it came. Header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else {}

    def is_for(self, method: str, path: str) -> bool:
        """Whether it is this method on this path, `/v1` left out; a path that ends in `*` is a beginning."""
        own = self.path.removeprefix("/v1")
        matches = own.startswith(path[:-1]) if path.endswith("*") else own == path
        return matches and self.method == method


class Exchange:
    """The server's side of one request."""

    def __init__(self, request: Recorded, writer: asyncio.StreamWriter, reader: asyncio.StreamReader) -> None:
        self.request = request
        self._writer = writer
        self._reader = reader
        self.keeps_open = True

    async def start(self, status: int, headers: Mapping[str, str]) -> None:
        """The status and the headers; what follows is up to the caller."""
        phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Odd"
        lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        await self.write("\r\n".join(lines).encode("latin-1"))

    async def write(self, data: bytes) -> None:
        """Raw bytes."""
        self._writer.write(data)
        await self._writer.drain()

    async def json(self, value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """A whole JSON reply."""
        await self.whole(json.dumps(value).encode(), status=status, headers=headers)

    async def whole(
        self,
        body: bytes,
        *,
        status: int = 200,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """A whole reply of any type."""
        known = {"content-type": content_type, "content-length": str(len(body)), "x-request-id": "req_test"}
        await self.start(status, known | dict(headers or {}))
        await self.write(body)

    async def error(
        self, status: int, message: str, *, code: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        """An error as OpenAI writes it."""
        body = {"error": {"message": message, "type": "test", "param": None, "code": code}}
        await self.json(body, status=status, headers=headers)

    async def begin_events(self) -> None:
        """The start of a stream of events, in chunks."""
        headers = {"content-type": "text/event-stream", "transfer-encoding": "chunked", "x-request-id": "req_test"}
        await self.start(200, headers)

    async def chunk(self, data: bytes) -> None:
        """A chunk of a stream of events."""
        await self.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    async def end_chunks(self) -> None:
        """The proper end of a stream."""
        await self.write(b"0\r\n\r\n")

    async def gone(self) -> None:
        """Say nothing more until the other side hangs up."""
        self.keeps_open = False
        await self._reader.read()

    def cut(self) -> None:
        """Close the connection here."""
        self.keeps_open = False

    def reset(self) -> None:
        """Break the connection with a reset."""
        self.keeps_open = False
        raw = self._writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


Fault = Callable[[Exchange], Awaitable[None]]
"""What happens instead of the usual reply."""


async def read_request(reader: asyncio.StreamReader) -> Recorded | None:
    """The next request of a connection; None at its end."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {name.strip().lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
    try:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body = await _chunked(reader)
        else:
            body = await reader.readexactly(int(headers.get("content-length", "0")))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    split = urlsplit(target)
    return Recorded(method, split.path, parse_qs(split.query), headers, body)


async def _chunked(reader: asyncio.StreamReader) -> bytes:
    parts: list[bytes] = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(parts)
