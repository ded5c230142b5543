"""Whether an answer to a validation question is right, and why, in words.

The rule, in this order:
1. Where refusal is right, a refusal is right and anything else is wrong; elsewhere a refusal is wrong.
2. A required word that is missing, or a forbidden one that occurs, makes it wrong.
3. The desired answer word for word, or 90 % like it letter by letter, is right.
4. An answer in a model's own words is also right when it says what the desired one says: all its figures, at least four
   fifths of its words that matter (half of them, where the meaning is measured to be near), and nothing it denies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from erpai_desktop.models.questions import answer_key
from erpai_desktop.models.said import YES_NO, contradiction, not_said, said

SIMILAR: Final = 90.0
"""From this similarity (rapidfuzz's ratio, 0 to 100) on, an answer says the same as the desired one."""
MOST_WORDS: Final = 0.8
HALF_OF_THE_WORDS: Final = 0.5
NEAR_IN_MEANING: Final = 0.85
"""From this cosine of sentence vectors on, half of the words are enough."""

_AT_MOST_WRONG: Final = 0.5
"""An answer that lacks a figure scores no more than this, however alike it is."""


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
    own_words: bool = False,
    meaning: float | None = None,
) -> Verdict:
    """The verdict by the rule above.

    `own_words` says that the answer is a model's, not a curated one; `meaning` is the cosine of the vectors of both
    answers, where it was measured.
    """
    if expects_refusal:
        return _plain(refused, "refused, as it should" if refused else "answered what it should have refused")
    if refused:
        return _plain(False, "refused although the answer is known")
    said_in_it = answer.casefold()
    missing = [term for term in required_terms if term.casefold() not in said_in_it]
    if missing:
        return _plain(False, f"lacks {_quoted(missing)}")
    unwanted = [term for term in forbidden_terms if term.casefold() in said_in_it]
    if unwanted:
        return _plain(False, f"says {_quoted(unwanted)}, which it must not")
    if not expected.strip():
        # A validation row may ask for words alone.
        return _plain(True, "has the required words")
    if answer_key(answer) == answer_key(expected):
        return Verdict(True, "the desired answer", 1.0, 100.0)
    similarity = fuzz.ratio(answer_key(answer), answer_key(expected))
    if own_words:
        return _of_own_words(answer, expected, similarity, meaning)
    if similarity >= SIMILAR:
        return Verdict(True, f"{similarity:.0f} % like the desired answer", similarity / 100, similarity)
    return Verdict(False, f"another answer: {similarity:.0f} % like the desired one", similarity / 100, similarity)


def _of_own_words(answer: str, expected: str, ratio: float, meaning: float | None) -> Verdict:
    turned = contradiction(answer, expected)
    if turned:
        return Verdict(False, f"says the opposite of the desired answer: “{turned}”", 0.0, ratio)
    there, desired = said(answer), said(expected)
    figures = sorted(desired.figures - there.figures)
    if figures:
        score = min(ratio / 100, _AT_MOST_WRONG)
        return Verdict(False, f"does not say {_quoted(figures)}", score, ratio)
    if ratio >= SIMILAR:
        return Verdict(True, f"{ratio:.0f} % like the desired answer", ratio / 100, ratio)
    if not desired.words:
        return _of_few_words(answer, expected, ratio, has_figures=bool(desired.figures))
    count = len(desired.words)
    lacking = not_said(desired.words, there)
    share = 1 - len(lacking) / count
    similarity = max(ratio, 100 * share, 100 * (meaning or 0.0))
    words = f"{count - len(lacking)} of the {count} words that matter" if count > 1 else "the word that matters"
    if share >= MOST_WORDS:
        return Verdict(True, f"says {words} in its own way", similarity / 100, similarity)
    near = meaning is not None and meaning >= NEAR_IN_MEANING
    if near and share >= HALF_OF_THE_WORDS:
        return Verdict(True, f"says {words} and means nearly the same", similarity / 100, similarity)
    return Verdict(False, f"another answer: it lacks {_quoted(lacking[:5])}", share, similarity)


def _of_few_words(answer: str, expected: str, ratio: float, *, has_figures: bool) -> Verdict:
    if has_figures:
        return Verdict(True, "says the figures of the desired answer", 1.0, ratio)
    mine, desired = YES_NO.match(answer), YES_NO.match(expected)
    if mine is not None and desired is not None:
        # That they do not contradict each other is known by now.
        return Verdict(True, "says yes or no as the desired answer does", 1.0, ratio)
    return Verdict(False, f"another answer: {ratio:.0f} % like the desired one", ratio / 100, ratio)


def _plain(right: bool, reason: str) -> Verdict:
    return Verdict(right, reason, float(right))


def _quoted(terms: Sequence[str]) -> str:
    return ", ".join(f"“{term}”" for term in terms)
