"""Replies without an end: they are cut off long before they fill the memory."""

from __future__ import annotations

import tracemalloc

import pytest

from erpai_desktop.ai.providers.provider_access import API_CHAT, API_RESPONSES, Limits
from erpai_desktop.errors import BadReplyError, OutOfOrderError
from tests.providers import ProviderServer
from tests.providers.faults import Flood, chat_delta, responses_delta
from tests.unit.ai.providers.outcome import opened, outcome

_MB = 1_000_000
_50_MB = 50 * _MB
_CUT_OFF = 45 * _MB
"""Limits are far lower, but what has been sent and not been read yet lies in the system's buffers, 36 MB at most."""
_LIMITS = Limits()


@pytest.mark.parametrize(("api", "delta"), [(API_RESPONSES, responses_delta), (API_CHAT, chat_delta)])
async def test_an_answer_of_50_mb_is_cut_off(server: ProviderServer, api: str, delta: object) -> None:
    assert callable(delta)
    flood = Flood(delta("x" * 100_000), most=_50_MB)
    server.fault("POST", "*", flood)
    got = await outcome(opened(server.base_url, api=api, limits=_LIMITS))
    assert type(got.error) is BadReplyError
    assert "too long" in got.error.message
    assert _LIMITS.text - 200_000 <= len(got.text) <= _LIMITS.text
    assert flood.sent < _CUT_OFF


@pytest.mark.parametrize(
    "flood",
    [
        Flood(b"x" * 100_000, most=_50_MB),
        Flood(b"data: x" * 10_000, most=_50_MB),
        Flood(b"data: " + b"x" * 10_000 + b"\r\n", most=_50_MB),
        Flood(b"x" * 100_000, most=_50_MB, content_type="application/json"),
        Flood(b" \n" * 50_000, most=_50_MB, content_type="application/json"),
    ],
    ids=[
        "a line without an end",
        "a long line of data",
        "an event without an end",
        "JSON without an end",
        "spaces without an end",
    ],
)
async def test_what_has_no_end_is_cut_off(server: ProviderServer, flood: Flood) -> None:
    server.fault("POST", "*", flood)
    gateway = opened(server.base_url, limits=_LIMITS)
    tracemalloc.start()
    got = await outcome(gateway)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert type(got.error) is BadReplyError
    assert flood.sent < _CUT_OFF
    assert peak < 60 * _MB


async def test_events_that_say_nothing_are_cut_off(server: ProviderServer) -> None:
    flood = Flood(b'data: {"type": "response.in_progress"}\n\n' * 1000, most=_50_MB)
    server.fault("POST", "*", flood)
    got = await outcome(opened(server.base_url, limits=Limits(wire=2 * _MB)))
    assert type(got.error) is BadReplyError
    assert flood.sent < _CUT_OFF


async def test_an_error_page_of_50_mb_is_cut_off(server: ProviderServer) -> None:
    flood = Flood(b"x" * 100_000, most=_50_MB, content_type="text/html", code=500)
    server.fault("POST", "*", flood)
    got = await outcome(opened(server.base_url, limits=_LIMITS))
    assert isinstance(got.error, BadReplyError | OutOfOrderError)
    assert flood.sent < _CUT_OFF


async def test_a_list_of_models_of_50_mb_is_cut_off(server: ProviderServer) -> None:
    flood = Flood(b'{"id": "x"}, ' * 10_000, most=_50_MB, content_type="application/json")
    server.fault("GET", "/models", flood)
    gateway = opened(server.base_url, limits=_LIMITS)
    with pytest.raises(BadReplyError):
        await gateway.list_models()
    await gateway.close()
    assert flood.sent < _CUT_OFF
