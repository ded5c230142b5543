"""What is sent again and what is not, counted at the server."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from erpai_desktop.ai.providers.provider_access import Limits
from erpai_desktop.ai.providers.retry_after import retry_after
from erpai_desktop.ai.providers.retrying import wait_before_retry
from erpai_desktop.errors import OutOfOrderError, ProviderError, RateLimitedError, UnreachableError
from tests.at_once import ends_at_once
from tests.providers import Fault, ProviderServer, faults
from tests.unit.ai.providers.outcome import opened, outcome
from tests.unit.ai.providers.subject import asking
from tests.waiting import eventually

_QUICK = Limits(first_wait_s=0.001)
_NOW = datetime(2026, 11, 26, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize("code", [429, 500, 503])
async def test_what_has_done_nothing_is_sent_again(server: ProviderServer, code: int) -> None:
    server.faults = [faults.status(code), faults.status(code)]
    got = await outcome(opened(server.base_url, limits=_QUICK))
    assert got.error is None
    assert got.text == "You said: What is new?"
    assert len(got.ends) == 1
    assert len(server.requests) == 3
    assert len({request.body for request in server.requests}) == 1


@pytest.mark.parametrize(("code", "kind"), [(429, RateLimitedError), (500, OutOfOrderError), (503, OutOfOrderError)])
async def test_at_most_twice(server: ProviderServer, code: int, kind: type[ProviderError]) -> None:
    server.fault("POST", "*", faults.status(code))
    got = await outcome(opened(server.base_url, limits=_QUICK))
    assert type(got.error) is kind
    assert len(server.requests) == 3


@pytest.mark.parametrize("code", [400, 401, 402, 403, 404, 408, 409, 422, 502, 504])
async def test_nothing_else_is_sent_again(server: ProviderServer, code: int) -> None:
    server.fault("POST", "*", faults.status(code))
    assert (await outcome(opened(server.base_url, limits=_QUICK))).error is not None
    assert len(server.requests) == 1


async def test_a_used_up_account_is_not_asked_again(server: ProviderServer) -> None:
    server.fault("POST", "*", faults.status(429, error="insufficient_quota"))
    assert (await outcome(opened(server.base_url, limits=_QUICK))).error is not None
    assert len(server.requests) == 1


async def test_the_wait_is_the_one_asked_for(server: ProviderServer) -> None:
    server.faults = [faults.status(429, headers={"retry-after-ms": "150"})]
    got = await outcome(opened(server.base_url))
    assert isinstance(got.error, RateLimitedError)
    server.faults = [faults.status(429, headers={"retry-after-ms": "150"})]
    got = await outcome(opened(server.base_url, limits=_QUICK))
    assert got.error is None
    assert got.seconds >= 0.15


async def test_a_long_wait_is_left_to_the_person(server: ProviderServer) -> None:
    server.fault("POST", "*", faults.status(429, headers={"retry-after": "3600"}))
    got = await outcome(opened(server.base_url, limits=_QUICK))
    assert isinstance(got.error, RateLimitedError)
    assert got.error.retry_after_s == 3600
    assert "60 minutes" in got.error.advice
    assert len(server.requests) == 1


@pytest.mark.parametrize(("seconds", "said"), [("1", "1 second."), ("25", "25 seconds."), ("61.2", "62 seconds.")])
async def test_the_wait_is_said_in_words(server: ProviderServer, seconds: str, said: str) -> None:
    server.fault("POST", "*", faults.status(429, headers={"retry-after": seconds}))
    got = await outcome(opened(server.base_url))
    assert got.error is not None
    assert got.error.advice == f"Try again in {said}"


async def test_cancelling_ends_the_wait_at_once(server: ProviderServer) -> None:
    server.fault("POST", "*", faults.status(429, headers={"retry-after": "15"}))

    async def begin() -> asyncio.Task[object]:
        before = len(server.requests)
        task: asyncio.Task[object] = asyncio.create_task(outcome(opened(server.base_url, limits=_QUICK)))
        await eventually(lambda: len(server.requests) > before)
        return task

    begun = await ends_at_once(begin)
    assert len(server.requests) == begun


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (faults.silence, False),
        (faults.trickle, False),
        (faults.then_silence(faults.responses_delta("So far")), True),
    ],
    ids=["silence", "comments", "text"],
)
async def test_cancelling_ends_every_wait_for_a_provider(server: ProviderServer, fault: Fault, says: bool) -> None:
    server.fault("POST", "*", fault)
    gateway = opened(server.base_url, limits=Limits())
    heard: list[object] = []

    async def listen() -> None:
        async for event in gateway.stream(asking("What is new?")):
            heard.append(event)

    async def begin() -> asyncio.Task[object]:
        heard.clear()
        before = len(server.requests)
        task: asyncio.Task[object] = asyncio.create_task(listen())
        await eventually(lambda: len(server.requests) > before and len(heard) == (1 if says else 0))
        return task

    await ends_at_once(begin)
    await gateway.close()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        (" 1.5 ", 1.5),
        (format_datetime(_NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(_NOW - timedelta(days=3), usegmt=True), 0.0),
        ("Thu, 26 Nov 2026 12:00:30 -0000", 30.0),
        (format_datetime(_NOW + timedelta(days=400), usegmt=True), None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1e300", None),
        ("inf", None),
        ("nan", None),
        ("99999999999999999999", None),
        ("86401", None),
        ("٧", None),
        ("Fri, 99 Foo 2026 99:99:99 GMT", None),
        ("Mon, 01 Jan 99999999 00:00:00 GMT", None),
    ],
)
def test_how_long_to_wait_is_read_with_care(text: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": text}, now=_NOW) == seconds


@pytest.mark.parametrize(("text", "seconds"), [("1500", 1.5), ("-1", None), ("x", None)])
def test_milliseconds_come_first(text: str, seconds: float | None) -> None:
    assert retry_after({"retry-after-ms": text}) == seconds


def test_waits_grow_and_end() -> None:
    limits = Limits(first_wait_s=1, longest_wait_s=3)
    error = OutOfOrderError("No.")
    assert wait_before_retry(error, tried=1, took_s=0, limits=limits) == 1
    assert wait_before_retry(error, tried=2, took_s=0, limits=limits) == 2
    assert wait_before_retry(error, tried=3, took_s=0, limits=limits) is None
    assert wait_before_retry(error, tried=1, took_s=6, limits=limits) is None
    assert wait_before_retry(UnreachableError("No.", was_sent=True), tried=1, took_s=0, limits=limits) is None
    assert wait_before_retry(UnreachableError("No.", was_sent=False), tried=1, took_s=0, limits=limits) == 1
    assert wait_before_retry(RateLimitedError("No.", retry_after_s=4), tried=1, took_s=0, limits=limits) is None
