"""Rows that are read as they come into view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.wording import plain_tooltip
from erpai_desktop.views.rows.paged_rows import PagedRows
from erpai_desktop.views.rows.pages import PAGE
from erpai_desktop.views.rows.row_model import Column, RowModel
from erpai_desktop.views.rows.row_table import RowTable
from erpai_desktop.workers.outcome import Outcome

Show = Callable[[QWidget], QWidget]
COLUMNS: tuple[Column[int], ...] = (Column("Number", lambda row: f"row {row}"),)


class Source:
    """Answers when it is told to."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.asked: list[int] = []
        self._open: list[tuple[int, int, Outcome[Any]]] = []

    def read(self, offset: int, limit: int) -> Outcome[tuple[Sequence[int], int]]:
        outcome: Outcome[tuple[Sequence[int], int]] = Outcome()
        self.asked.append(offset)
        self._open.append((offset, limit, outcome))
        return outcome

    def answer(self) -> None:
        offset, limit, outcome = self._open.pop()
        outcome.succeed((range(offset, min(self.total, offset + limit)), self.total))


def rows_of(source: Source) -> PagedRows[int]:
    return PagedRows(COLUMNS, key=lambda row: row, read=source.read)


def test_a_million_rows_are_counted_but_only_the_first_page_is_read(qtbot: QtBot) -> None:
    source = Source(1_000_000)
    rows = rows_of(source)
    rows.restart()
    source.answer()
    assert rows.rowCount() == 1_000_000
    assert rows.index(5, 0).data() == "row 5"
    assert source.asked == [0]


def test_a_row_out_of_sight_comes_once_it_is_looked_at(qtbot: QtBot) -> None:
    source = Source(1_000_000)
    rows = rows_of(source)
    rows.restart()
    source.answer()
    far = rows.index(700_000, 0)
    assert far.data() is None
    qtbot.waitUntil(lambda: len(source.asked) == 2)
    with qtbot.waitSignal(rows.dataChanged):
        source.answer()
    assert far.data() == "row 700000"
    assert source.asked[1] == 700_000 // PAGE * PAGE


def test_a_new_search_forgets_what_was_read_before(qtbot: QtBot) -> None:
    source = Source(1_000)
    rows = rows_of(source)
    rows.restart()
    source.answer()
    source.total = 3
    rows.restart()
    assert rows.rowCount() == 1_000, "what is shown stays until the answer comes"
    source.answer()
    assert rows.rowCount() == 3


class Renumbered(Source):
    """Rows named so that some can come before the others and go again."""

    def __init__(self, total: int) -> None:
        super().__init__(total)
        self.first = 0

    def answer(self) -> None:
        offset, limit, outcome = self._open.pop()
        end = min(self.total, offset + limit)
        outcome.succeed((range(self.first + offset, self.first + end), self.total))


def test_rows_read_anew_stay_where_one_looks(qtbot: QtBot, theme: Theme) -> None:
    source = Renumbered(10_000)
    rows = rows_of(source)
    table = RowTable(theme, rows, "Numbers", "Some numbers")
    qtbot.addWidget(table)
    table.resize(300, 400)
    table.show()
    rows.restart()
    source.answer()
    table.verticalScrollBar().setValue(table.rowHeight(0) * 5_000)
    qtbot.waitUntil(lambda: len(source.asked) == 2)
    source.answer()
    assert table.pick(5_003)
    top, resets = table.rowAt(0), []
    rows.modelReset.connect(lambda: resets.append(1))
    picked: list[object] = []
    table.picked.connect(picked.append)
    counts: list[int] = []
    rows.loaded.connect(counts.append)
    source.first, source.total = -2, 10_002
    rows.refresh()
    source.answer()
    assert source.asked[-1] == 5_000 // PAGE * PAGE
    assert rows.rowCount() == 10_002
    assert table.current == 5_003
    assert table.currentIndex().row() == 5_005
    assert table.rowAt(0) == top + 2
    assert set(picked) == {5_003}
    assert counts == [10_002]
    assert not resets


def test_a_page_that_is_gone_gives_way_to_the_last_one(qtbot: QtBot) -> None:
    source = Renumbered(10_000)
    rows = rows_of(source)
    rows.restart()
    source.answer()
    rows.index(9_000, 0).data()
    qtbot.waitUntil(lambda: len(source.asked) == 2)
    source.answer()
    source.total = 300
    rows.refresh()
    source.answer()
    source.answer()
    assert rows.rowCount() == 300
    assert rows.index(299, 0).data() == "row 299"
    source.total = 0
    rows.refresh()
    source.answer()
    assert rows.rowCount() == 0


def test_the_selected_row_stays_selected_when_rows_come_before_it(qtbot: QtBot, theme: Theme) -> None:
    model: RowModel[int] = RowModel(COLUMNS, key=lambda row: row)
    table = RowTable(theme, model, "Numbers", "Some numbers")
    qtbot.addWidget(table)
    model.show([5, 6, 7])
    assert table.current == 5, "the first row is selected by itself"
    table.pick(6)
    model.show([1, 2, 5, 6, 7])
    assert table.current == 6
    model.show([1, 2])
    assert table.current == 1
    picked: list[object] = []
    table.picked.connect(picked.append)
    model.show([])
    assert picked[-1] is None


def test_rows_keep_qts_rules(qtmodeltester: Any) -> None:
    source = Source(40)
    rows = rows_of(source)
    rows.restart()
    source.answer()
    qtmodeltester.check(rows, force_py=True)


def test_a_strangers_text_is_no_markup_in_a_tooltip() -> None:
    assert plain_tooltip("plain") == "plain"
    assert plain_tooltip("<img src=x>") == "<img src=x>", "the style sheet makes tooltips plain text"
    assert max(map(len, plain_tooltip("word " * 100).splitlines())) <= 90
    assert len(plain_tooltip("a" * 5_000)) <= 610
