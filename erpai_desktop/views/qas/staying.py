"""What is selected, current and in view stays so when a table is read anew, wherever its rows stand then."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QItemSelectionRange
from PySide6.QtWidgets import QAbstractItemView, QTableView

from erpai_desktop.views.qas.row_reading import InView
from erpai_desktop.views.qas.rows_model import QaRows

ONLY: Final = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
_MOVE: Final = QItemSelectionModel.SelectionFlag.NoUpdate
_MOST_RUNS: Final = 200
"""Rows that many others have come between are not selected any more: Qt needs seconds for thousands of ranges."""

Runs = Sequence[tuple[int, int]]
"""First and last place of each run of rows."""


@dataclass(frozen=True, slots=True)
class Before:
    """How a table stood before its rows were read anew; rows are named by their numbers."""

    ranges: Runs
    selected: array[int]
    place: int
    column: int
    top: int | None
    """The row at the upper edge; None at the very top, where one looks at whatever comes there."""
    top_y: int
    is_in_view: bool
    """Whether the current row was."""


def in_view(table: QTableView, rows: QaRows) -> InView:
    """The places between the edges, and the rows that the table will follow if they move."""
    first, last = max(0, table.rowAt(0)), table.rowAt(table.viewport().height() - 1)
    last = last if last >= 0 else max(first, rows.total - 1)
    places = [first] if table.verticalScrollBar().value() else []
    if first <= table.currentIndex().row() <= last:
        places.append(table.currentIndex().row())
    numbers = [rows.number(place) for place in places]
    return InView(first, last, tuple(number for number in numbers if number is not None))


def remember(table: QTableView, rows: QaRows, ranges: Runs) -> Before:
    """How it stands; `ranges` are what is selected."""
    first, current = max(0, table.rowAt(0)), table.currentIndex()
    return Before(
        ranges=ranges,
        selected=rows.numbers(ranges),
        place=current.row(),
        column=max(0, current.column()),
        top=rows.number(first) if table.verticalScrollBar().value() else None,
        top_y=table.rowViewportPosition(first),
        is_in_view=current.isValid() and table.viewport().rect().intersects(table.visualRect(current)),
    )


def restore(table: QTableView, rows: QaRows, before: Before, current: int | None) -> None:
    """Put it back as it stood; `current` is the number of the row that was current and selected, if one was.

    If that one has gone, the one that has moved up to the first selected place is the next to look at.
    """
    place = rows.place_of(current) if current is not None else -1
    has_moved = place != table.currentIndex().row() or rows.numbers(before.ranges) != before.selected
    table.setAutoScroll(False)
    if place < 0:
        next_ = min(before.ranges[0][0] if before.ranges else before.place, rows.total - 1)
        if next_ >= 0:
            table.selectionModel().setCurrentIndex(rows.index(next_, before.column), ONLY if before.ranges else _MOVE)
    elif has_moved:
        runs = _runs(rows.places_of(before.selected))
        is_kept = len(runs) <= _MOST_RUNS
        table.selectionModel().setCurrentIndex(rows.index(place, before.column), _MOVE if is_kept else ONLY)
        if is_kept:
            select(table, rows, runs, QItemSelectionModel.SelectionFlag.ClearAndSelect)
    table.setAutoScroll(True)
    top = rows.place_of(before.top) if before.top is not None else -1
    if top >= 0:
        table.updateGeometries()
        bar = table.verticalScrollBar()
        bar.setValue(bar.value() + table.rowViewportPosition(top) - before.top_y)
    if before.is_in_view and table.currentIndex().isValid():
        table.scrollTo(table.currentIndex(), QAbstractItemView.ScrollHint.EnsureVisible)


def select(table: QTableView, rows: QaRows, runs: Runs, how: QItemSelectionModel.SelectionFlag) -> None:
    """Select whole rows."""
    selection = QItemSelection()
    for first, last in runs:
        selection.append(QItemSelectionRange(rows.index(first, 0), rows.index(last, rows.columnCount() - 1)))
    table.selectionModel().select(selection, how | QItemSelectionModel.SelectionFlag.Rows)


def _runs(places: Sequence[int]) -> Runs:
    """Rising places as runs."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and place == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs
