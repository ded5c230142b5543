"""A short list above what it leads to: as tall as its rows, until a person moves the line between them."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from erpai_desktop.views.rows.row_table import RowTable

_LEAST_ROWS: Final = 2
_MOST_ROWS: Final = 4


class ListOverDetails(QSplitter):
    """More than four rows are scrolled: the room below is worth more than a list of old versions."""

    def __init__(self, table: RowTable, details: QWidget, *, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._table = table
        self._is_moved = False
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self.addWidget(table)
        self.addWidget(details)
        self.setStretchFactor(1, 1)
        table.setMinimumHeight(self._height_of(1))
        table.model().modelReset.connect(self._fit)
        self.splitterMoved.connect(self._on_moved)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another window, the same rows."""
        super().resizeEvent(event)
        self._fit()

    def _on_moved(self) -> None:
        self._is_moved = True

    def _fit(self) -> None:
        if not self._is_moved:
            rows = min(max(_LEAST_ROWS, self._table.model().rowCount()), _MOST_ROWS)
            wanted = self._height_of(rows)
            self.setSizes([wanted, max(1, self.height() - wanted)])

    def _height_of(self, rows: int) -> int:
        titles = self._table.horizontalHeader().sizeHint().height()
        return titles + rows * self._table.verticalHeader().defaultSectionSize() + 2
