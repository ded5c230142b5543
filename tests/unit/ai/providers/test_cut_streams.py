"""Twenty transcripts, cut at every chunk and in the middle of every chunk: the text so far is kept, once."""

from __future__ import annotations

import random

import pytest

from erpai_desktop.ai.providers.provider_access import API_RESPONSES, Limits
from erpai_desktop.errors import UnreachableError
from tests.providers import Exchange, Fault, ProviderServer, Reply, faults
from tests.providers.talking import chat_events, responses_events
from tests.unit.ai.providers.outcome import APIS, opened, outcome

_WORDS = (
    "order",
    "заявка",
    "naïve",
    "€ 5",
    "发票",
    "\n\n",
    "🚚",
    "is",
    "late;",
    '"quoted"',
    "\\",
    "data: {}",
    "[DONE]",
)
_PATIENT = Limits(first_wait_s=0.001)


def _transcript(number: int, api: str) -> list[bytes]:
    choose = random.Random(number)
    text = " ".join(choose.choices(_WORDS, k=choose.randint(3, 9)))
    if api == API_RESPONSES:
        return list(responses_events("gpt-test", Reply(text)))
    return list(chat_events("gpt-test", Reply(text), with_usage=True))


def _cut(whole: list[bytes], rest: bytes) -> Fault:
    async def happen(exchange: Exchange) -> None:
        await exchange.begin_events()
        for chunk in whole:
            await exchange.chunk(chunk)
        if rest:
            await exchange.write(f"{len(rest) * 2:x}\r\n".encode() + rest)
        exchange.cut()

    return happen


@pytest.mark.parametrize("number", range(10))
@pytest.mark.parametrize("api", APIS)
async def test_a_stream_that_is_cut_anywhere_keeps_its_text_and_is_not_sent_again(
    server: ProviderServer, api: str, number: int
) -> None:
    chunks = _transcript(number, api)
    sent = 0
    # The last chunk ends the reply: a cut behind it takes nothing away.
    for position, following in enumerate(chunks):
        for rest in (b"", following[: len(following) // 2], following[:-3]):
            server.faults.append(_cut(chunks[:position], rest))
            got = await outcome(opened(server.base_url, api=api, limits=_PATIENT))
            sent += 1
            assert type(got.error) is UnreachableError, (position, rest)
            assert got.text == faults.told(chunks[:position])
            assert not got.ends
            assert len(server.requests) == sent


@pytest.mark.parametrize("api", APIS)
async def test_a_stream_in_single_bytes_reads_the_same(server: ProviderServer, api: str) -> None:
    chunks = _transcript(3, api)
    single = [bytes([byte]) for byte in b"".join(chunks)]
    server.faults.append(faults.events(*single))
    got = await outcome(opened(server.base_url, api=api))
    assert got.error is None
    assert got.text == faults.told(chunks)
    assert len(got.ends) == 1
