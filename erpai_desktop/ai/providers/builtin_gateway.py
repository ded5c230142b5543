"""The built-in engine as a provider: it passes the same contract as the others, and owns up to what it cannot do."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

from erpai_desktop.ai.answerer import Answerer, Usage
from erpai_desktop.ai.chat_gateway import ChatEvent, ChatRequest, Embeddings, Finished, Found, RemoteModel, TextDelta
from erpai_desktop.ai.providers.provider_access import API_BUILT_IN
from erpai_desktop.errors import EngineError, NotOfferedError, OutOfOrderError, RequestRefusedError
from erpai_desktop.models.capabilities import Capability, Support

_OFFERED = {Capability.CHAT, Capability.MODEL_LIST}


class BuiltinGateway:
    """A ChatGateway in front of one version of the built-in target; a refusal is a reply without text.

    Instructions, limits and temperature have no meaning for it: it says a curated answer word for word or nothing.
    """

    def __init__(self, answerer: Answerer, *, model: str) -> None:
        self._answerer = answerer
        self._model = model

    @property
    def model(self) -> str:
        """The version that is asked."""
        return self._model

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """The answer in one piece."""
        if request.schema is not None:
            raise RequestRefusedError(
                "The built-in engine answers in curated words, not in JSON.",
                safe="Nothing was changed.",
                advice="Choose another provider for this.",
            )
        *history, last = request.turns
        try:
            answer = await self._answerer.answer(last.text, history)
        except EngineError as error:
            problem = OutOfOrderError(error.message, safe=error.safe, advice=error.advice)
        else:
            if answer.text:
                yield TextDelta(answer.text)
            yield Finished(answer.usage, model=answer.version or self._model)
            return
        raise problem

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """Not offered: its vectors never leave the version that they were made for."""
        raise NotOfferedError(
            "The built-in engine makes no vectors for others.",
            safe="Nothing was changed.",
            advice="Choose another provider for this.",
        )

    async def list_models(self) -> tuple[RemoteModel, ...]:
        """The one version."""
        return (RemoteModel(self._model),)

    async def look(self) -> Found:
        """What it can do is known."""
        found = {name: Support.YES if name in _OFFERED else Support.NO for name in Capability}
        return Found(API_BUILT_IN, await self.list_models(), found, Usage())

    async def close(self) -> None:
        """Whoever opened the answerer closes it."""
