"""Whether a successor says what its predecessor said: same, similar or different, and right or wrong where known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from erpai_desktop.models.comparison import Better, better_of, sentence, verdict_of
from erpai_desktop.models.questions import answer_key
from erpai_desktop.models.snapshots.parity import Agreement, Parity, ParityAnswer, ParityLine, ParitySide
from erpai_desktop.models.statistics import mcnemar_p, wilson_interval

SIMILAR = 80.0
"""From this similarity (rapidfuzz's ratio, 0 to 100) on, two answers say nearly the same."""
_COMPARED_CHARACTERS = 4_000
"""Of a longer answer the beginning decides how similar it is: the measure is quadratic."""


def similarity(before: str, after: str) -> float:
    """How alike two answers are, from 0 to 100: rapidfuzz's ratio over texts with collapsed spaces."""
    # Here, because a window that only names the service must not wait for it.
    from rapidfuzz import fuzz

    return float(fuzz.ratio(answer_key(before[:_COMPARED_CHARACTERS]), answer_key(after[:_COMPARED_CHARACTERS])))


def alike(before: ParityAnswer, after: ParityAnswer) -> float:
    """How alike two answers are, from 0 to 100; a refusal is like another refusal only, whatever was said with it."""
    if before.refused or after.refused:
        return 100.0 if before.refused and after.refused else 0.0
    return similarity(before.text, after.text)


def parity_line(
    question: str, before: ParityAnswer, after: ParityAnswer, *, expected: str = "", expects_refusal: bool = False
) -> ParityLine:
    """One question: what was said before and what is said now."""
    found = alike(before, after)
    same = (before.refused and after.refused) or (
        not before.refused and not after.refused and answer_key(before.text) == answer_key(after.text)
    )
    known = before.right is not None and after.right is not None
    return ParityLine(
        question=question,
        expected=expected,
        expects_refusal=expects_refusal,
        before=before,
        after=after,
        similarity=100.0 if same else found,
        agreement=Agreement.SAME if same else Agreement.SIMILAR if found >= SIMILAR else Agreement.DIFFERENT,
        better=better_of(bool(before.right), bool(after.right)) if known else None,
    )


def side(name: str, note: str, answers: Iterable[ParityAnswer]) -> ParitySide:
    """One of the two, with how many of its answers were right among those that could be judged."""
    judged = [answer.right for answer in answers if answer.right is not None]
    return ParitySide(name, note, sum(judged), len(judged), wilson_interval(sum(judged), len(judged)))


def parity(model_name: str, before: tuple[str, str], after: tuple[str, str], lines: Sequence[ParityLine]) -> Parity:
    """All questions together; `before` and `after` are (name, note) of the two. What differs most comes first."""
    ordered = tuple(sorted(lines, key=lambda line: (_WEIGHT[line.better], line.similarity)))
    agreements = Counter(line.agreement for line in lines)
    bests = Counter(line.better for line in lines)
    better, worse = bests[Better.RIGHT], bests[Better.LEFT]
    judged = sum(line.better is not None for line in lines)
    p_value = mcnemar_p(better, worse)
    verdict = verdict_of(better, worse, p_value, total=judged)
    return Parity(
        model_name=model_name,
        before=side(*before, answers=[line.before for line in lines if line.better is not None]),
        after=side(*after, answers=[line.after for line in lines if line.better is not None]),
        lines=ordered,
        same=agreements[Agreement.SAME],
        similar=agreements[Agreement.SIMILAR],
        different=agreements[Agreement.DIFFERENT],
        better=better,
        worse=worse,
        p_value=p_value,
        verdict=verdict,
        sentence=sentence(
            verdict, left=before[0], right=after[0], better=better, worse=worse, p_value=p_value, total=judged
        )
        if judged
        else "Right and wrong are not known of any question.",
    )


_WEIGHT = {Better.LEFT: 0, Better.RIGHT: 1, Better.SAME: 2, None: 2}
"""What got worse is what a person has to look at."""
