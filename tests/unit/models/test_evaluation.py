"""When an answer to a validation question is right, and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest

from erpai_desktop.models.evaluation import judge

ANSWER = "Three years from the day of purchase."


@pytest.mark.parametrize(
    ("given", "right", "reason"),
    [
        ({"answer": ANSWER}, True, "the desired answer"),
        ({"answer": f"  {ANSWER}\n"}, True, "the desired answer"),
        ({"answer": "Three years from the day of the purchase."}, True, "like the desired answer"),
        ({"answer": "Two weeks."}, False, "another answer"),
        ({"answer": "", "refused": True}, False, "refused although"),
        ({"expects_refusal": True, "refused": True}, True, "refused, as it should"),
        ({"expects_refusal": True, "answer": ANSWER}, False, "should have refused"),
        ({"answer": ANSWER, "required_terms": ["THREE", "purchase"]}, True, "the desired answer"),
        ({"answer": ANSWER, "required_terms": ["receipt", "tent"]}, False, "lacks “receipt”, “tent”"),
        ({"answer": ANSWER, "forbidden_terms": ["Purchase"]}, False, "says “Purchase”"),
        ({"expected": "", "answer": "Anything with tent.", "required_terms": ["tent"]}, True, "required words"),
    ],
)
def test_the_verdict_says_why(given: dict[str, Any], right: bool, reason: str) -> None:
    usual: dict[str, Any] = {"expected": ANSWER, "expects_refusal": False, "answer": "", "refused": False}
    verdict = judge(**{**usual, **given})
    assert (verdict.right, reason in verdict.reason) == (right, True), verdict


@pytest.mark.parametrize(
    ("answer", "right", "reason"),
    [
        ("The warranty is 3 years from the day you purchase it.", True, "3 of the 3 words that matter in its own way"),
        ("Three years from the day of the purchase.", True, "like the desired answer"),
        ("Two years from the day of purchase.", False, "does not say “3”"),
        ("It's three years.", False, "it lacks “day”, “purchase”"),
        ("The warranty is not three years from the day of purchase.", False, "the opposite"),
        ("We sell umbrellas, three of them.", False, "another answer"),
    ],
)
def test_an_answer_in_its_own_words_is_right_when_it_says_what_matters(answer: str, right: bool, reason: str) -> None:
    verdict = judge(expected=ANSWER, expects_refusal=False, answer=answer, refused=False, own_words=True)
    assert (verdict.right, reason in verdict.reason) == (right, True), verdict
    assert 0 <= verdict.score <= 1 and (verdict.score > 0.75) == right


def test_near_in_meaning_half_of_the_words_are_enough() -> None:
    words = {
        "expected": "The postal service delivers parcels to islands.",
        "answer": "Islands get mail by postal service.",
    }
    far = judge(expects_refusal=False, refused=False, own_words=True, meaning=0.4, **words)
    near = judge(expects_refusal=False, refused=False, own_words=True, meaning=0.9, **words)
    assert (far.right, near.right) == (False, True) and "means nearly the same" in near.reason


@pytest.mark.parametrize(("answer", "right"), [("No, never.", True), ("Yes, sure.", False), ("Perhaps.", False)])
def test_yes_and_no_are_held_against_each_other(answer: str, right: bool) -> None:
    verdict = judge(expected="No.", expects_refusal=False, answer=answer, refused=False, own_words=True)
    assert verdict.right == right, verdict
