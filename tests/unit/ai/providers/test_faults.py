"""What providers get wrong: every fault is an error of ours with plain words; none hangs, none is sent again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from erpai_desktop.ai.providers.provider_access import API_CHAT, API_RESPONSES, Limits
from erpai_desktop.errors import (
    BadReplyError,
    KeyRefusedError,
    NotOfferedError,
    OutOfOrderError,
    ProviderError,
    QuotaError,
    RateLimitedError,
    RequestRefusedError,
    UnreachableError,
)
from tests.providers import Fault, ProviderServer, faults
from tests.providers.talking import event
from tests.unit.ai.providers.outcome import APIS, opened, outcome

_STATUSES: list[tuple[str, Fault, type[ProviderError], int | None]] = [
    ("400", faults.status(400), RequestRefusedError, 400),
    ("401", faults.status(401), KeyRefusedError, 401),
    ("402", faults.status(402), QuotaError, 402),
    ("403", faults.status(403), KeyRefusedError, 403),
    ("404", faults.status(404), NotOfferedError, 404),
    ("405", faults.status(405), NotOfferedError, 405),
    ("408", faults.status(408), UnreachableError, 408),
    ("409", faults.status(409), RequestRefusedError, 409),
    ("410", faults.status(410), NotOfferedError, 410),
    ("413", faults.status(413), RequestRefusedError, 413),
    ("418", faults.status(418), RequestRefusedError, 418),
    ("422", faults.status(422), RequestRefusedError, 422),
    ("429", faults.status(429), RateLimitedError, 429),
    ("429 quota", faults.status(429, error="insufficient_quota"), QuotaError, 429),
    ("500", faults.status(500), OutOfOrderError, 500),
    ("501", faults.status(501), NotOfferedError, 501),
    ("502", faults.status(502), OutOfOrderError, 502),
    ("503", faults.status(503), OutOfOrderError, 503),
    ("504", faults.status(504), UnreachableError, 504),
    ("529", faults.status(529), OutOfOrderError, 529),
    ("redirect", faults.whole(b"", code=307, headers={"location": "http://127.0.0.1:9/"}), RequestRefusedError, 307),
    ("error page", faults.whole(b"<html>Oops</html>", code=500, content_type="text/html"), OutOfOrderError, 500),
    ("error that is a list", faults.whole(b"[1, 2]", code=400), RequestRefusedError, 400),
    (
        "error of odd types",
        faults.whole(b'{"error": {"message": {"a": 1}, "code": 7}}', code=429),
        RateLimitedError,
        429,
    ),
]


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    ("fault", "kind", "code"), [case[1:] for case in _STATUSES], ids=[case[0] for case in _STATUSES]
)
async def test_a_status_is_said_in_plain_words(
    server: ProviderServer, api: str, fault: Fault, kind: type[ProviderError], code: int
) -> None:
    server.fault("POST", "*", fault)
    got = await outcome(opened(server.base_url, api=api))
    assert type(got.error) is kind
    assert got.error.status == code
    assert str(code) in got.error.message
    assert got.error.safe
    assert got.error.advice
    assert not got.text
    assert len(server.requests) == 1


def _deep() -> bytes:
    return b"data: " + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"\n\n"


_HALF = 'data: {"type": "x", "a": "ж'.encode()[:-1]
_NOT_AGREED: list[tuple[str, Fault]] = [
    ("a page", faults.whole(b"<html>Welcome</html>", content_type="text/html")),
    ("nothing at all", faults.whole(b"", content_type="")),
    ("plain text", faults.whole(b"hello", content_type="text/plain")),
    ("malformed JSON", faults.whole(b'{"object": "resp')),
    ("JSON that is a list", faults.whole(b"[]")),
    ("JSON that is null", faults.whole(b"null")),
    ("a malformed event", faults.events(b'data: {"type": \n\n')),
    ("an event that is a number", faults.events(b"data: 7\n\n")),
    ("an event that is a list", faults.events(b"data: []\n\n")),
    ("an event of no kind", faults.events(b'data: {"type": 7, "choices": 7}\n\n')),
    ("an event nested too deep", faults.events(_deep())),
    ("an event that is no UTF-8", faults.events(b'data: {"type": "\xff\xfe"}\n\n')),
    ("UTF-8 cut in the middle, the stream ended", faults.events(_HALF)),
    ("a compressed reply", faults.compressed('{"object": "response"}')),
]


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("fault", [case[1] for case in _NOT_AGREED], ids=[case[0] for case in _NOT_AGREED])
async def test_what_is_not_the_protocol_is_a_bad_reply(server: ProviderServer, api: str, fault: Fault) -> None:
    server.fault("POST", "*", fault)
    got = await outcome(opened(server.base_url, api=api))
    assert type(got.error) is BadReplyError
    assert got.error.advice
    assert not got.ends
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("api", "delta"), [(API_RESPONSES, faults.responses_delta), (API_CHAT, faults.chat_delta)], ids=APIS
)
@pytest.mark.parametrize("odd", [7, ["a"], {"a": "b"}, True], ids=repr)
async def test_a_piece_of_text_that_is_no_text_is_a_bad_reply(
    server: ProviderServer, api: str, delta: Callable[[object], bytes], odd: object
) -> None:
    server.fault("POST", "*", faults.events(delta("So far "), delta(odd)))
    got = await outcome(opened(server.base_url, api=api))
    assert type(got.error) is BadReplyError
    assert got.text == "So far "


_BROKEN: list[tuple[str, Fault]] = [
    ("hung up", faults.hang_up),
    ("reset", faults.reset),
    ("cut in the headers", faults.raw(b"HTTP/1.1 200 OK\r\ncontent-type: text/ev")),
    ("headers without an end", faults.raw(b"HTTP/1.1 200 OK\r\n" + b"x-more: and more\r\n" * 20_000)),
    ("no HTTP", faults.raw(b"SSH-2.0-OpenSSH_9.2\r\n")),
    (
        "shorter than it said",
        faults.raw(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"),
    ),
    ("silence", faults.silence),
    ("a stream without an end", faults.events()),
    ("comments only", faults.events(b": hello\n\n")),
    ("comments for ever", faults.trickle),
]


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("fault", [case[1] for case in _BROKEN], ids=[case[0] for case in _BROKEN])
async def test_a_broken_connection_is_unreachable_and_not_tried_again(
    server: ProviderServer, api: str, fault: Fault
) -> None:
    server.fault("POST", "*", fault)
    patient = Limits(silence_s=0.3, reply_s=0.8, retries=2, first_wait_s=0.01)
    got = await outcome(opened(server.base_url, api=api, limits=patient))
    assert type(got.error) is UnreachableError
    assert got.error.was_sent
    # It was sent, so it may have been carried out.
    assert len(server.requests) == 1


_TOLD: list[tuple[str, bytes, type[ProviderError]]] = [
    ("error", event({"type": "error", "code": "server_error", "message": "Oh."}), OutOfOrderError),
    ("too much", event({"type": "error", "code": "rate_limit_exceeded", "message": "Slow."}), RateLimitedError),
    ("used up", event({"type": "error", "code": "insufficient_quota", "message": "Pay."}), QuotaError),
    (
        "failed",
        event({"type": "response.failed", "response": {"error": {"code": "invalid_prompt", "message": "Bad."}}}),
        RequestRefusedError,
    ),
    ("failed without a reason", event({"type": "response.failed"}), OutOfOrderError),
    ("an error of chat completions", event({"error": {"message": "Full.", "code": "overloaded"}}), OutOfOrderError),
]


@pytest.mark.parametrize(("data", "kind"), [case[1:] for case in _TOLD], ids=[case[0] for case in _TOLD])
async def test_an_error_in_the_middle_keeps_what_came_and_is_not_tried_again(
    server: ProviderServer, data: bytes, kind: type[ProviderError]
) -> None:
    server.fault("POST", "*", faults.events(faults.responses_delta("So far "), data))
    got = await outcome(opened(server.base_url, limits=Limits(first_wait_s=0.01)))
    assert type(got.error) is kind
    assert not got.error.may_retry
    assert got.text == "So far "
    assert len(server.requests) == 1


@pytest.mark.parametrize("ending", [faults.then_silence, faults.then_reset], ids=["silence", "reset"])
@pytest.mark.parametrize(
    ("api", "delta"), [(API_RESPONSES, faults.responses_delta), (API_CHAT, faults.chat_delta)], ids=APIS
)
async def test_text_before_a_break_is_kept(
    server: ProviderServer, api: str, delta: Callable[[object], bytes], ending: Callable[..., Fault]
) -> None:
    server.fault("POST", "*", ending(delta("So "), delta("far")))
    got = await outcome(opened(server.base_url, api=api, limits=Limits(silence_s=1, retries=0)))
    assert type(got.error) is UnreachableError
    assert got.text == "So far"
    assert len(server.requests) == 1
