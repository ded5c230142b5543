"""Finds out what a service can do by asking it, for a few tokens; what it does not say stays unknown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from erpai_desktop.ai.answerer import Turn, Usage
from erpai_desktop.ai.chat_gateway import ChatRequest, Finished, Found, JsonSchema, RemoteModel, TextDelta
from erpai_desktop.ai.providers import chat_completions_api, responses_api
from erpai_desktop.ai.providers.openai_client import Head
from erpai_desktop.ai.providers.provider_access import API_RESPONSES
from erpai_desktop.ai.providers.remote_gateway import RemoteGateway
from erpai_desktop.errors import (
    BadReplyError,
    KeyRefusedError,
    NotOfferedError,
    OutOfOrderError,
    ProviderError,
    RequestRefusedError,
)
from erpai_desktop.models.capabilities import Capability, Support
from erpai_desktop.models.enums import ParticipantRole

# OpenAI's Responses API takes no limit below 16; JSON with spaces in it may need more.
_FEW_TOKENS = 32
_QUESTION = "Reply with: ok"
_SCHEMA = JsonSchema(
    "check",
    {
        "type": "object",
        "properties": {"ok": {"type": "boolean"}},
        "required": ["ok"],
        "additionalProperties": False,
    },
)
# One grey pixel.
_PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)
_REFUSALS = (RequestRefusedError, NotOfferedError, BadReplyError, OutOfOrderError)
"""Ways to say no. Services say it by 400, 404, 500, or a page that is no answer."""


@dataclass
class _Heard:
    text: str = ""
    streamed: bool = False
    finished: Finished = field(default_factory=lambda: Finished(Usage()))


async def look_at(gateway: RemoteGateway, apis: tuple[str, ...]) -> Found:
    """Try `apis` in order and keep the first that answers; then ask for everything else.

    Raises ProviderError when none answers: the last one's, or at once when asking on is of no use.
    """
    models, lists = await _models(gateway)
    look = _Look(gateway)
    api = await look.talk(apis)
    await look.images(api)
    await look.embeddings(models)
    await look.fine_tuning()
    look.found[Capability.MODEL_LIST] = lists
    return Found(api, models, {capability: look.found[capability] for capability in Capability}, look.usage)


async def _models(gateway: RemoteGateway) -> tuple[tuple[RemoteModel, ...], Support]:
    try:
        return await gateway.list_models(), Support.YES
    except (*_REFUSALS, KeyRefusedError):
        # A key that may chat need not be one that may list.
        return (), Support.NO


class _Look:
    def __init__(self, gateway: RemoteGateway) -> None:
        self._gateway = gateway
        self.found: dict[Capability, Support] = {}
        self.usage = Usage()

    async def talk(self, apis: tuple[str, ...]) -> str:
        """The first API that answers."""
        request = ChatRequest((Turn(ParticipantRole.USER, _QUESTION),), max_output_tokens=_FEW_TOKENS, schema=_SCHEMA)
        problem: ProviderError | None = None
        for api in apis:
            for asked in (request, replace(request, schema=None)):
                try:
                    heard = await self._ask(api, self._gateway.body(api, asked))
                except _REFUSALS as error:
                    problem = error
                    if isinstance(error, NotOfferedError):
                        break
                    continue
                self.found[Capability.CHAT] = Support.YES
                self.found[Capability.STREAM] = Support.YES if heard.streamed else Support.NO
                self.found[Capability.STRUCTURED] = _structured(heard) if asked.schema else Support.NO
                return api
        assert problem is not None
        raise problem

    async def images(self, api: str) -> None:
        request = ChatRequest((Turn(ParticipantRole.USER, _QUESTION),), max_output_tokens=_FEW_TOKENS)
        api_module = responses_api if api == API_RESPONSES else chat_completions_api
        body = api_module.with_image(self._gateway.body(api, request), _PIXEL)
        try:
            await self._ask(api, body)
            self.found[Capability.IMAGES] = Support.YES
        except _REFUSALS:
            self.found[Capability.IMAGES] = Support.NO
        except ProviderError:
            self.found[Capability.IMAGES] = Support.UNKNOWN

    async def embeddings(self, models: tuple[RemoteModel, ...]) -> None:
        name = next((model.name for model in models if "embed" in model.name.lower()), self._gateway.model)
        try:
            made = await self._gateway.embed_with(name, ["ok"])
            self.usage += made.usage
            self.found[Capability.EMBEDDINGS] = Support.YES
        except (*_REFUSALS, KeyRefusedError):
            self.found[Capability.EMBEDDINGS] = Support.NO
        except ProviderError:
            self.found[Capability.EMBEDDINGS] = Support.UNKNOWN

    async def fine_tuning(self) -> None:
        """Listing jobs costs nothing. Whether a new one is taken shows only when it is started."""
        try:
            reply = await self._gateway.client.get("/fine_tuning/jobs", {"limit": 1})
            self.found[Capability.FINE_TUNING] = Support.YES if isinstance(reply.get("data"), list) else Support.NO
        except (NotOfferedError, KeyRefusedError, BadReplyError, RequestRefusedError):
            self.found[Capability.FINE_TUNING] = Support.NO
        except ProviderError:
            self.found[Capability.FINE_TUNING] = Support.UNKNOWN

    async def _ask(self, api: str, body: Mapping[str, Any]) -> _Heard:
        heard = _Heard()

        def told(head: Head) -> None:
            heard.streamed = head.streamed

        async with aclosing(self._gateway.attempt(api, body, on_head=told)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    heard.text += event.text
                else:
                    heard.finished = event
        self.usage += heard.finished.usage
        return heard


def _structured(heard: _Heard) -> Support:
    try:
        value = json.loads(heard.text)
    except (ValueError, RecursionError):
        # Cut at the limit, by a model that thinks first, say, it proves nothing.
        return Support.NO if heard.finished.complete else Support.UNKNOWN
    return Support.YES if isinstance(value, dict) and isinstance(value.get("ok"), bool) else Support.NO
