"""Errors say what happened, what is safe and what to do; conflicts keep both texts until a person chooses."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from erpai_desktop.errors import BuildError, ErpAiError, InvalidInputError, NotFoundError, Problem
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.choice import Choice
from erpai_desktop.views.parts.conflict import ConflictDialog
from erpai_desktop.views.parts.error_dialog import ErrorDialog, report_of
from erpai_desktop.views.parts.text_diff import differing_spans

MINE = {"question": "How often?", "answer": "Four times 😀 a week.", "is_active": True}
THEIRS = {"question": "How often?", "answer": "Five times 😀 a week, at most.", "is_active": False}


def press(dialog: QWidget, text: str) -> None:
    (button,) = (button for button in dialog.findChildren(QPushButton) if button.text() == text)
    button.click()


def said(dialog: QWidget) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))


def test_an_error_of_the_outside_can_be_tried_again(qtbot: QtBot, theme: Theme) -> None:
    error = BuildError("The compilation stopped.", safe="Version v7 stays active.", advice="Free some disk space.")
    dialog = ErrorDialog(theme, report_of(error))
    qtbot.addWidget(dialog)
    for part in ("The compilation stopped.", "Version v7 stays active.", "Free some disk space."):
        assert part in said(dialog)
    with qtbot.waitSignal(dialog.retry_requested):
        press(dialog, "Try again")


def test_the_persons_own_error_cannot_be_tried_again_unchanged(qtbot: QtBot, theme: Theme) -> None:
    dialog = ErrorDialog(theme, report_of(NotFoundError("There is no model called X.")))
    qtbot.addWidget(dialog)
    assert not [b for b in dialog.findChildren(QPushButton) if b.text() == "Try again"]
    assert dialog.findChild(QPlainTextEdit) is None


def test_all_problems_of_a_file_are_listed_and_very_many_are_counted() -> None:
    problems = [Problem("the question is empty", "question", row) for row in range(2, 502)]
    report = report_of(InvalidInputError("500 rows cannot be imported.", problems=problems))
    lines = report.details.splitlines()
    assert lines[0] == "row 2, question: the question is empty"
    assert lines[-1] == "… and 300 more"


def test_our_own_mistake_has_a_report_to_copy(qtbot: QtBot, theme: Theme) -> None:
    try:
        raise KeyError("missing")
    except KeyError as error:
        error.add_note("Authorization: Bearer zq93x41yy")
        report = report_of(error)
    dialog = ErrorDialog(theme, report)
    qtbot.addWidget(dialog)
    dialog.copy_button.click()
    copied = QGuiApplication.clipboard().text()
    assert "Traceback" in copied
    assert "KeyError: 'missing'" in copied
    assert "saved before is safe" in copied
    assert "zq93x41yy" not in copied


@pytest.mark.parametrize("error", [ErpAiError("Odd."), ValueError("odd")])
def test_every_report_says_what_to_do(error: Exception) -> None:
    assert report_of(error).advice


def test_only_what_differs_is_shown(qtbot: QtBot, theme: Theme) -> None:
    dialog = ConflictDialog(theme, "Changed elsewhere", mine=MINE, theirs=THEIRS, labels={"answer": "Answer"})
    qtbot.addWidget(dialog)
    assert dialog.merged() == {"answer": MINE["answer"], "is_active": True}


@pytest.mark.parametrize(
    ("button", "values"),
    [
        ("Keep mine", {"answer": MINE["answer"], "is_active": True}),
        ("Keep theirs", {"answer": THEIRS["answer"], "is_active": False}),
    ],
)
def test_one_side_is_kept(qtbot: QtBot, theme: Theme, button: str, values: dict[str, object]) -> None:
    dialog = ConflictDialog(theme, "Changed elsewhere", mine=MINE, theirs=THEIRS)
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(dialog.resolved) as caught:
        press(dialog, button)
    assert caught.args == [values]


def test_a_third_text_is_made(qtbot: QtBot, theme: Theme) -> None:
    dialog = ConflictDialog(theme, "Changed elsewhere", mine=MINE, theirs=THEIRS)
    qtbot.addWidget(dialog)
    (editor,) = (edit for edit in dialog.findChildren(QPlainTextEdit) if not edit.isReadOnly())
    editor.setPlainText("Four or five times.")
    (choice,) = dialog.findChildren(Choice)
    choice.choose("theirs")
    with qtbot.waitSignal(dialog.resolved) as caught:
        press(dialog, "Save the text on the right")
    assert caught.args == [{"answer": "Four or five times.", "is_active": False}]


def test_deciding_later_saves_nothing(qtbot: QtBot, theme: Theme) -> None:
    dialog = ConflictDialog(theme, "Changed elsewhere", mine=MINE, theirs=THEIRS)
    qtbot.addWidget(dialog)
    with qtbot.assertNotEmitted(dialog.resolved):
        press(dialog, "Decide later")


def test_what_differs_is_marked_behind_an_emoji_too(qtbot: QtBot, theme: Theme) -> None:
    dialog = ConflictDialog(theme, "Changed elsewhere", mine=MINE, theirs=THEIRS)
    qtbot.addWidget(dialog)
    readers = [edit for edit in dialog.findChildren(QPlainTextEdit) if edit.isReadOnly()]
    marked = [[mark.cursor.selectedText() for mark in reader.extraSelections()] for reader in readers]
    assert marked == [["Four"], ["Five", ", at most"]]


def test_long_texts_are_compared_by_their_ends() -> None:
    left = "word " * 6000 + "four" + " tail" * 10
    right = "word " * 6000 + "five" + " tail" * 10
    (in_left,), (in_right,) = differing_spans(left, right)
    assert left[slice(*in_left)] == "our"
    assert right[slice(*in_right)] == "ive"


def test_two_long_texts_are_compared_word_by_word_at_once() -> None:
    """With difflib this takes 38 s, in which the window stands still."""
    words = [f"word{place % 7 * place % 800}" for place in range(1_990)]
    changed = [word if place % 20 else "changed" for place, word in enumerate(words)]
    left, right = " ".join(words), " ".join(changed)
    began = time.thread_time()
    in_left, in_right = differing_spans(left, right)
    assert time.thread_time() - began < 2
    assert {right[slice(*span)] for span in in_right} == {"changed"} and len(in_left) == len(in_right) == 100


def test_what_is_changed_as_a_whole_is_marked_as_a_whole() -> None:
    left, right = "Ask the depot at Sofia now.", "Ask our three warehouses now."
    assert [left[slice(*span)] for span in differing_spans(left, right)[0]] == ["the depot at Sofia"]
    assert [right[slice(*span)] for span in differing_spans(left, right)[1]] == ["our three warehouses"]
    # Marks without end say nothing, and take long to paint.
    left, right = " same".join(map(str, range(0, 900, 2))), " same".join(map(str, range(1, 901, 2)))
    assert len(differing_spans(left, right)[0]) == 1


def without(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        text = text[:start] + text[end:]
    return text


@given(st.text("ab .", max_size=30), st.text("ab .", max_size=30))
def test_what_is_not_marked_is_the_same_in_both(left: str, right: str) -> None:
    in_left, in_right = differing_spans(left, right)
    assert without(left, in_left) == without(right, in_right)
