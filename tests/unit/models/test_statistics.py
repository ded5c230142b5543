"""Wilson's interval and McNemar's exact test, against scipy's."""

from __future__ import annotations

import pytest
from scipy.stats import binomtest

from erpai_desktop.models.statistics import is_beyond_chance, mcnemar_p, percent, wilson_interval

COUNTS = [(0, 1), (1, 1), (0, 10), (5, 10), (9, 10), (10, 10), (176, 200), (188, 200), (1, 5000), (4999, 5000)]
PAIRS = [(0, 1), (1, 0), (7, 19), (19, 7), (5, 5), (0, 6), (3, 0), (40, 61), (499, 501), (900, 1100), (2000, 2400)]


@pytest.mark.parametrize(("right", "total"), COUNTS)
def test_wilson_is_scipys(right: int, total: int) -> None:
    found = wilson_interval(right, total)
    expected = binomtest(right, total).proportion_ci(confidence_level=0.95, method="wilson")
    assert found is not None
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert 0 <= found.low <= right / total <= found.high <= 1


def test_of_nothing_nothing_is_known() -> None:
    assert wilson_interval(0, 0) is None
    with pytest.raises(ValueError, match="more right"):
        wilson_interval(3, 2)
    with pytest.raises(ValueError, match="more right"):
        wilson_interval(-1, 2)


@pytest.mark.parametrize(("better", "worse"), PAIRS)
def test_mcnemar_is_the_binomial_test_of_scipy(better: int, worse: int) -> None:
    expected = binomtest(min(better, worse), better + worse, 0.5).pvalue
    assert mcnemar_p(better, worse) == pytest.approx(min(1.0, expected), rel=1e-9)
    assert mcnemar_p(better, worse) == mcnemar_p(worse, better)


def test_no_difference_and_very_large_ones() -> None:
    assert mcnemar_p(0, 0) == 1.0
    assert mcnemar_p(50_000, 50_000) == 1.0
    assert mcnemar_p(0, 100_000) == 0.0
    assert mcnemar_p(40_000, 60_000) < 1e-300
    # Both ways of computing agree where they meet.
    assert mcnemar_p(470, 530) == pytest.approx(binomtest(470, 1000, 0.5).pvalue, rel=1e-12)
    assert mcnemar_p(470, 531) == pytest.approx(binomtest(470, 1001, 0.5).pvalue, rel=1e-9)
    with pytest.raises(ValueError, match="below zero"):
        mcnemar_p(-1, 2)


def test_a_win_needs_more_than_chance() -> None:
    # 19 better against 7 worse, as in the drawing of the comparison.
    assert is_beyond_chance(mcnemar_p(19, 7))
    assert not is_beyond_chance(mcnemar_p(17, 8))
    assert not is_beyond_chance(0.05)


def test_all_is_only_said_of_all_and_none_of_none() -> None:
    assert [percent(share) for share in (0.0, 0.001, 0.5, 0.999, 1.0)] == ["0 %", "1 %", "50 %", "99 %", "100 %"]
