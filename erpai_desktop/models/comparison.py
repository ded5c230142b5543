"""Two versions on the same questions: which of them did better on each, and whether that is more than chance."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from erpai_desktop.models.evaluation_record import EvaluationRecord
from erpai_desktop.models.statistics import is_beyond_chance, mcnemar_p


class Better(enum.StrEnum):
    """Who answered a question better. Right beats wrong; both right, or both wrong, is the same."""

    LEFT = "left"
    RIGHT = "right"
    SAME = "same"


class Verdict(enum.StrEnum):
    """What all questions together say."""

    LEFT = "left better"
    RIGHT = "right better"
    NEITHER = "no difference beyond chance"
    UNKNOWN = "nothing to compare"


@dataclass(frozen=True, slots=True)
class Pair:
    """One question as both versions answered it."""

    left: EvaluationRecord
    right: EvaluationRecord

    @property
    def better(self) -> Better:
        """Who answered it better."""
        return better_of(self.left.right, self.right.right)


@dataclass(frozen=True, slots=True)
class RecordComparison:
    """`better` counts the questions on which the right version was better, `worse` those on which the left was.

    The last three are questions not common to both: asked of the left one alone, of the right one alone, and of both
    but with another wording or another desired outcome.
    """

    pairs: tuple[Pair, ...]
    better: int
    worse: int
    same: int
    p_value: float
    left_only: int
    right_only: int
    reworded: int

    @property
    def verdict(self) -> Verdict:
        """What the questions say together."""
        return verdict_of(self.better, self.worse, self.p_value, total=len(self.pairs))


def better_of(left_right: bool, right_right: bool) -> Better:
    """Who is better, by whether each was right."""
    if left_right == right_right:
        return Better.SAME
    return Better.LEFT if left_right else Better.RIGHT


def verdict_of(better: int, worse: int, p_value: float, *, total: int) -> Verdict:
    """What counts and p value say; a difference that chance explains is no win."""
    if not total:
        return Verdict.UNKNOWN
    if not is_beyond_chance(p_value):
        return Verdict.NEITHER
    return Verdict.RIGHT if better > worse else Verdict.LEFT


def compare(left: Sequence[EvaluationRecord], right: Sequence[EvaluationRecord]) -> RecordComparison:
    """Compare two evaluations on the questions that both were asked with the same desired outcome.

    The pairs stand in the order of `right`, those that differ first.
    """
    of_left = {record.test_key: record for record in left}
    pairs = [
        Pair(of_left[record.test_key], record)
        for record in {record.test_key: record for record in right}.values()
        if record.test_key in of_left
    ]
    pairs.sort(key=lambda pair: pair.better is Better.SAME)
    counts = Counter(pair.better for pair in pairs)
    better, worse = counts[Better.RIGHT], counts[Better.LEFT]
    common = {pair.right.test_key for pair in pairs}
    unmatched_left = {record.qa_id for record in left if record.test_key not in common}
    unmatched_right = {record.qa_id for record in right if record.test_key not in common}
    reworded = unmatched_left & unmatched_right
    return RecordComparison(
        pairs=tuple(pairs),
        better=better,
        worse=worse,
        same=counts[Better.SAME],
        p_value=mcnemar_p(better, worse),
        left_only=len(unmatched_left - reworded),
        right_only=len(unmatched_right - reworded),
        reworded=len(reworded),
    )


def sentence(verdict: Verdict, *, left: str, right: str, better: int, worse: int, p_value: float, total: int) -> str:
    """What the comparison says, in one sentence; `left` and `right` are names such as "v6"."""
    if verdict is Verdict.UNKNOWN:
        return f"{left} and {right} were asked no question in common, so nothing can be said."
    if better == worse == 0:
        return f"{left} and {right} did the same on all {total:,} questions."
    told = f"Of {total:,} questions {right} is better on {better:,} and worse on {worse:,}"
    p = p_text(p_value)
    if verdict is Verdict.NEITHER:
        return f"{told}: no difference beyond chance (p {p})."
    winner = right if verdict is Verdict.RIGHT else left
    return f"{told}: {winner} is better, beyond chance (p {p})."


def p_text(p_value: float) -> str:
    """A p value as people write it: "= 0.029", "< 0.001"."""
    return "< 0.001" if p_value < 0.001 else f"= {p_value:.3f}"
