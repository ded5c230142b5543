"""OpenAI itself: chat through the Responses API."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from erpai_desktop.ai.chat_gateway import ChatEvent, ChatRequest, Found
from erpai_desktop.ai.providers.probing import look_at
from erpai_desktop.ai.providers.provider_access import API_RESPONSES
from erpai_desktop.ai.providers.remote_gateway import RemoteGateway


class OpenAiGateway(RemoteGateway):
    """A ChatGateway."""

    def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Send once and hand over the reply as it comes."""
        return self.send(API_RESPONSES, request)

    async def look(self) -> Found:
        """Find out what the key and the model can do."""
        return await look_at(self, (API_RESPONSES,))
