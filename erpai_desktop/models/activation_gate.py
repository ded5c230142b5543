"""Whether a new version may answer by itself: not where it does worse than the one that does, on the same questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from erpai_desktop.models.evaluation_record import EvaluationRecord

_ROUNDING: Final = 1e-9


def why_not(
    new: Sequence[EvaluationRecord],
    active: Sequence[EvaluationRecord],
    *,
    tests: int,
    margin: float,
    active_name: str,
    unmeasured: str = "",
) -> str:
    """Why a person has to decide, in words; empty when the new version may be activated.

    `tests` is how many validation questions the new version was to be measured by, `margin` the share of questions by
    which it may do worse. Questions that only one of the two was asked do not count; where there are none in common,
    nothing speaks against it. `unmeasured` says in a sentence why the new one was not measured, where that is known.
    """
    if tests and not new and unmeasured:
        return (
            f"It was not measured by the validation questions: {unmeasured} Nothing says that it is as good as "
            f"{active_name}. Evaluate it, or activate it yourself."
        )
    if tests and not new:
        return (
            f"It was not measured by the validation questions, so nothing says that it is as good as {active_name}. "
            "Evaluate it, or activate it yourself."
        )
    before = {record.test_key: record.right for record in active}
    both = [(record.right, before[record.test_key]) for record in new if record.test_key in before]
    if not both:
        return ""
    ours, theirs = sum(right for right, _ in both), sum(right for _, right in both)
    lost = (theirs - ours) / len(both)
    if lost <= margin + _ROUNDING:
        return ""
    return (
        f"{ours:,} of the same {len(both):,} validation questions right, {active_name} {theirs:,}: "
        f"{_points(lost)} fewer, {_number(margin)} allowed. {active_name} stays until somebody activates this one."
    )


def _points(share: float) -> str:
    points = _number(share)
    return f"{points} percentage point{'' if points == '1' else 's'}"


def _number(share: float) -> str:
    return f"{round(share * 100, 1):g}"
