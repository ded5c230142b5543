"""Answering with a chat model that is given the nearest curated rows, must name them, and is checked against them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from erpai_desktop.ai.answerer import Answer, Turn
from erpai_desktop.ai.chat_gateway import Finished
from erpai_desktop.ai.grounding.citations import CleanStream, check, is_refusal, repeats_prompt
from erpai_desktop.ai.grounding.grounded_prompt import Prompt, make_prompt
from erpai_desktop.ai.grounding.retrieval import NearRow, Retrieved
from erpai_desktop.ai.grounding.speaker import FAILURES
from erpai_desktop.ai.grounding.spoken_answerer import CUT, SpokenAnswerer
from erpai_desktop.errors import BadReplyError
from erpai_desktop.models.enums import Grounding, ParticipantRole

NEAR: Final = 0.15
"""Rows less similar than this are not worth sending: the question is of something else altogether."""


class GroundedAnswerer(SpokenAnswerer):
    """One grounded version."""

    async def answer(
        self, question: str, history: Sequence[Turn] = (), *, on_text: Callable[[str], object] | None = None
    ) -> Answer:
        """Answer one question from the rows near it.

        A question in conflict, or with nothing near, is refused without a call. Raises as any `SpokenAnswerer`.
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
            if self._stands_in and repeats_prompt(stream.raw):
                raise BadReplyError(
                    "The model repeated what it was given, as small ones do.",
                    safe="Your question is kept.",
                    advice="A larger base model does better.",
                )
        except FAILURES as error:
            return self._in_its_place(curated, error, "".join(shown))
        return self._judged(stream.raw, finished, prompt, curated, question)

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
