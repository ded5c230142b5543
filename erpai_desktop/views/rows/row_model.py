"""A table of frozen rows as a Qt item model: each column is a few functions of a row."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from erpai_desktop.models.statistics import Interval
from erpai_desktop.views.parts.highlight import BadgeRole, DimRole, IntervalRole
from erpai_desktop.views.parts.wording import plain_tooltip

T = TypeVar("T")
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column. `width` 0 shares what the others leave over; `badge` may answer a kind of Badge, or nothing.

    `bar` may answer a share and its interval, which are drawn as a scale in place of the text.

    Where there is little room columns give way, those with the highest `spare` first, those with 0 never.
    """

    title: str
    text: Callable[[T], str]
    width: int = 0
    badge: Callable[[T], str] | None = None
    tooltip: Callable[[T], str] | None = None
    spare: int = 0
    least: int = 116
    """Pixels below which a column that takes what is left over is of little use."""
    bar: Callable[[T], tuple[float, Interval] | None] | None = None


class RowModel(QAbstractTableModel, Generic[T]):
    """Holds its rows in memory. `key` tells a row from the others, so that a refresh keeps what is selected."""

    def __init__(
        self,
        columns: Sequence[Column[T]],
        key: Callable[[T], Hashable],
        *,
        dim: Callable[[T], bool] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.key = key
        self._dim = dim
        self._rows: tuple[T, ...] = ()

    def show(self, rows: Sequence[T]) -> None:
        """Take new rows; a reset only when other rows than before, or in another order, are there."""
        rows = tuple(rows)
        if [self.key(row) for row in rows] != [self.key(row) for row in self._rows]:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
        elif rows != self._rows:
            self._rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self.columns) - 1))

    def row_at(self, row: int) -> T | None:
        """The row of that number; None when it is not there."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def find(self, key: Hashable) -> int:
        """The number of the row of that key; -1 when it is not there."""
        return next((number for number, row in enumerate(self._rows) if self.key(row) == key), -1)

    # --- Qt's questions -------------------------------------------------------------------------------------------

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """How many rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """How many columns."""
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The column's title."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        return self.columns[section].title if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Text, tooltip and what the delegate paints by."""
        row = self.row_at(index.row()) if index.isValid() else None
        if row is None:
            return None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip((column.tooltip or column.text)(row))
        if role == BadgeRole:
            return column.badge(row) if column.badge is not None else None
        if role == IntervalRole:
            return column.bar(row) if column.bar is not None else None
        if role == DimRole:
            return self._dim(row) if self._dim is not None else False
        return None
