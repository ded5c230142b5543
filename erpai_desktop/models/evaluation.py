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
    """`reason` completes the sentence "It is right/wrong because"; `score` runs from 0 to 1.

    `similarity` (0 to 100) is to the desired answer, None where there was none to compare.
    """

    right: bool
    reason: str
    score: float
    similarity: float | None = None


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
        return _verdict(refused, "refused, as it should" if refused else "answered what it should have refused")
    if refused:
        return _verdict(False, "refused although the answer is known")
    said = answer.casefold()
    missing = [term for term in required_terms if term.casefold() not in said]
    if missing:
        return _verdict(False, f"lacks {_quoted(missing)}")
    unwanted = [term for term in forbidden_terms if term.casefold() in said]
    if unwanted:
        return _verdict(False, f"says {_quoted(unwanted)}, which it must not")
    if not expected.strip():
        # A validation row may ask for words alone.
        return _verdict(True, "has the required words")
    if answer_key(answer) == answer_key(expected):
        return Verdict(True, "the desired answer", 1.0, 100.0)
    similarity = fuzz.ratio(answer_key(answer), answer_key(expected))
    if similarity >= SIMILAR:
        return Verdict(True, f"{similarity:.0f} % like the desired answer", similarity / 100, similarity)
    return Verdict(False, f"another answer: {similarity:.0f} % like the desired one", similarity / 100, similarity)


def _verdict(right: bool, reason: str) -> Verdict:
    return Verdict(right, reason, float(right))


def _quoted(terms: Sequence[str]) -> str:
    return ", ".join(f"“{term}”" for term in terms)
