"""Answering with a fine-tuned model: what it has learned is all it says; the index only tells what is near."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from erpai_desktop.ai.answerer import Answer, Turn
from erpai_desktop.ai.chat_gateway import ChatGateway, ChatRequest
from erpai_desktop.ai.grounding.grounded import CUT
from erpai_desktop.ai.grounding.grounded_prompt import Limits
from erpai_desktop.ai.grounding.retrieval import Retriever
from erpai_desktop.ai.grounding.standing_in import FAILURES, Speaker, stand_in
from erpai_desktop.models.enums import Grounding, ParticipantRole

_TURNS = 12


class LearnedAnswerer:
    """One fine-tuned version; implements `Answerer`. It is told the same instructions as it was trained with."""

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

    async def answer(
        self, question: str, history: Sequence[Turn] = (), *, on_text: Callable[[str], object] | None = None
    ) -> Answer:
        """Answer one question; a question in conflict is refused without a call.

        Raises as `GroundedAnswerer.answer` does.
        """
        (found,) = await self._retriever.retrieve([question], limit=1)
        curated = found.curated
        if curated.conflicted:
            return curated
        spoken = [turn for turn in history if turn.role is not ParticipantRole.SYSTEM and turn.text.strip()]
        request = ChatRequest(
            turns=(*spoken[-_TURNS:], Turn(ParticipantRole.USER, question)),
            instructions=self._instructions,
            max_output_tokens=self._limits.max_output_tokens,
            temperature=self._limits.temperature,
        )
        parts: list[str] = []

        def hear(piece: str) -> None:
            parts.append(piece)
            if on_text is not None:
                on_text(piece)

        try:
            finished = await self._speaker.reply(request, hear)
        except FAILURES as error:
            begun = "".join(parts)
            if not self._stands_in or (begun.strip() and curated.refused):
                raise
            return stand_in(curated, error, begun=begun)
        text = "".join(parts).strip()
        return replace(
            curated,
            text=text,
            sources=(),
            refused=not text,
            version=self._version,
            usage=finished.usage,
            grounding=Grounding.LEARNED,
            note="" if finished.complete else CUT,
        )

    async def answer_many(self, questions: Sequence[str]) -> list[Answer]:
        """One after another: how many a provider takes at once is the caller's to know."""
        return [await self.answer(question) for question in questions]

    async def close(self) -> None:
        """Let the provider go."""
        await self._speaker.close()
