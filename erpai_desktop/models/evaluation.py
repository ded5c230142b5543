"""Whether an answer to a validation question is right, and why, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from erpai_desktop.models.questions import answer_key

SIMILAR = 90.0
"""From this similarity (rapidfuzz's ratio, 0 to 100) on, an answer says the same as the desired one."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` completes the sentence "It is right/wrong because"."""

    right: bool
    reason: str


def judge(
    *,
    expected: str,
    expects_refusal: bool,
    answer: str,
    refused: bool,
    required_terms: Sequence[str] = (),
    forbidden_terms: Sequence[str] = (),
) -> Verdict:
    """Refusal where refusal is right; else the desired answer, with the required words and without the forbidden."""
    if expects_refusal:
        return Verdict(refused, "refused, as it should" if refused else "answered what it should have refused")
    if refused:
        return Verdict(False, "refused although the answer is known")
    said = answer.casefold()
    missing = [term for term in required_terms if term.casefold() not in said]
    if missing:
        return Verdict(False, f"lacks {_quoted(missing)}")
    unwanted = [term for term in forbidden_terms if term.casefold() in said]
    if unwanted:
        return Verdict(False, f"says {_quoted(unwanted)}, which it must not")
    if not expected.strip():
        # A validation row may ask for words alone.
        return Verdict(True, "has the required words")
    if answer_key(answer) == answer_key(expected):
        return Verdict(True, "the desired answer")
    similarity = fuzz.ratio(answer_key(answer), answer_key(expected))
    if similarity >= SIMILAR:
        return Verdict(True, f"{similarity:.0f} % like the desired answer")
    return Verdict(False, f"another answer: {similarity:.0f} % like the desired one")


def _quoted(terms: Sequence[str]) -> str:
    return ", ".join(f"“{term}”" for term in terms)
