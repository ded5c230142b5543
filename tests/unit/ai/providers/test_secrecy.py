"""Keys and private words: nowhere but in the request they belong to; nothing of the environment goes out."""

from __future__ import annotations

import base64
import logging
import traceback
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from erpai_desktop.ai.providers.gateways import open_gateway, open_trainer
from erpai_desktop.ai.providers.provider_access import Limits, ProviderAccess
from erpai_desktop.errors import KeyRefusedError, ProviderError
from erpai_desktop.models.enums import ProviderKind
from tests.providers import Exchange, Fault, ProviderServer, faults
from tests.unit.ai.providers.outcome import opened, outcome

_KEY = "canary+key/0123456789=abc"
_SPELLINGS = (_KEY, base64.b64encode(_KEY.encode()).decode(), quote(_KEY, safe=""))


def _echo(code: int) -> Fault:
    """An error that repeats the key in every spelling, in its text and its headers."""
    said = f"Bad key {_SPELLINGS[0]} or {_SPELLINGS[1]} or {_SPELLINGS[2]}, see https://x.test/a?api_key={_KEY}"
    return faults.status(code, said, headers={"x-echo": _KEY, "x-request-id": _KEY})


async def _echoed_in_stream(exchange: Exchange) -> None:
    event = b'data: {"type": "error", "code": "x", "message": "' + _KEY.encode() + b'"}\n\n'
    await faults.events(event)(exchange)


@pytest.mark.parametrize("fault", [_echo(400), _echo(401), _echo(429), _echo(500), _echoed_in_stream], ids=range(5))
async def test_a_key_that_is_echoed_reaches_no_message_traceback_or_log(
    server: ProviderServer, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    server.fault("POST", "*", fault)
    with caplog.at_level(logging.DEBUG):
        got = await outcome(opened(server.base_url, key=_KEY, limits=Limits(first_wait_s=0.001)))
    assert got.error is not None
    told = "\n".join(
        [
            *traceback.format_exception(got.error),
            str(got.error),
            repr(got.error),
            repr(vars(got.error)),
            *(record.getMessage() for record in caplog.records),
        ]
    )
    assert not any(spelling in told for spelling in _SPELLINGS)
    assert "api_key" not in told
    assert got.error.__cause__ is None
    assert got.error.__context__ is None
    assert server.requests[0].headers["authorization"] == f"Bearer {_KEY}"


async def test_neither_keys_nor_what_is_said_is_logged(
    server: ProviderServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await outcome(opened(server.base_url, key=server.key))
    told = "\n".join(record.getMessage() for record in caplog.records)
    assert server.key not in told
    assert "What is new" not in told


def test_an_access_does_not_show_its_key() -> None:
    access = ProviderAccess(ProviderKind.OPENAI, key=SecretStr(_KEY))
    assert _KEY not in repr(access)
    assert _KEY not in str(access)


async def test_nothing_of_the_environment_goes_out(server: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "OPENAI_API_KEY": "from-environment",
        "OPENAI_ADMIN_KEY": "from-environment",
        "OPENAI_ORG_ID": "from-environment",
        "OPENAI_PROJECT_ID": "from-environment",
        "OPENAI_BASE_URL": "http://127.0.0.1:9/from-environment",
        "OPENAI_CUSTOM_HEADERS": "Authorization: from-environment\nX-Own: from-environment",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
        "ALL_PROXY": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, value)
    got = await outcome(opened(server.base_url, key=server.key))
    assert got.error is None
    (request,) = server.requests
    assert request.headers["authorization"] == f"Bearer {server.key}"
    assert "from-environment" not in repr(request)
    # Nor what the package says of this machine.
    assert set(request.headers) == {
        *("host", "accept", "content-type", "content-length", "connection"),
        *("user-agent", "accept-encoding", "authorization"),
    }


async def test_without_a_key_none_is_sent(server: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "from-environment")
    access = ProviderAccess(ProviderKind.OPENAI_COMPATIBLE, server.base_url, "gpt-test", "responses")
    got = await outcome(open_gateway(access))
    assert got.error is not None
    assert "authorization" not in server.requests[0].headers


@pytest.mark.parametrize("key", ["", "two words", "line\r\nX-Own: 1", "ключ-0123456", "zero\x00zero", "\ud83d"])
async def test_a_key_that_no_header_can_carry_is_refused_without_a_word_of_it(server: ProviderServer, key: str) -> None:
    got = await outcome(opened(server.base_url, key=key))
    assert isinstance(got.error, KeyRefusedError)
    assert not key or key not in str(got.error)
    assert not server.requests


async def test_a_redirect_is_not_followed_with_the_key(server: ProviderServer) -> None:
    with ProviderServer() as other:
        target = {"location": f"{other.base_url}/responses"}
        server.fault("POST", "*", faults.whole(b"", code=307, headers=target))
        assert (await outcome(opened(server.base_url, key=server.key))).error is not None
        assert not other.requests


async def test_a_history_is_not_to_be_kept_at_the_provider(server: ProviderServer) -> None:
    await outcome(opened(server.base_url, key=server.key))
    assert server.requests[0].json["store"] is False


async def test_hostile_words_of_a_provider_become_one_short_line(server: ProviderServer) -> None:
    server.fault("GET", "*", faults.status(400, "a\r\nb\x1b[31m\u202ec" + "x" * 5000))
    trainer = open_trainer(ProviderAccess(ProviderKind.OPENAI, server.base_url, key=SecretStr(server.key)))
    with pytest.raises(ProviderError) as caught:
        await trainer.retrieve("ftjob-1")
    await trainer.close()
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 400
