"""Rows of which only those looked at are read: any number of them scrolls like a hundred."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Signal

from erpai_desktop.views.rows.pages import PAGE, Pages
from erpai_desktop.views.rows.row_model import Column, RowModel
from erpai_desktop.workers.outcome import Outcome

T = TypeVar("T")
_Index = QModelIndex | QPersistentModelIndex

Read = Callable[[int, int], Outcome[tuple[Sequence[T], int]]]
"""(offset, limit) -> the rows there, and how many there are in all."""


class PagedRows(RowModel[T]):
    """A row whose page is not there yet is blank until it comes.

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
        self._total = 0
        self._is_fresh = False
        self._pages: Pages[T] = Pages(
            lambda number: read(number * page, page), lambda number, found: self._take(number, *found),
            size=page, parent=self,
        )  # fmt: skip

    def restart(self) -> None:
        """Read from the start, e.g. for another search; what is shown stays until the first page has come."""
        self._is_fresh = True
        self._pages.begin(0)

    def clear(self) -> None:
        """Show nothing."""
        self.beginResetModel()
        self._pages.clear()
        self._total = 0
        self.endResetModel()

    def row_at(self, row: int) -> T | None:
        """The row if its page is there, else None; its page is then read."""
        return self._pages.row(row) if 0 <= row < self._total else None

    def find(self, key: Hashable) -> int:
        """The number of a row that has been read; -1 when it has not."""
        return self._pages.find(lambda row: self.key(row) == key)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """How many rows there are in all, read or not."""
        return 0 if parent.isValid() else self._total

    def _take(self, number: int, rows: Sequence[Any], total: int) -> None:
        is_first, self._is_fresh = self._is_fresh, False
        if is_first or total != self._total:
            # Other rows than before, or knowledge has changed between two pages: what was read is old.
            self.beginResetModel()
            self._pages.clear()
            self._pages.put(number, rows)
            self._total = total
            self.endResetModel()
        else:
            self._pages.put(number, rows)
            if rows:
                first = number * self._pages.size
                self.dataChanged.emit(self.index(first, 0), self.index(first + len(rows) - 1, len(self.columns) - 1))
        if is_first:
            self.loaded.emit(total)
