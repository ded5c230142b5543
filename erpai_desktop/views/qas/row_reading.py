"""Reads the rows at any place of a table by keyset paging: from the nearest place whose cursor is known."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from erpai_desktop.models.ids import QaId
from erpai_desktop.models.snapshots.qas import QaFilter, QaLine
from erpai_desktop.workers.intentions import qas_reading

PAGE = 256
"""Rows that are read and kept together."""
_STRIDE = 8_192
"""Rows passed over in one statement on the way to a place far from every known cursor."""

Cursor = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """The row before place `place` has this cursor, so rows from `place` on come after it."""

    place: int
    cursor: Cursor


@dataclass(slots=True)
class Marks:
    """The places that are known. The two ends need no cursor; `total` is where the far end is."""

    total: int
    _places: list[int] = field(default_factory=list)
    _cursors: dict[int, Cursor] = field(default_factory=dict)

    def add(self, marks: Sequence[Mark]) -> None:
        """Remember more places."""
        for mark in marks:
            if mark.place not in self._cursors:
                self._places.insert(bisect_left(self._places, mark.place), mark.place)
            self._cursors[mark.place] = mark.cursor

    def before(self, place: int) -> Mark | None:
        """The nearest known place at or before this one; None is the start."""
        at = bisect_right(self._places, place)
        return self._mark(self._places[at - 1]) if at else None

    def after(self, place: int) -> Mark | None:
        """The nearest known place at or after this one; None is the end."""
        at = bisect_left(self._places, place)
        return self._mark(self._places[at]) if at < len(self._places) else None

    def _mark(self, place: int) -> Mark:
        return Mark(place, self._cursors[place])


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows from `first` on, and places that were passed on the way to them."""

    first: int
    rows: tuple[QaLine, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """How to come to a stretch: forwards from `start`, or backwards from `end`; a mark of None is that end."""

    first: int
    count: int
    forwards: bool
    mark: Mark | None
    total: int


def way_to(marks: Marks, first: int, count: int) -> Way:
    """The shorter way to rows `first` to `first + count`."""
    count = max(0, min(count, marks.total - first))
    start, end = marks.before(first), marks.after(first + count)
    forwards = first - (start.place if start else 0)
    backwards = (end.place if end else marks.total) - (first + count)
    if forwards <= backwards:
        return Way(first, count, True, start, marks.total)
    return Way(first, count, False, end, marks.total)


def read_stretch(session: Any, *, chosen: QaFilter, way: Way) -> Stretch:
    """Go there; `session` is a reading session, and the whole way is one snapshot."""
    return _forwards(session, chosen, way) if way.forwards else _backwards(session, chosen, way)


def read_count(session: Any, *, chosen: QaFilter) -> int:
    """How many rows there are in all."""
    return qas_reading.count_qas(session, chosen)


def find_place(session: Any, *, chosen: QaFilter, qa_id: QaId) -> tuple[int, tuple[Mark, ...]] | None:
    """Where a row stands, and places passed on the way to it; None when it is not among the chosen rows."""
    marks: list[Mark] = []
    place = 0
    cursor: Cursor | None = None
    while True:
        page = qas_reading.page_of_qas(session, chosen, cursor, _STRIDE)
        for at, row in enumerate(page.rows, start=place):
            if row.id == qa_id:
                return at, tuple(marks)
            if (at + 1) % PAGE == 0:
                marks.append(Mark(at + 1, row.cursor))
        if not page.more:
            return None
        place += len(page.rows)
        cursor = page.rows[-1].cursor


def read_ids(session: Any, *, chosen: QaFilter, ranges: Sequence[tuple[int, int]]) -> tuple[QaId, ...]:
    """The ids of rows by place, each range from its first to its last place."""
    wanted = sorted(ranges)
    found: list[QaId] = []
    place = 0
    cursor: Cursor | None = None
    while wanted:
        page = qas_reading.page_of_qas(session, chosen, cursor, _STRIDE)
        end = place + len(page.rows)
        for first, last in wanted:
            found += [row.id for row in page.rows[max(0, first - place) : max(0, last + 1 - place)]]
        wanted = [(first, last) for first, last in wanted if last >= end]
        if not page.more:
            break
        place, cursor = end, page.rows[-1].cursor
    return tuple(found)


def _forwards(session: Any, chosen: QaFilter, way: Way) -> Stretch:
    place = way.mark.place if way.mark else 0
    cursor = way.mark.cursor if way.mark else None
    marks: list[Mark] = []
    while place < way.first:
        page = qas_reading.page_of_qas(session, chosen, cursor, min(_STRIDE, way.first - place))
        if not page.rows:
            return Stretch(way.first, (), tuple(marks))
        for at, row in enumerate(page.rows, start=place + 1):
            if at % PAGE == 0:
                marks.append(Mark(at, row.cursor))
        place += len(page.rows)
        cursor = page.rows[-1].cursor
    rows = qas_reading.page_of_qas(session, chosen, cursor, way.count).rows
    return Stretch(way.first, rows, (*marks, *_marks_of(way.first, rows)))


def _backwards(session: Any, chosen: QaFilter, way: Way) -> Stretch:
    turned = replace(chosen, descending=not chosen.descending)
    end = way.mark.place if way.mark else way.total
    # The row after `end` is not known, only the one before it: it is read together with the others.
    rows: list[QaLine] = []
    marks: list[Mark] = []
    cursor: Cursor | None = None
    if way.mark is not None:
        # "After" a cursor leaves its own row out, which is the last row wanted or passed.
        cursor = way.mark.cursor
        end -= 1
    place = end
    while place > way.first:
        page = qas_reading.page_of_qas(session, turned, cursor, min(_STRIDE, place - way.first))
        if not page.rows:
            break
        for at, row in zip(range(place, place - len(page.rows), -1), page.rows, strict=True):
            if at % PAGE == 0:
                marks.append(Mark(at, row.cursor))
        rows = [row for row in page.rows if True][: len(page.rows)]
        place -= len(page.rows)
        cursor = page.rows[-1].cursor
    kept = tuple(reversed(rows))[: way.count]
    return Stretch(way.first, kept, tuple(marks))


def _marks_of(first: int, rows: Sequence[QaLine]) -> list[Mark]:
    return [Mark(first + at, row.cursor) for at, row in enumerate(rows, start=1) if (first + at) % PAGE == 0]


def ids_of(rows: Sequence[QaLine]) -> frozenset[UUID]:
    """The ids of rows."""
    return frozenset(row.id for row in rows)
