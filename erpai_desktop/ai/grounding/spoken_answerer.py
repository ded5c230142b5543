"""What answerers that speak through a provider have in common: an index, a way to the provider, and a stand-in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from erpai_desktop.ai.answerer import Answer, Turn
from erpai_desktop.ai.chat_gateway import ChatGateway
from erpai_desktop.ai.grounding.grounded_prompt import Limits
from erpai_desktop.ai.grounding.retrieval import Retriever
from erpai_desktop.ai.grounding.speaker import Speaker
from erpai_desktop.ai.grounding.standing_in import stand_in
from erpai_desktop.errors import ErpAiError

CUT: Final = "It was cut at the length that a reply may have."


class SpokenAnswerer(ABC):
    """One version; implements `Answerer` but for how it asks.

    `open_gateway` is called with the first question that needs the provider. With `stands_in` False a provider that
    fails is an error even where the index knows the answer: that is how a version is measured.
    """

    def __init__(
        self,
        *,
        retriever: Retriever,
        open_gateway: Callable[[], Awaitable[ChatGateway]],
        instructions: str,
        version: str,
        limits: Limits | None = None,
        stands_in: bool = True,
    ) -> None:
        self._limits = limits or Limits()
        self._retriever = retriever
        self._speaker = Speaker(open_gateway, seconds=self._limits.seconds)
        self._instructions = instructions
        self._version = version
        self._stands_in = stands_in

    @abstractmethod
    async def answer(
        self, question: str, history: Sequence[Turn] = (), *, on_text: Callable[[str], object] | None = None
    ) -> Answer:
        """Answer one question.

        Raises EngineError; one of `speaker.FAILURES` when the provider broke off in the midst of what the index does
        not know, or always without `stands_in`.
        """

    async def answer_many(self, questions: Sequence[str]) -> list[Answer]:
        """One after another: how many a provider takes at once is the caller's to know."""
        return [await self.answer(question) for question in questions]

    async def close(self) -> None:
        """Let the provider go."""
        await self._speaker.close()

    def _in_its_place(self, curated: Answer, error: ErpAiError, begun: str) -> Answer:
        """What the index says where the provider failed after `begun`. Raises `error` where nothing stands in."""
        if not self._stands_in or (begun.strip() and curated.refused):
            raise error
        return stand_in(curated, error, begun=begun)
