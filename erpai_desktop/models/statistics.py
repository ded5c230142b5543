"""What a count of right answers says of one version, and what a difference between two says at all."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z_95 = 1.959963984540054
"""The 97.5 % point of the normal distribution: 95 % lie between it and its negative."""
BEYOND_CHANCE = 0.05
"""A difference that chance alone makes at least this often is not called a win."""
_EXACT_UP_TO = 1_000


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of shares, each from 0 to 1."""

    low: float
    high: float


def wilson_interval(right: int, total: int, *, z: float = Z_95) -> Interval | None:
    """The Wilson score interval of a share, without continuity correction; None of nothing.

    Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal of the
    American Statistical Association 22 (1927), 209-212. It describes one version: whether two differ is not read from
    two of them, for both were asked the same questions. Raises ValueError unless 0 <= right <= total.
    """
    if not 0 <= right <= total:
        raise ValueError("more right than there are")
    if total == 0:
        return None
    share = right / total
    spread = z * z / total
    centre = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / total + spread / (4 * total))
    # At the ends the formula gives the end itself, but for rounding.
    return Interval(0.0 if right == 0 else centre - half, 1.0 if right == total else centre + half)


def mcnemar_p(better: int, worse: int) -> float:
    """How often chance alone would tell two versions at least this far apart on the same questions: 0 to 1.

    `better` and `worse` count the questions that one version got right and the other did not, and the other way
    round; those that both got right, or both wrong, say nothing. The exact two-sided test: twice the smaller tail of
    the binomial distribution with one half, at most 1. Source: Q. McNemar, "Note on the sampling error of the
    difference between correlated proportions or percentages", Psychometrika 12 (1947), 153-157; exact form as in
    A. Agresti, Categorical Data Analysis. Raises ValueError for a negative count.
    """
    if better < 0 or worse < 0:
        raise ValueError("a count below zero")
    total, smaller = better + worse, min(better, worse)
    if total <= _EXACT_UP_TO:
        # Whole numbers: nothing is rounded before the one division.
        return min(1.0, 2 * sum(math.comb(total, k) for k in range(smaller + 1)) / (1 << total))
    log_factorial = math.lgamma(total + 1)
    largest = log_factorial - math.lgamma(smaller + 1) - math.lgamma(total - smaller + 1)
    # Each term as a share of the last, which is the largest; below a rounding error of the sum they are left out.
    summed = term = 1.0
    for k in range(smaller, 0, -1):
        term *= k / (total - k + 1)
        summed += term
        if term < summed * 1e-17:
            break
    return min(1.0, math.exp(math.log(2) + largest + math.log(summed) - total * math.log(2)))


def is_beyond_chance(p_value: float) -> bool:
    """Whether a difference may be called one."""
    return p_value < BEYOND_CHANCE


def percent(share: float) -> str:
    """A share as people read it: "94 %". All is only said of all, and none only of none."""
    whole = round(share * 100)
    if 0 < share < 1:
        whole = min(99, max(1, whole))
    return f"{whole} %"
