"""What a training conversation teaches."""

from __future__ import annotations

import pytest

from erpai_desktop.models.turns import TaughtTurn, taught_turns
from tests.unit.models.builders import messages


def taught(*lines: str) -> list[tuple[str, str | None]]:
    return [(turn.question, turn.answer) for turn in taught_turns(messages(*lines))]


def test_each_question_with_its_answer() -> None:
    assert taught_turns(messages("U: One?", "A: 1", "U: Two?", "A: 2")) == [
        TaughtTurn(0, "One?", "1"),
        TaughtTurn(1, "Two?", "2"),
    ]


def test_system_and_blank_messages_teach_nothing() -> None:
    assert taught("S: Be kind.", "U: One?", "S: Now.", "U:   ", "A: \n", "A: 1") == [("One?", "1")]


def test_a_greeting_before_the_first_question_teaches_nothing() -> None:
    assert taught("A: Hello, how can I help?", "U: One?", "A: 1") == [("One?", "1")]


def test_of_several_questions_in_a_row_the_last_was_answered() -> None:
    assert taught("U: Hello", "U: One?", "A: 1") == [("One?", "1")]


def test_of_several_answers_in_a_row_the_last_counts() -> None:
    assert taught("U: One?", "A: 2", "A: 1", "U: Two?", "A: 2") == [("One?", "1"), ("Two?", "2")]


def test_a_question_at_the_end_without_an_answer_is_left_out() -> None:
    assert taught("U: One?", "A: 1", "U: Thanks!") == [("One?", "1")]


@pytest.mark.parametrize("lines", [(), ("U: One?",), ("A: 1",), ("S: x", "A: 1", "U: One?"), ("U: ", "A: 1")])
def test_nothing_answered_teaches_nothing(lines: tuple[str, ...]) -> None:
    assert taught(*lines) == []


def test_the_number_orders_messages_not_their_place() -> None:
    assert taught_turns(tuple(reversed(messages("U: One?", "A: 1", "U: Two?", "A: 2")))) == [
        TaughtTurn(0, "One?", "1"),
        TaughtTurn(1, "Two?", "2"),
    ]


@pytest.mark.parametrize(
    "correction",
    [
        "No, it is twice a week.",
        "no - twice a week",
        "No. Twice.",
        "**No**, twice.",
        "That's wrong. It is twice a week.",
        "That is not correct, it is twice.",
        "This is outdated: twice a week.",
        "That isn’t right. Twice.",
        "It is not true.",
        "You're wrong, it is twice a week.",
        "Wrong. Twice a week.",
        "Not quite: twice a week.",
        "Actually, it is twice a week.",
        "Correction: twice a week.",
        "Sorry, but that was wrong.",
        "The right answer is twice a week.",
        "Не, два пъти седмично.",
        "Грешно, два пъти.",
        "Това не е вярно, два пъти.",
        "Не е така.",
        "Всъщност, два пъти седмично.",
        "Поправка: два пъти.",
        "Правилният отговор е два пъти.",
    ],
)
def test_a_correction_teaches_the_right_answer_to_the_original_question(correction: str) -> None:
    lines = ("U: How often?", "A: Daily.", f"U: {correction}", "A: Twice a week.")
    assert taught_turns(messages(*lines)) == [TaughtTurn(0, "How often?", "Twice a week.", ("Daily.",))]


@pytest.mark.parametrize(
    "reply",
    [
        "Now tell me about Facebook.",
        "Nobody told me. And Facebook",
        "No way to do it on Sunday",
        "No, and what about Facebook?",
        "Thanks. And on Facebook",
        "Not that I know the answer, but Facebook",
        "Actually we post on Facebook too",
        "Не знам за Facebook",
        "Нека е Facebook",
        "Изкарахте ли го и за Facebook?",
    ],
)
def test_other_replies_are_questions_of_their_own(reply: str) -> None:
    assert taught("U: How often?", "A: Daily.", f"U: {reply}", "A: Weekly.") == [
        ("How often?", "Daily."),
        (reply, "Weekly."),
    ]


def test_saying_no_to_a_question_back_corrects_nothing() -> None:
    lines = ("U: Can I return it?", "A: Have you opened it?", "U: No, it is sealed.", "A: Then yes.")
    assert taught(*lines) == [("Can I return it?", "Have you opened it?"), ("No, it is sealed.", "Then yes.")]


def test_a_correction_of_a_correction() -> None:
    (turn,) = taught_turns(
        messages("U: How often?", "A: Daily.", "U: No, weekly.", "A: Weekly.", "U: No, twice.", "A: Twice a week.")
    )
    assert (turn.answer, turn.rejected) == ("Twice a week.", ("Daily.", "Weekly."))


def test_a_correction_in_two_messages() -> None:
    assert taught("U: How often?", "A: Daily.", "U: No!", "U: Twice a week.", "A: Twice a week.") == [
        ("How often?", "Twice a week.")
    ]


def test_a_correction_without_a_right_answer_teaches_nothing_but_is_reported() -> None:
    assert taught("U: How often?", "A: Daily.", "U: No, twice a week.") == [("How often?", None)]


def test_the_conversation_goes_on_after_a_correction() -> None:
    lines = ("U: One?", "A: 2", "U: No, 1.", "A: 1", "U: Two?", "A: 2")
    assert taught(*lines) == [("One?", "1"), ("Two?", "2")]
