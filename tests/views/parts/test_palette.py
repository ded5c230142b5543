"""The palette finds commands by parts of their names and runs them by keyboard alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.palette import Command, CommandPalette, best_matches


def commands(ran: list[str]) -> list[Command]:
    titles = ["Compile Marketing AI", "Open Marketing AI", "Create copy", "Check workspace", "Train AI", "Команда"]
    made = [Command(title, title, lambda title=title: ran.append(title)) for title in titles]  # type: ignore[misc]
    return [*made, Command("off", "Make default", lambda: ran.append("off"), enabled=False, why_disabled="No model")]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("compile", "Compile Marketing AI"),
        ("complie", "Compile Marketing AI"),
        ("marketing", "Open Marketing AI"),
        ("cc", "Create copy"),
        ("TRAIN", "Train AI"),
        ("команда", "Команда"),
    ],
)
def test_the_best_match_is_first(typed: str, first: str) -> None:
    assert best_matches(commands([]), typed)[0].title == first


def test_nonsense_finds_nothing_and_what_is_off_comes_last() -> None:
    assert best_matches(commands([]), "qqqqzzzz") == []
    assert best_matches(commands([]), "")[-1].id == "off"


@pytest.fixture
def anchor(qtbot: QtBot) -> QPushButton:
    made = QPushButton("x")
    qtbot.addWidget(made)
    return made


def test_type_arrow_enter(qtbot: QtBot, theme: Theme, anchor: QPushButton) -> None:
    ran: list[str] = []
    palette = CommandPalette(theme, lambda: commands(ran))
    qtbot.addWidget(palette)
    palette.open_at(anchor)
    QTest.keyClicks(palette.field, "marketing")
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    with qtbot.waitSignal(palette.ran) as caught:
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert ran == ["Compile Marketing AI"]
    assert caught.args == ran
    assert palette.isHidden()


def test_what_ran_last_stands_first_the_next_time(qtbot: QtBot, theme: Theme, anchor: QPushButton) -> None:
    palette = CommandPalette(theme, lambda: commands([]))
    qtbot.addWidget(palette)
    palette.open_at(anchor, "train")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    palette.open_at(anchor)
    assert palette.shown()[0].title == "Train AI"
    palette.close()


def test_what_is_disabled_does_not_run(qtbot: QtBot, theme: Theme, anchor: QPushButton) -> None:
    ran: list[str] = []
    palette = CommandPalette(theme, lambda: commands(ran))
    qtbot.addWidget(palette)
    palette.open_at(anchor, "make default")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert ran == []
    assert palette.isVisible()
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)
    assert palette.isHidden()


def test_commands_are_asked_for_anew(qtbot: QtBot, theme: Theme, anchor: QPushButton) -> None:
    known = commands([])[:1]
    palette = CommandPalette(theme, lambda: known)
    qtbot.addWidget(palette)
    palette.open_at(anchor)
    assert len(palette.shown()) == 1
    palette.close()
    known = commands([])
    palette.open_at(anchor)
    assert len(palette.shown()) == 7
    palette.close()
