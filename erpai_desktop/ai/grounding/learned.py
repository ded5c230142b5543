"""Answering with a fine-tuned model: what it has learned is all it says; the index only tells what is near."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from erpai_desktop.ai.answerer import Answer, Turn
from erpai_desktop.ai.chat_gateway import ChatRequest
from erpai_desktop.ai.grounding.speaker import FAILURES
from erpai_desktop.ai.grounding.spoken_answerer import CUT, SpokenAnswerer
from erpai_desktop.models.enums import Grounding, ParticipantRole

_TURNS = 12


class LearnedAnswerer(SpokenAnswerer):
    """One fine-tuned version. It is told the same instructions as it was trained with."""

    async def answer(
        self, question: str, history: Sequence[Turn] = (), *, on_text: Callable[[str], object] | None = None
    ) -> Answer:
        """Answer one question; a question in conflict is refused without a call.

        Raises as any `SpokenAnswerer`.
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
            return self._in_its_place(curated, error, "".join(parts))
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
