"""Which version is better on which question, which questions can be compared, and what they say together."""

from __future__ import annotations

import dataclasses

from erpai_desktop.models.comparison import Better, Verdict, better_of, compare, p_text, sentence
from tests.evaluated import record, records


def test_right_beats_wrong_and_nothing_else_counts() -> None:
    assert better_of(left_right=True, right_right=False) is Better.LEFT
    assert better_of(left_right=False, right_right=True) is Better.RIGHT
    assert better_of(left_right=True, right_right=True) is Better.SAME
    assert better_of(left_right=False, right_right=False) is Better.SAME


def test_nineteen_against_seven_is_a_win_and_the_reverse_a_loss() -> None:
    left, right = records("." * 174 + "x" * 19 + "." * 7), records("." * 174 + "." * 19 + "x" * 7)
    found = compare(left, right)
    assert (found.better, found.worse, found.same, found.verdict) == (19, 7, 174, Verdict.RIGHT)
    assert compare(right, left).verdict is Verdict.LEFT
    assert round(found.p_value, 3) == 0.029
    assert [pair.better for pair in found.pairs[:26]].count(Better.SAME) == 0, "those that differ come first"


def test_a_difference_that_chance_explains_is_no_win() -> None:
    found = compare(records("xxxxx" + "." * 20), records("x" + "." * 24))
    assert (found.better, found.worse) == (4, 0)
    assert found.verdict is Verdict.NEITHER


def test_only_the_same_questions_with_the_same_desired_outcome_are_compared() -> None:
    asked = records("....")
    reworded = dataclasses.replace(asked[1], question="Question two?")
    other_answer = dataclasses.replace(asked[2], expected="Another.")
    found = compare(asked, [asked[0], reworded, other_answer, record(9), record(10)])
    assert [pair.left.qa_id for pair in found.pairs] == [asked[0].qa_id]
    assert (found.left_only, found.right_only, found.reworded) == (1, 2, 2)


def test_nothing_in_common_says_nothing() -> None:
    found = compare(records(".."), [])
    assert (found.verdict, found.left_only) == (Verdict.UNKNOWN, 2)
    assert compare([], []).verdict is Verdict.UNKNOWN


def test_a_question_stored_twice_counts_once() -> None:
    twice = [record(1), record(1)]
    assert len(compare(twice, twice).pairs) == 1


def said(verdict: Verdict, better: int, worse: int, p_value: float, total: int = 200) -> str:
    return sentence(verdict, left="v6", right="v7", better=better, worse=worse, p_value=p_value, total=total)


def test_the_sentence_names_the_better_one_only_beyond_chance() -> None:
    assert said(Verdict.RIGHT, 19, 7, 0.0290) == (
        "Of 200 questions v7 is better on 19 and worse on 7: v7 is better, beyond chance (p = 0.029)."
    )
    assert "v6 is better, beyond chance (p < 0.001)" in said(Verdict.LEFT, 2, 60, 1e-9)
    assert "no difference beyond chance (p = 0.108)" in said(Verdict.NEITHER, 17, 8, 0.1078)
    assert said(Verdict.NEITHER, 0, 0, 1.0) == "v6 and v7 did the same on all 200 questions."
    assert "no question in common" in said(Verdict.UNKNOWN, 0, 0, 1.0, 0)
    assert p_text(0.0004) == "< 0.001"
