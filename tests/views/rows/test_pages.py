"""Which pages of a long list are read and kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from erpai_desktop.views.rows.pages import PAGE, Pages
from erpai_desktop.workers.outcome import Outcome


class Source:
    """Pages of the numbers themselves, each answered when it is told to."""

    def __init__(self, owner: QObject) -> None:
        self.asked: list[int] = []
        self.outcomes: list[Outcome[Any]] = []
        self.pages: Pages[int] = Pages(self.read, self.take, parent=owner)

    def read(self, number: int) -> Outcome[Any]:
        self.asked.append(number)
        self.outcomes.append(Outcome())
        return self.outcomes[-1]

    def take(self, number: int, rows: Sequence[int]) -> None:
        self.pages.put(number, rows)

    def answer(self) -> None:
        """The read asked for last comes to its end."""
        number = self.asked[-1]
        self.outcomes[-1].succeed(range(number * PAGE, (number + 1) * PAGE))


@pytest.fixture
def source(qtbot: QtBot) -> Iterator[Source]:
    owner = QObject()
    yield Source(owner)
    owner.deleteLater()


def test_a_row_out_of_sight_comes_once_it_is_looked_at(source: Source, qtbot: QtBot) -> None:
    assert source.pages.known(700_000) is None
    assert source.pages.row(700_000) is None
    qtbot.waitUntil(lambda: source.asked == [700_000 // PAGE])
    source.answer()
    assert source.pages.row(700_000) == source.pages.known(700_000) == 700_000
    assert source.pages.find(lambda row: row == 700_001) == 700_001
    assert source.pages.find(lambda row: row == 3) == -1


def test_a_fast_scroll_reads_only_where_it_ends(source: Source, qtbot: QtBot) -> None:
    for place in range(0, 900_000, 1_000):
        source.pages.row(place)
    qtbot.waitUntil(lambda: len(source.asked) == 1)
    for place in range(900_000, 0, -1_000):
        source.pages.row(place)
    while len(source.asked) < 4:
        source.answer()
    source.answer()
    assert source.asked == [899_000 // PAGE, 1_000 // PAGE, 2_000 // PAGE, 3_000 // PAGE]


def test_a_page_that_comes_after_all_were_forgotten_is_not_taken(source: Source, qtbot: QtBot) -> None:
    source.pages.begin(2)
    source.pages.clear()
    source.answer()
    assert source.pages.known(2 * PAGE) is None
    source.pages.row(5 * PAGE)
    qtbot.waitUntil(lambda: source.asked == [2, 5])
    source.answer()
    assert source.pages.known(5 * PAGE) == 5 * PAGE


def test_pages_looked_at_longest_ago_go(source: Source) -> None:
    for number in range(64):
        source.pages.put(number, range(number * PAGE, (number + 1) * PAGE))
    source.pages.row(0)
    source.pages.put(64, [64 * PAGE])
    assert source.pages.known(0) == 0
    assert source.pages.known(PAGE) is None


def test_a_row_can_be_replaced(source: Source) -> None:
    source.pages.put(1, [10, 11])
    source.pages.replace(PAGE + 1, 12)
    assert [source.pages.known(PAGE + at) for at in (0, 1, 2, -1_000)] == [10, 12, None, None]


def test_a_read_that_fails_is_tried_again_by_looking_again(source: Source, qtbot: QtBot) -> None:
    source.pages.begin(1)
    assert source.outcomes[-1].fail(OSError("gone")) is False, "somebody else shows the error"
    source.pages.row(PAGE)
    qtbot.waitUntil(lambda: source.asked == [1, 1])
