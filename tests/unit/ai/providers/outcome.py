"""Asks a gateway once and tells what a person would get."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from pydantic import SecretStr

from erpai_desktop.ai.chat_gateway import ChatGateway, Finished, TextDelta
from erpai_desktop.ai.providers.gateways import open_gateway
from erpai_desktop.ai.providers.provider_access import API_CHAT, API_RESPONSES, Limits, ProviderAccess
from erpai_desktop.errors import ProviderError
from erpai_desktop.models.enums import ProviderKind
from tests.unit.ai.providers.subject import asking

ONCE = Limits(retries=0)
APIS = (API_RESPONSES, API_CHAT)
_KINDS = {API_RESPONSES: ProviderKind.OPENAI, API_CHAT: ProviderKind.OPENAI_COMPATIBLE}


def opened(
    url: str, *, api: str = API_RESPONSES, limits: Limits = ONCE, key: str = "sk-test-0123456789abcdef"
) -> ChatGateway:
    return open_gateway(ProviderAccess(_KINDS[api], url, "gpt-test", api, SecretStr(key), limits))


@dataclass
class Outcome:
    text: str = ""
    error: ProviderError | None = None
    seconds: float = 0.0
    ends: list[Finished] = field(default_factory=list)


async def outcome(gateway: ChatGateway) -> Outcome:
    """What a person would get. The gateway is closed. Raises TimeoutError when it hangs."""
    found = Outcome()
    started = time.perf_counter()
    try:
        async with asyncio.timeout(50):
            async for event in gateway.stream(asking("What is new?")):
                if isinstance(event, TextDelta):
                    found.text += event.text
                else:
                    found.ends.append(event)
    except ProviderError as error:
        found.error = error
    finally:
        await gateway.close()
    found.seconds = time.perf_counter() - started
    return found
