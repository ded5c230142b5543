"""Rows of which only those looked at are read: any number of them scrolls like a hundred."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QTimer, Signal

from erpai_desktop.views.rows.row_model import Column, RowModel
from erpai_desktop.workers.outcome import Outcome

T = TypeVar("T")
_Index = QModelIndex | QPersistentModelIndex

PAGE = 256
"""Rows read at once, unless the page says otherwise."""
_KEPT_ROWS = 16_384
_MOST_WANTED = 3
"""Pages waiting to be read; of a fast scroll only the last ones are still looked at."""

Read = Callable[[int, int], Outcome[tuple[Sequence[T], int]]]
"""(offset, limit) -> the rows there, and how many there are in all."""


class PagedRows(RowModel[T]):
    """One page is read at a time; a row whose page is not there yet is blank until it comes.

    `read` must use one key for all pages, so that what a new search supersedes is interrupted.
    """

    loaded = Signal(int)
    """How many rows there are in all, each time the first page has come."""

    def __init__(
        self,
        columns: Sequence[Column[T]],
        key: Callable[[T], Hashable],
        read: Read[T],
        *,
        dim: Callable[[T], bool] | None = None,
        page: int = PAGE,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(columns, key, dim=dim, parent=parent)
        self._page = page
        self._read = read
        self._pages: OrderedDict[int, Sequence[T]] = OrderedDict()
        self._total = 0
        self._reading: int | None = None
        self._wanted: list[int] = []
        self._next = QTimer(self, singleShot=True, interval=0)
        self._next.timeout.connect(self._read_next)

    def restart(self) -> None:
        """Read from the start, e.g. for another search; what is shown stays until the first page has come."""
        self._wanted = []
        self._start(0, fresh=True)

    def clear(self) -> None:
        """Show nothing."""
        self.beginResetModel()
        self._pages.clear()
        self._wanted = []
        self._total = 0
        self.endResetModel()

    def row_at(self, row: int) -> T | None:
        """The row if its page is there, else None; its page is then read."""
        if not 0 <= row < self._total:
            return None
        number, place = divmod(row, self._page)
        page = self._pages.get(number)
        if page is None:
            self._want(number)
            return None
        return page[place] if place < len(page) else None

    def find(self, key: Hashable) -> int:
        """The number of a row that has been read; -1 when it has not."""
        for number, page in self._pages.items():
            for place, row in enumerate(page):
                if self.key(row) == key:
                    return number * self._page + place
        return -1

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """How many rows there are in all, read or not."""
        return 0 if parent.isValid() else self._total

    def _want(self, number: int) -> None:
        if number == self._reading:
            return
        if number in self._wanted:
            self._wanted.remove(number)
        self._wanted = [*self._wanted, number][-_MOST_WANTED:]
        if self._reading is None and not self._next.isActive():
            self._next.start()

    def _read_next(self) -> None:
        while self._wanted and self._reading is None:
            number = self._wanted.pop()
            if number not in self._pages:
                self._start(number, fresh=False)

    def _start(self, number: int, *, fresh: bool) -> None:
        self._reading = number
        outcome: Outcome[Any] = self._read(number * self._page, self._page)
        outcome.then(lambda result: self._take(number, fresh, *result), owner=self)
        outcome.otherwise(self._give_up)

    def _take(self, number: int, fresh: bool, rows: Sequence[T], total: int) -> None:
        self._reading = None
        if fresh or total != self._total:
            # Other rows than before, or knowledge has changed between two pages: what was read is old.
            self.beginResetModel()
            self._pages.clear()
            self._pages[number] = rows
            self._total = total
            self.endResetModel()
        else:
            self._pages[number] = rows
            while len(self._pages) > max(2, _KEPT_ROWS // self._page):
                self._pages.popitem(last=False)
            if rows:
                first = number * self._page
                self.dataChanged.emit(self.index(first, 0), self.index(first + len(rows) - 1, len(self.columns) - 1))
        if fresh:
            self.loaded.emit(total)
        self._read_next()

    def _give_up(self, _error: Exception) -> bool:
        self._reading = None
        self._wanted = []
        return False
