"""Gateways on Qt's loop, where the program runs them: streams, breaks and cancels as on any other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from pydantic import SecretStr

from erpai_desktop.ai.answerer import Turn
from erpai_desktop.ai.chat_gateway import ChatGateway, ChatRequest, complete
from erpai_desktop.ai.providers.gateways import load, open_gateway
from erpai_desktop.ai.providers.provider_access import Limits, ProviderAccess
from erpai_desktop.errors import UnreachableError
from erpai_desktop.models.enums import ParticipantRole, ProviderKind
from tests.at_once import ends_at_once
from tests.providers import Fault, ProviderServer, faults
from tests.waiting import eventually

_REQUEST = ChatRequest((Turn(ParticipantRole.USER, "What is new?"),))


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    load()


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    with ProviderServer() as made:
        yield made


def _opened(server: ProviderServer, limits: Limits) -> ChatGateway:
    return open_gateway(
        ProviderAccess(ProviderKind.OPENAI, server.base_url, "gpt-test", key=SecretStr(server.key), limits=limits)
    )


@pytest.fixture
async def gateway(server: ProviderServer) -> AsyncIterator[ChatGateway]:
    made = _opened(server, Limits(first_wait_s=0.01))
    yield made
    await made.close()


async def test_replies_come_side_by_side(gateway: ChatGateway) -> None:
    replies = await asyncio.gather(*(complete(gateway, _REQUEST) for _ in range(5)))
    assert {reply.text for reply in replies} == {"You said: What is new?"}


@pytest.mark.parametrize(
    "fault",
    [faults.hang_up, faults.reset, faults.then_reset(faults.responses_delta("So"))],
    ids=["hang up", "reset", "break"],
)
async def test_what_breaks_is_unreachable(gateway: ChatGateway, server: ProviderServer, fault: Fault) -> None:
    server.faults.append(fault)
    with pytest.raises(UnreachableError):
        await complete(gateway, _REQUEST)
    assert (await complete(gateway, _REQUEST)).text


async def test_silence_is_unreachable(server: ProviderServer) -> None:
    server.fault("POST", "*", faults.silence)
    gateway = _opened(server, Limits(silence_s=0.5, first_wait_s=0.01))
    with pytest.raises(UnreachableError):
        await complete(gateway, _REQUEST)
    await gateway.close()


@pytest.mark.parametrize("fault", [faults.silence, faults.trickle], ids=["silence", "comments"])
async def test_cancelling_takes_less_than_half_a_second(
    gateway: ChatGateway, server: ProviderServer, fault: Fault
) -> None:
    async def begin() -> asyncio.Task[object]:
        server.faults.append(fault)
        before = len(server.requests)
        task: asyncio.Task[object] = asyncio.create_task(complete(gateway, _REQUEST))
        await eventually(lambda: len(server.requests) > before)
        return task

    await ends_at_once(begin)
    assert (await complete(gateway, _REQUEST)).text
