"""A look at a provider: what it can do is asked, never assumed."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from erpai_desktop.ai.chat_gateway import Found, complete
from erpai_desktop.ai.providers.gateways import open_gateway
from erpai_desktop.ai.providers.provider_access import API_CHAT, API_RESPONSES, Limits, ProviderAccess
from erpai_desktop.errors import KeyRefusedError, NotOfferedError, ProviderError, RateLimitedError, UnreachableError
from erpai_desktop.models.capabilities import Capability, Support
from erpai_desktop.models.enums import ProviderKind
from tests.providers import Fault, ProviderServer, Reply, faults
from tests.unit.ai.providers.subject import asking

_YES, _NO, _UNKNOWN = Support.YES, Support.NO, Support.UNKNOWN


def _access(
    server: ProviderServer, kind: ProviderKind = ProviderKind.OPENAI_COMPATIBLE, *, silence_s: float = 60
) -> ProviderAccess:
    limits = Limits(silence_s=silence_s, retries=2, first_wait_s=0.001)
    return ProviderAccess(kind, server.base_url, "gpt-test", key=SecretStr(server.key), limits=limits)


async def _look(
    server: ProviderServer, kind: ProviderKind = ProviderKind.OPENAI_COMPATIBLE, *, silence_s: float = 60
) -> Found:
    gateway = open_gateway(_access(server, kind, silence_s=silence_s))
    try:
        return await gateway.look()
    finally:
        await gateway.close()


async def test_a_provider_that_can_do_everything(server: ProviderServer) -> None:
    found = await _look(server)
    assert set(found.capabilities.values()) == {_YES}
    assert found.api == API_RESPONSES
    assert [(model.name, str(model.shutdown_date)) for model in found.models] == [
        ("gpt-old", "2027-01-14"),
        ("gpt-test", "None"),
        ("text-embedding-test", "None"),
    ]
    # What looking cost is told: two short replies and a vector.
    assert found.usage.tokens_out == 2 * 7
    assert len(server.requests) == 5


@pytest.mark.parametrize(
    ("missing", "capability"),
    [
        ("/models", Capability.MODEL_LIST),
        ("/embeddings", Capability.EMBEDDINGS),
        ("/fine_tuning", Capability.FINE_TUNING),
    ],
)
async def test_what_is_not_there_is_not_offered(server: ProviderServer, missing: str, capability: Capability) -> None:
    server.offers.discard(missing)
    found = await _look(server)
    assert found.capabilities[capability] is _NO
    assert [name for name, support in found.capabilities.items() if support is _NO] == [
        # Without a list there is no telling which model makes vectors.
        *([Capability.EMBEDDINGS] if missing == "/models" else []),
        capability,
    ]


async def test_chat_completions_are_used_where_there_is_nothing_else(server: ProviderServer) -> None:
    server.offers.discard("/responses")
    found = await _look(server)
    assert found.api == API_CHAT
    assert found.capabilities[Capability.CHAT] is _YES


@pytest.mark.parametrize(
    "fault",
    [faults.status(400), faults.status(500), faults.whole(b"<html>", content_type="text/html"), faults.whole(b"{}")],
    ids=["400", "500", "page", "nothing"],
)
async def test_other_ways_to_have_no_responses(server: ProviderServer, fault: Fault) -> None:
    server.fault("POST", "/responses", fault)
    assert (await _look(server)).api == API_CHAT


async def test_schemas_and_pictures_that_are_refused(server: ProviderServer) -> None:
    server.talk.takes_schemas = server.talk.takes_images = False
    found = await _look(server)
    assert found.capabilities[Capability.STRUCTURED] is _NO
    assert found.capabilities[Capability.IMAGES] is _NO
    assert found.capabilities[Capability.CHAT] is _YES


async def test_a_schema_that_is_overlooked_is_not_offered(server: ProviderServer) -> None:
    server.talk.reply = "Certainly! Here you are."
    assert (await _look(server)).capabilities[Capability.STRUCTURED] is _NO


async def test_a_reply_that_is_cut_short_proves_nothing(server: ProviderServer) -> None:
    server.talk.reply = Reply("", tokens_reasoning=16, complete=False)
    found = await _look(server)
    assert found.capabilities[Capability.STRUCTURED] is _UNKNOWN
    assert found.capabilities[Capability.CHAT] is _YES


@pytest.mark.parametrize("offers", [True, False], ids=["responses", "chat completions"])
async def test_a_provider_that_does_not_stream_answers_all_the_same(server: ProviderServer, offers: bool) -> None:
    server.streams = False
    if not offers:
        server.offers.discard("/responses")
    found = await _look(server)
    assert found.capabilities[Capability.STREAM] is _NO
    assert found.capabilities[Capability.CHAT] is _YES
    gateway = open_gateway(_access(server))
    reply = await complete(gateway, asking("hello"))
    await gateway.close()
    assert reply.text == "You said: hello"
    assert reply.finished.usage.tokens_out == 7


async def test_what_cannot_be_found_out_is_unknown(server: ProviderServer) -> None:
    server.fault("POST", "/embeddings", faults.status(429))
    server.fault("GET", "/fine_tuning/jobs", faults.silence)
    found = await _look(server, silence_s=1)
    assert found.capabilities[Capability.EMBEDDINGS] is _UNKNOWN
    assert found.capabilities[Capability.FINE_TUNING] is _UNKNOWN


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(faults.status(401), KeyRefusedError), (faults.status(429), RateLimitedError), (faults.silence, UnreachableError)],
    ids=["key", "too much", "silence"],
)
async def test_asking_on_is_of_no_use(server: ProviderServer, fault: Fault, kind: type[ProviderError]) -> None:
    server.fault("POST", "*", fault)
    with pytest.raises(kind):
        await _look(server, silence_s=1)
    # A look is no time to be stubborn.
    assert server.count("POST", "*") == 1


@pytest.mark.parametrize("kind", [ProviderKind.OPENAI, ProviderKind.OPENAI_COMPATIBLE])
async def test_a_base_model_that_is_not_there_is_said(server: ProviderServer, kind: ProviderKind) -> None:
    del server.talk.models["gpt-test"]
    with pytest.raises(NotOfferedError, match="gpt-test"):
        await _look(server, kind)


async def test_a_key_that_may_chat_but_not_list(server: ProviderServer) -> None:
    server.fault("GET", "/models", faults.status(403))
    found = await _look(server)
    assert found.capabilities[Capability.MODEL_LIST] is _NO
    assert found.capabilities[Capability.CHAT] is _YES


async def test_which_api_is_found_out_once(server: ProviderServer) -> None:
    server.offers.discard("/responses")
    gateway = open_gateway(_access(server))
    for _ in range(3):
        await complete(gateway, asking("hello"))
    await gateway.close()
    assert server.count("POST", "/responses") == 1
    assert server.count("POST", "/chat/completions") == 3


async def test_a_model_that_is_not_there_does_not_decide_on_the_api(server: ProviderServer) -> None:
    gateway = open_gateway(_access(server))
    models, server.talk.models = server.talk.models, {}
    with pytest.raises(NotOfferedError):
        await complete(gateway, asking("hello"))
    server.talk.models = models
    await complete(gateway, asking("hello"))
    await gateway.close()
    assert server.requests[-1].path == "/v1/responses"


@pytest.mark.parametrize(
    "body",
    [
        b'{"data": 7}',
        b'{"object": "list"}',
        b"[]",
    ],
)
async def test_a_list_that_is_none_is_no_list(server: ProviderServer, body: bytes) -> None:
    server.fault("GET", "/models", faults.whole(body))
    assert (await _look(server)).capabilities[Capability.MODEL_LIST] is _NO


async def test_odd_models_are_left_out(server: ProviderServer) -> None:
    odd = b'7, {"id": 7}, {"id": " "}, {"id": "a\\u0000b", "shutdown_date": "soon"}, {"id": "c", "shutdown_date": 5}'
    server.fault("GET", "/models", faults.whole(b'{"data": [' + odd + b"]}"))
    gateway = open_gateway(_access(server))
    models = await gateway.list_models()
    await gateway.close()
    assert [(model.name, model.shutdown_date) for model in models] == [("a b", None), ("c", None)]
