"""The marks by which a reply names its rows: taken out of the text that is shown, and held against these rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from erpai_desktop.ai.grounding.grounded_prompt import FRAME, NOT_KNOWN
from erpai_desktop.ai.grounding.retrieval import NearRow
from erpai_desktop.models.said import clauses, contradiction, not_said, said, share_said, united

ENOUGH: Final = 0.6
"""The share of a reply's words that must stand in the rows it names, or in the question, for these to bear it out."""

_LIST: Final = r"\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*"
# Few spaces before a mark are taken with it: were it all of them, a reply of spaces alone would take for ever.
_MARK: Final = re.compile(rf"[ \t]{{0,3}}(?:\[\s*{_LIST}\s*\]|【\s*{_LIST}[^】\n]{{0,20}}】)")
_BEGUN: Final = re.compile(r"[ \t]{0,3}(?:\[[\d\s,;–-]{0,60}|【[^】\n]{0,60}|<[a-z0-9/ =\"]{0,20})?$")
_LISTED: Final = 3
_LONGEST: Final = 8_000
"""Characters of a reply that are held against the rows: far more than anybody reads."""


REPEATED: Final = "It repeats what it was given instead of answering."


@dataclass(frozen=True, slots=True)
class Checked:
    """A reply without marks. `cited` are the rows it names, in that order; `doubt` is empty when they bear it out."""

    text: str
    cited: tuple[NearRow, ...]
    doubt: str


class CleanStream:
    """Turns the pieces of a reply into pieces to show: without marks, and nothing of the word for a refusal.

    All shown pieces together are the beginning of `without_marks(raw)`.
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._waiting = ""
        self._begun = False
        self._repeats = False

    @property
    def raw(self) -> str:
        """The reply so far, as it came."""
        return "".join(self._pieces)

    def feed(self, piece: str) -> str:
        """What can be shown more once `piece` has come; a mark that has only begun is held back.

        Of a reply that repeats what it was given nothing is shown from there on.
        """
        self._pieces.append(piece)
        if self._repeats:
            return ""
        self._waiting += piece
        if not self._begun and may_be_refusal(self._waiting):
            return ""
        mark = _BEGUN.search(self._waiting)
        cut = mark.start() if mark is not None else len(self._waiting)
        frame = FRAME.search(self._waiting, 0, cut)
        if frame is not None:
            cut, self._repeats = frame.start(), True
        clean = _MARK.sub("", self._waiting[:cut])
        self._waiting = self._waiting[cut:]
        if not self._begun:
            clean = clean.lstrip()
            self._begun = bool(clean)
        return clean


def without_marks(text: str) -> str:
    """The text as a person sees it."""
    return _MARK.sub("", text).lstrip()


def may_be_refusal(begun: str) -> bool:
    """Whether a reply that begins so may still become the word for a refusal."""
    begun = begun.strip().strip("\"'`*_.“”").upper()
    return NOT_KNOWN.startswith(begun) or begun.startswith(NOT_KNOWN)


def is_refusal(text: str) -> bool:
    """Whether the model says that it does not know; said in the midst of other words it counts too."""
    return not text.strip() or NOT_KNOWN in text


def repeats_prompt(reply: str) -> bool:
    """Whether the model gives back the frame in which rows and question came: small ones do, instead of answering."""
    return FRAME.search(reply) is not None


def check(reply: str, rows: Sequence[NearRow], question: str) -> Checked:
    """Hold a reply against the rows it names; numbers that no row had are not counted."""
    text = without_marks(reply).strip()
    numbers = [number for mark in _MARK.findall(reply) for number in _numbers(mark)]
    cited = tuple(rows[number - 1] for number in dict.fromkeys(numbers) if 1 <= number <= len(rows))
    if repeats_prompt(reply):
        return Checked(text, cited, REPEATED)
    if not cited:
        doubt = "It names rows that it was not given." if numbers else "It names no row of the curated knowledge."
        return Checked(text, (), doubt)
    return Checked(text, cited, _doubt(text, cited, question))


def _numbers(mark: str) -> list[int]:
    found: list[int] = []
    for first, last in re.findall(r"(\d{1,3})(?:\s*[–-]\s*(\d{1,3}))?", mark):
        # "[2-4]" names three rows; a range upside down names its ends.
        found += (
            range(int(first), int(last) + 1)
            if last and int(first) <= int(last)
            else [int(n) for n in (first, last) if n]
        )
    return found


def _doubt(text: str, cited: Sequence[NearRow], question: str) -> str:
    text, question = text[:_LONGEST], question[:_LONGEST]
    claim, asked = said(text), said(question)
    there = united(said(f"{row.source.question}\n{row.answer}\n{row.source.section}") for row in cited)
    figures = sorted(claim.figures - there.figures)
    if figures:
        return f"The rows it names do not say {_quoted(figures)}."
    names = not_said(claim.names - asked.names - asked.words, there)
    if names:
        return f"The rows it names do not mention {_quoted(names)}."
    lacking = not_said(claim.words, united((there, asked)))
    says_something = not claim.words or claim.figures or len(not_said(claim.words, there)) < len(claim.words)
    # A stray word is no doubt in a short answer.
    if not says_something or (len(lacking) > 1 and len(lacking) > (1 - ENOUGH) * len(claim.words)):
        return f"The rows it names do not say much of it: {_quoted(lacking or sorted(claim.words))}."
    turned = _turned_round(text, cited)
    return f"The rows it names say the opposite of “{turned}”." if turned else ""


def _turned_round(text: str, cited: Sequence[NearRow]) -> str:
    for row in cited:
        clause = contradiction(text, row.answer, asked=row.source.question)
        if clause and not any(_bears(clause, other) for other in cited if other is not row):
            return clause
    return ""


def _bears(clause: str, row: NearRow) -> bool:
    claim = said(clause)
    return any(
        other.denies == claim.denies and share_said(claim.words, other) >= ENOUGH
        for other in clauses(row.answer).values()
    )


def _quoted(words: Sequence[str]) -> str:
    more = f" and {len(words) - _LISTED} more" if len(words) > _LISTED else ""
    return ", ".join(f"“{word}”" for word in words[:_LISTED]) + more
