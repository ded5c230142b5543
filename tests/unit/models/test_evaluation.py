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
