"""Services that talk as OpenAI does: the Responses API where it is offered, chat completions otherwise."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from erpai_desktop.ai.chat_gateway import ChatEvent, ChatRequest, Found
from erpai_desktop.ai.providers.probing import look_at
from erpai_desktop.ai.providers.provider_access import API_CHAT, API_RESPONSES, ProviderAccess
from erpai_desktop.ai.providers.remote_gateway import RemoteGateway
from erpai_desktop.errors import NotOfferedError
from erpai_desktop.models.enums import ProviderKind


class CompatibleGateway(RemoteGateway):
    """A ChatGateway. Which API it uses stands in its access; failing that, the first request or a look finds out."""

    def __init__(self, access: ProviderAccess, *, model: str) -> None:
        super().__init__(access, model=model)
        known = access.api if access.api in {API_RESPONSES, API_CHAT} else ""
        # The server on this machine is known, and chat completions are what it was made for.
        self._api = known or (API_CHAT if access.kind is ProviderKind.LOCAL else "")

    @property
    def api(self) -> str:
        """The API in use, empty as long as nobody has found out."""
        return self._api

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Send once and hand over the reply as it comes."""
        if not self._api:
            try:
                async with aclosing(self.send(API_RESPONSES, request)) as events:
                    async for event in events:
                        self._api = API_RESPONSES
                        yield event
                return
            except NotOfferedError:
                # Nothing was done: there is no such service, or no such model, which the other API will say too.
                if self._api:
                    raise
        async with aclosing(self.send(self._api or API_CHAT, request)) as events:
            async for event in events:
                self._api = self._api or API_CHAT
                yield event

    async def look(self) -> Found:
        """Find out which API to use and what the service can do."""
        found = await look_at(self, (self._api,) if self._api else (API_RESPONSES, API_CHAT))
        self._api = found.api
        return found
