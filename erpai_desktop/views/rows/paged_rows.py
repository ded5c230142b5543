"""Rows of which only those looked at are read: any number of them scrolls like a hundred."""

from __future__ import annotations

import enum
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


class _Asked(enum.Enum):
    """What the page that is being read means for the rows that are shown."""

    PAGE = enum.auto()
    START = enum.auto()
    ANEW = enum.auto()


class PagedRows(RowModel[T]):
    """A row whose page is not there yet is blank until it comes.

    `read` must use one key for all pages, so that what a new search supersedes is interrupted.
    """

    loaded = Signal(int)
    """How many rows there are in all, each time they were read from the start or anew."""
    refreshed = Signal()
    """The same rows were read anew: others may stand at the places that are shown."""

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
        self._asked = _Asked.PAGE
        self._pages: Pages[T] = Pages(
            lambda number: read(number * page, page), lambda number, found: self._take(number, *found),
            size=page, parent=self,
        )  # fmt: skip

    def restart(self) -> None:
        """Read from the start, e.g. for another search; what is shown stays until the first page has come."""
        self._asked = _Asked.START
        self._pages.begin(0)

    def refresh(self) -> None:
        """Read the same rows anew after a change, beginning with those that were looked at last."""
        if self._total == 0 or self._asked is _Asked.START:
            self.restart()
        else:
            self._asked = _Asked.ANEW
            self._pages.begin(self._pages.latest)

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
        asked, size = self._asked, self._pages.size
        if asked is not _Asked.START and total and not rows:
            # So many have gone that there is no such page any more.
            self._asked = _Asked.ANEW
            self._pages.begin((total - 1) // size)
            return
        self._asked = _Asked.PAGE
        if asked is _Asked.START:
            self.beginResetModel()
            self._pages.clear()
            self._pages.put(number, rows)
            self._total = total
            self.endResetModel()
        elif asked is _Asked.ANEW or total != self._total:
            # Also when rows have come or gone between two pages: what was read is old.
            self._pages.clear()
            self._pages.put(number, rows)
            self._set_total(total)
            self._tell(0, total)
            self.refreshed.emit()
        else:
            self._pages.put(number, rows)
            self._tell(number * size, len(rows))
        if asked is not _Asked.PAGE:
            self.loaded.emit(total)

    def _set_total(self, total: int) -> None:
        if total > self._total:
            self.beginInsertRows(QModelIndex(), self._total, total - 1)
            self._total = total
            self.endInsertRows()
        elif total < self._total:
            self.beginRemoveRows(QModelIndex(), total, self._total - 1)
            self._total = total
            self.endRemoveRows()

    def _tell(self, first: int, count: int) -> None:
        if count:
            self.dataChanged.emit(self.index(first, 0), self.index(first + count - 1, len(self.columns) - 1))
