"""Reads a table of Q&As anew after a change: the order of all rows, and those rows that are in view.

The function that takes a `session` is a query for the runner: it is one snapshot.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from erpai_desktop.models.snapshots.qas import QaFilter, QaLine
from erpai_desktop.views.rows.pages import PAGE
from erpai_desktop.workers.intentions import qas_reading


@dataclass(frozen=True, slots=True)
class InView:
    """What a person looks at: the first and the last place, and the numbers of rows to keep in view if they move."""

    first: int = 0
    last: int = 0
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Anew:
    """The numbers of all rows in their order, and the pages that are in view, by page number."""

    numbers: array[int]
    pages: Mapping[int, Sequence[QaLine | None]]


def read_anew(session: Any, *, chosen: QaFilter, in_view: InView) -> Anew:
    """The rows that were in view are read where they stand now; where they are gone, what stands in their place."""
    numbers = qas_reading.numbers_of_qas(session, chosen)
    length = in_view.last - in_view.first
    firsts = [in_view.first] + [place for row in in_view.rows if (place := place_of(numbers, row)) >= 0]
    wanted = {place // PAGE for first in firsts for place in (first, first + length)}
    last = max(0, len(numbers) - 1) // PAGE
    pages = {min(page, last) for page in wanted}
    return Anew(
        numbers,
        {page: qas_reading.qas_by_number(session, numbers[page * PAGE : (page + 1) * PAGE]) for page in pages},
    )


def place_of(numbers: array[int], number: int) -> int:
    """Where a row stands; -1 when it is not among them."""
    try:
        return numbers.index(number)
    except ValueError:
        return -1
