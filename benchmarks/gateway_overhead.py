"""A stream of 10,000 tokens from loopback: our gateways beside the openai package alone, in the same run.

Run: python -m benchmarks.gateway_overhead [--tokens 10000] [--rounds 9]

The server is a process of its own that has the whole reply ready, an event a token and an HTTP chunk an event. The
package alone: its own client with its own defaults, typed events, their text joined. Ours: the same text through
`ChatGateway.stream`, with limits, checks and usage; it reads the package's events as plain JSON, which is why it takes
less. They take turns; each has a warm connection; the figure is the ratio of the medians, for both APIs.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial

import openai
from pydantic import SecretStr

from erpai_desktop.ai.answerer import Turn
from erpai_desktop.ai.chat_gateway import ChatGateway, ChatRequest, TextDelta
from erpai_desktop.ai.providers.gateways import open_gateway
from erpai_desktop.ai.providers.provider_access import API_CHAT, API_RESPONSES, ProviderAccess
from erpai_desktop.models.enums import ParticipantRole, ProviderKind
from tests.providers import Exchange, ProviderServer, Reply
from tests.providers.talking import chat_events, responses_events

_RATIO = 1.2
_KEY = "sk-benchmark-0123456789"
_QUESTION = "Tell me everything."
_WRITE = 64 * 1024


def main() -> None:
    """Print the figures; fail where one is missed."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--tokens", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--serve", action="store_true", help="be the server")
    arguments = options.parse_args()
    if arguments.serve:
        _serve(arguments.tokens)
        return
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.gateway_overhead", "--serve", "--tokens", str(arguments.tokens)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        missed = asyncio.run(_measure(server.stdout.readline().strip(), arguments.tokens, arguments.rounds))
        server.stdin.close()
    if missed:
        raise SystemExit("\n".join(missed))


@dataclass(frozen=True, slots=True)
class _Heard:
    """A reply: its length in characters, seconds to its first token and to its end."""

    length: int
    first: float
    whole: float


async def _measure(url: str, tokens: int, rounds: int) -> list[str]:
    missed = []
    async with openai.AsyncOpenAI(api_key=_KEY, base_url=url) as client:
        for api, alone in ((API_RESPONSES, _responses), (API_CHAT, _chat)):
            kind = ProviderKind.OPENAI if api == API_RESPONSES else ProviderKind.OPENAI_COMPATIBLE
            gateway = open_gateway(ProviderAccess(kind, url, "gpt-test", api, SecretStr(_KEY)))
            missed += await _compare(api, tokens, rounds, partial(_ours, gateway), partial(alone, client))
            await gateway.close()
    return missed


async def _compare(
    api: str,
    tokens: int,
    rounds: int,
    ours: Callable[[], Awaitable[_Heard]],
    theirs: Callable[[], Awaitable[_Heard]],
) -> list[str]:
    await ours()
    await theirs()
    heard: tuple[list[_Heard], list[_Heard]] = ([], [])
    for _ in range(rounds):
        heard[0].append(await ours())
        heard[1].append(await theirs())
    assert len({one.length for one in heard[0] + heard[1]}) == 1
    (own, own_first), (peer, peer_first) = (
        (statistics.median(one.whole for one in part), statistics.median(one.first for one in part)) for part in heard
    )
    print(f"{api}, {tokens:,} tokens, median of {rounds}:")
    print(f"  the openai package alone {peer * 1000:7.1f} ms   first token {peer_first * 1000:5.1f} ms")
    print(f"  our gateway              {own * 1000:7.1f} ms   first token {own_first * 1000:5.1f} ms")
    print(f"  ratio                    {own / peer:7.2f}      to reach {_RATIO}")
    return [] if own <= _RATIO * peer else [f"{api}: {own / peer:.2f}x the package alone, to reach {_RATIO}"]


async def _ours(gateway: ChatGateway) -> _Heard:
    request = ChatRequest((Turn(ParticipantRole.USER, _QUESTION),))
    started, first, parts = time.perf_counter(), 0.0, []
    async for event in gateway.stream(request):
        if isinstance(event, TextDelta):
            first = first or time.perf_counter()
            parts.append(event.text)
    return _Heard(len("".join(parts)), first - started, time.perf_counter() - started)


async def _responses(client: openai.AsyncOpenAI) -> _Heard:
    started, first, parts = time.perf_counter(), 0.0, []
    async for event in await client.responses.create(model="gpt-test", input=_QUESTION, stream=True):
        if event.type == "response.output_text.delta":
            first = first or time.perf_counter()
            parts.append(event.delta)
    return _Heard(len("".join(parts)), first - started, time.perf_counter() - started)


async def _chat(client: openai.AsyncOpenAI) -> _Heard:
    started, first, parts = time.perf_counter(), 0.0, []
    async for chunk in await client.chat.completions.create(
        model="gpt-test",
        messages=[{"role": "user", "content": _QUESTION}],
        stream=True,
        stream_options={"include_usage": True},
    ):
        if chunk.choices and chunk.choices[0].delta.content:
            first = first or time.perf_counter()
            parts.append(chunk.choices[0].delta.content)
    return _Heard(len("".join(parts)), first - started, time.perf_counter() - started)


def _serve(tokens: int) -> None:
    reply = Reply(" ".join(f"token{number % 10}" for number in range(tokens)), tokens_out=tokens)
    whole = {
        "/responses": _chunked(responses_events("gpt-test", reply)),
        "/chat/completions": _chunked(chat_events("gpt-test", reply, with_usage=True)),
    }

    def ready(body: bytes) -> Callable[[Exchange], Awaitable[None]]:
        async def happen(exchange: Exchange) -> None:
            await exchange.begin_events()
            for start in range(0, len(body), _WRITE):
                await exchange.write(body[start : start + _WRITE])

        return happen

    with ProviderServer(key=_KEY) as server:
        for path, body in whole.items():
            server.fault("POST", path, ready(body))
        print(server.base_url, flush=True)
        sys.stdin.read()


def _chunked(events: Iterator[bytes]) -> bytes:
    return b"".join(f"{len(event):x}\r\n".encode() + event + b"\r\n" for event in events) + b"0\r\n\r\n"


if __name__ == "__main__":
    main()
