"""Reads the rows at any place of a table by keyset paging: on from the nearest row whose cursor is known.

The functions that take a `session` are queries for the runner: each is one snapshot.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from erpai_desktop.models.ids import QaId
from erpai_desktop.models.snapshots.qas import QaFilter, QaLine
from erpai_desktop.workers.intentions import qas_reading

PAGE = 256
"""Rows that are read and kept together."""
_STRIDE = 8_192
"""Rows passed over in one statement on the way to a place far from every known row."""

Cursor = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """The cursor of the row at a place, by which its neighbours on either side can be read."""

    place: int
    cursor: Cursor


class Marks:
    """The rows whose cursors are known, by place: the first and last ones of the pages that were read or passed."""

    def __init__(self) -> None:
        self._places: list[int] = []
        self._cursors: dict[int, Cursor] = {}

    def add(self, marks: Sequence[Mark]) -> None:
        """Remember more of them."""
        for mark in marks:
            if mark.place not in self._cursors:
                self._places.insert(bisect_left(self._places, mark.place), mark.place)
            self._cursors[mark.place] = mark.cursor

    def before(self, place: int) -> Mark | None:
        """The nearest one before a place."""
        at = bisect_left(self._places, place)
        return self._mark(at - 1) if at else None

    def after(self, place: int) -> Mark | None:
        """The nearest one at or after a place."""
        at = bisect_left(self._places, place)
        return self._mark(at) if at < len(self._places) else None

    def _mark(self, at: int) -> Mark:
        place = self._places[at]
        return Mark(place, self._cursors[place])


@dataclass(frozen=True, slots=True)
class Way:
    """How to come to `count` rows from place `first` on: past `skipped` rows from a mark, or from the table's end."""

    first: int
    count: int
    forwards: bool
    mark: Mark | None
    skipped: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows from place `first` on, and the marks that were found on the way."""

    first: int
    rows: tuple[QaLine, ...]
    marks: tuple[Mark, ...]


def way_to(marks: Marks, first: int, count: int, total: int) -> Way:
    """The shorter way to the rows from `first` on: forwards, or backwards from behind them."""
    count = max(0, min(count, total - first))
    left, right = marks.before(first), marks.after(first + count)
    forwards = first - (left.place + 1 if left else 0)
    backwards = (right.place if right else total) - (first + count)
    if forwards <= backwards:
        return Way(first, count, True, left, forwards)
    return Way(first, count, False, right, backwards)


def read_stretch(session: Any, *, chosen: QaFilter, way: Way) -> Stretch:
    """Go that way."""
    asked = chosen if way.forwards else replace(chosen, descending=not chosen.descending)
    step = 1 if way.forwards else -1
    cursor = way.mark.cursor if way.mark else None
    place = way.first - way.skipped if way.forwards else way.first + way.count + way.skipped - 1
    marks: list[Mark] = []
    left = way.skipped
    while left > 0:
        passed = qas_reading.page_of_qas(session, asked, cursor, min(_STRIDE, left)).rows
        if not passed:
            return Stretch(way.first, (), tuple(marks))
        marks += _marks_of(passed, place, step)
        place += step * len(passed)
        left -= len(passed)
        cursor = passed[-1].cursor
    rows = qas_reading.page_of_qas(session, asked, cursor, way.count).rows if way.count else ()
    marks += _marks_of(rows, place, step)
    return Stretch(way.first, rows if way.forwards else rows[::-1], tuple(marks))


def read_again(session: Any, *, chosen: QaFilter, first: int) -> tuple[Stretch, int]:
    """The page from place `first` on, or the last one there is, and how many rows there are now."""
    total = qas_reading.count_qas(session, chosen)
    first = max(0, min(first, (total - 1) // PAGE * PAGE))
    return read_stretch(session, chosen=chosen, way=way_to(Marks(), first, PAGE, total)), total


def find_place(session: Any, *, chosen: QaFilter, qa_id: QaId) -> tuple[int, tuple[Mark, ...]] | None:
    """Where a row stands, and the marks on the way to it; None when it is not among the chosen rows."""
    marks: list[Mark] = []
    place, cursor = 0, None
    while True:
        page = qas_reading.page_of_qas(session, chosen, cursor, _STRIDE)
        for at, line in enumerate(page.rows, start=place):
            if line.id == qa_id:
                return at, tuple(marks)
        if not page.more:
            return None
        marks += _marks_of(page.rows, place, 1)
        place += len(page.rows)
        cursor = page.rows[-1].cursor


def read_ids(session: Any, *, chosen: QaFilter, ranges: Sequence[tuple[int, int]]) -> tuple[QaId, ...]:
    """The ids of rows by place; each range is given by its first and last place."""
    left = sorted(ranges)
    found: list[QaId] = []
    place, cursor = 0, None
    while left:
        page = qas_reading.page_of_qas(session, chosen, cursor, _STRIDE)
        end = place + len(page.rows)
        for first, last in left:
            found += [line.id for line in page.rows[max(0, first - place) : max(0, last + 1 - place)]]
        left = [(first, last) for first, last in left if last >= end]
        if not page.more:
            break
        place, cursor = end, page.rows[-1].cursor
    return tuple(found)


def _marks_of(rows: Sequence[QaLine], place: int, step: int) -> list[Mark]:
    """The marks among rows of which the first is at `place` and the others follow in steps of 1 or -1."""
    return [
        Mark(at, line.cursor)
        for at, line in zip(range(place, place + step * len(rows), step), rows, strict=True)
        if at % PAGE in (0, PAGE - 1)
    ]
