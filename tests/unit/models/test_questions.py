"""When two questions are the same."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erpai_desktop.models.questions import END_PUNCTUATION, answer_key, question_key

# Text with what a file may carry: lone surrogates and control characters too.
any_text = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How many days?", "how many DAYS"),
        ("How many days?", "  How\tmany \n\r\n days ?! "),
        ("How many days?", "How many days…"),
        ("How many days?", "How many days?!?!"),
        ("How many days?", "How many days;"),
        ("How many days?", "How many days:"),
        ("How many days?", "How many days？"),
        ("How many days?", "How many days！"),
        ("How many days?", "Ｈｏｗ ｍａｎｙ ｄａｙｓ？"),
        ("How many days?", "How\u00a0many\u2003days?"),
        ("How many days?", "How many days？。"),
        ("Straße", "STRASSE"),
        ("Колко дни отпуск имам?", "КОЛКО ДНИ ОТПУСК ИМАМ"),
        ("café?", "cafe\u0301"),
        ("ﬁne print", "fine print"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ;"),
        ("x²", "x2"),
    ],
)
def test_the_same_question(one: str, other: str) -> None:
    assert question_key(one) == question_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How many days?", "How many day?"),
        ("VT-2040-B", "VT-2041-B"),
        ("и", "й"),
        ("a.b", "ab"),
        ("?why", "why"),
        ("C", "C++"),
        ("price (net)", "price net"),
        ("two words", "twowords"),
    ],
)
def test_a_different_question(one: str, other: str) -> None:
    assert question_key(one) != question_key(other)


@pytest.mark.parametrize("nothing", ["", " ", "\n\t", "?", " ?! … ", "。", "\u3000"])
def test_nothing_asked_has_an_empty_key(nothing: str) -> None:
    assert question_key(nothing) == ""


@given(any_text)
def test_a_key_is_its_own_key(text: str) -> None:
    assert question_key(question_key(text)) == question_key(text)


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_takes_the_same_way_as_everything_else(text: str) -> None:
    slow = " ".join(unicodedata.normalize("NFKC", text).casefold().split()).rstrip(END_PUNCTUATION + " ")
    assert question_key(text) == slow


@given(any_text, st.sampled_from(["?", " ?", "…", "!!", "\u00a0", "？", "。"]))
def test_the_end_does_not_matter(text: str, end: str) -> None:
    assert question_key(text + end) == question_key(text)


def test_every_character_has_a_stable_key() -> None:
    for code in range(0, sys.maxunicode, 7):
        key = question_key(f"a{chr(code)}b")
        assert question_key(key) == key


def test_answers_differ_by_words_not_by_white_space() -> None:
    assert answer_key("20 days.\r\n") == answer_key(" 20  days.")
    assert answer_key("cafe\u0301") == answer_key("café")
    assert answer_key("20 days.") != answer_key("20 days")
    assert answer_key("VT-2040-b") != answer_key("VT-2040-B")
    assert answer_key("m²") != answer_key("m2")
