"""Answering with a chat model that is given the nearest curated rows, must name them, and is checked against them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from erpai_desktop.ai.answerer import Answer, Turn
from erpai_desktop.ai.chat_gateway import ChatGateway, Finished
from erpai_desktop.ai.grounding.citations import CleanStream, check, is_refusal
from erpai_desktop.ai.grounding.grounded_prompt import Limits, Prompt, make_prompt
from erpai_desktop.ai.grounding.retrieval import NearRow, Retrieved, Retriever
from erpai_desktop.ai.grounding.standing_in import FAILURES, Speaker, stand_in
from erpai_desktop.models.enums import Grounding, ParticipantRole

NEAR: Final = 0.15
"""Rows less similar than this are not worth sending: the question is of something else altogether."""

CUT: Final = "It was cut at the length that a reply may have."


class GroundedAnswerer:
    """One grounded version; implements `Answerer`.

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

    async def answer(
        self, question: str, history: Sequence[Turn] = (), *, on_text: Callable[[str], object] | None = None
    ) -> Answer:
        """Answer one question from the rows near it.

        A question in conflict, or with nothing near, is refused without a call. Raises EngineError; one of
        `standing_in.FAILURES` when the provider broke off in the midst of what the index does not know, or always
        without `stands_in`.
        """
        found = await self._found(question, history)
        curated = found.curated
        rows = tuple(row for row in found.rows if row.score >= NEAR and not row.conflicted)
        if curated.conflicted or not rows:
            return curated
        prompt = make_prompt(
            instructions=self._instructions, rows=rows, history=history, question=question, limits=self._limits
        )
        stream = CleanStream()
        shown: list[str] = []

        def hear(piece: str) -> None:
            clean = stream.feed(piece)
            if clean:
                shown.append(clean)
                if on_text is not None:
                    on_text(clean)

        try:
            finished = await self._speaker.reply(prompt.request, hear)
        except FAILURES as error:
            begun = "".join(shown)
            if not self._stands_in or (begun.strip() and curated.refused):
                raise
            return stand_in(curated, error, begun=begun)
        return self._judged(stream.raw, finished, prompt, curated, question)

    async def answer_many(self, questions: Sequence[str]) -> list[Answer]:
        """One after another: how many a provider takes at once is the caller's to know."""
        return [await self.answer(question) for question in questions]

    async def close(self) -> None:
        """Let the provider go."""
        await self._speaker.close()

    async def _found(self, question: str, history: Sequence[Turn]) -> Retrieved:
        asked = next((turn.text for turn in reversed(history) if turn.role is ParticipantRole.USER), "")
        questions = [question, f"{asked}\n{question}"] if asked.strip() else [question]
        found = await self._retriever.retrieve(questions, limit=self._limits.rows)
        if len(found) == 1:
            return found[0]
        # "And on Sundays?" is near nothing by itself: what was asked before says what it is about.
        alone, together = found
        return Retrieved(alone.curated, _merged(alone.rows, together.rows))

    def _judged(self, reply: str, finished: Finished, prompt: Prompt, curated: Answer, question: str) -> Answer:
        answer = replace(curated, version=self._version, usage=finished.usage, sources=(), text="", note="")
        if is_refusal(reply):
            return replace(answer, refused=True)
        checked = check(reply, prompt.rows, question)
        notes = [note for note in (checked.doubt, "" if finished.complete else CUT) if note]
        return replace(
            answer,
            refused=False,
            text=checked.text,
            sources=tuple(row.source for row in checked.cited),
            grounding=Grounding.UNCITED if checked.doubt else Grounding.CITED,
            note=" ".join(notes),
        )


def _merged(first: Sequence[NearRow], second: Sequence[NearRow]) -> tuple[NearRow, ...]:
    """Rows of both, each once, best first; of equals those of `first` lead."""
    best: dict[object, NearRow] = {}
    for row in (*first, *second):
        held = best.get(row.source.row_id)
        if held is None or row.score > held.score:
            best[row.source.row_id] = row
    return tuple(sorted(best.values(), key=lambda row: -row.score))
