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
_STRIDE = 4_096
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

    def without(self, places: Sequence[int]) -> Marks:
        """What is known once the rows at these places have gone: those after them have moved up."""
        gone = sorted(places)
        left = Marks()
        left.add(
            [
                Mark(place - bisect_left(gone, place), self._cursors[place])
                for place in self._places
                if place not in places
            ]
        )
        return left

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


@dataclass(frozen=True, slots=True)
class Again:
    """A page read anew, the number of rows there are now, and what is known of their places."""

    stretch: Stretch
    total: int
    marks: Marks


def read_again(session: Any, *, chosen: QaFilter, first: int, marks: Marks, expected: int) -> Again:
    """The page from place `first` on, or the last one there is. The marks hold only if there are `expected` rows."""
    total = qas_reading.count_qas(session, chosen)
    if total != expected:
        marks = Marks()
    first = max(0, min(first, (total - 1) // PAGE * PAGE))
    return Again(read_stretch(session, chosen=chosen, way=way_to(marks, first, PAGE, total)), total, marks)


def find_place(session: Any, *, chosen: QaFilter, qa_id: QaId) -> tuple[int, tuple[Mark, ...]] | None:
    """Where a row stands, and the marks on the way to it; None when it is not among the chosen rows.

    Looked for from both ends at once: what one was just doing is mostly near one of them.
    """
    total = qas_reading.count_qas(session, chosen)
    turned = replace(chosen, descending=not chosen.descending)
    marks: list[Mark] = []
    # For each direction: the filter, the step, the place of the next row, the cursor before it.
    ends: list[tuple[QaFilter, int, int, Cursor | None]] = [(chosen, 1, 0, None), (turned, -1, total - 1, None)]
    left = total
    while left > 0:
        asked, step, place, cursor = ends.pop(0)
        rows = qas_reading.page_of_qas(session, asked, cursor, min(_STRIDE, left)).rows
        if not rows:
            return None
        marks += _marks_of(rows, place, step)
        for at, line in enumerate(rows):
            if line.id == qa_id:
                return place + step * at, tuple(marks)
        left -= len(rows)
        ends.append((asked, step, place + step * len(rows), rows[-1].cursor))
    return None


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
