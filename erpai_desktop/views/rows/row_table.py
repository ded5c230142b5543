"""A table in the program's look over a RowModel: one line a row, Enter or a double click opens it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.highlight import HighlightDelegate
from erpai_desktop.views.rows.paged_rows import PagedRows
from erpai_desktop.views.rows.row_model import RowModel


class RowTable(QTableView):
    """The selected row stays selected when the model is read again; else the first one becomes it."""

    opened = Signal(object)
    """The row that was opened."""
    picked = Signal(object)
    """The row that became the current one or was read again, or None."""

    def __init__(
        self, theme: Theme, model: RowModel[Any], name: str, tooltip: str, *, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._rows = model
        self._key: Hashable = None
        self._delegate = HighlightDelegate(theme, parent=self)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(name)
        self.setToolTip(tooltip)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        lines = self.verticalHeader()
        lines.hide()
        lines.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        lines.setDefaultSectionSize(theme.metrics.table_row)
        titles = self.horizontalHeader()
        titles.setHighlightSections(False)
        titles.setSectionsClickable(False)
        titles.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        titles.setMinimumSectionSize(40)
        for place, column in enumerate(model.columns):
            if column.width:
                titles.setSectionResizeMode(place, QHeaderView.ResizeMode.Interactive)
                self.setColumnWidth(place, column.width)
            else:
                titles.setSectionResizeMode(place, QHeaderView.ResizeMode.Stretch)
        self.activated.connect(self._open)
        self.selectionModel().currentRowChanged.connect(lambda current, _before: self._pick(current))
        model.modelReset.connect(self._restore)
        model.dataChanged.connect(self._on_data)
        if isinstance(model, PagedRows):
            model.refreshed.connect(self._follow)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hide columns that there is no room for."""
        columns = list(enumerate(self._rows.columns))
        needed = sum(column.width or column.least for _place, column in columns)
        for place, column in sorted(columns, key=lambda entry: -entry[1].spare):
            fits = not column.spare or needed <= self.viewport().width()
            if not fits:
                needed -= column.width or column.least
            if self.isColumnHidden(place) == fits:
                self.setColumnHidden(place, not fits)
        super().resizeEvent(event)

    @property
    def current(self) -> Any:
        """The row that is selected, or None."""
        return self._rows.row_at(self.currentIndex().row())

    def pick(self, key: Hashable) -> bool:
        """Select the row of that key; False when it is not there."""
        self._key = key
        number = self._rows.find(key)
        if number >= 0:
            self._go_to(number)
        return number >= 0

    def set_terms(self, terms: Sequence[str]) -> None:
        """Mark these words."""
        self._delegate.set_terms(terms)
        self.viewport().update()

    def _pick(self, index: QModelIndex) -> None:
        row = self._rows.row_at(index.row())
        if row is not None:
            self._key = self._rows.key(row)
        self.picked.emit(row)

    def _go_to(self, number: int) -> None:
        # Not setCurrentIndex: where several rows can be chosen, that one looks at which keys are held down.
        command = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(self._rows.index(number, 0), command)

    def _restore(self) -> None:
        number = max(0, self._rows.find(self._key)) if self._key is not None else 0
        if self._rows.rowCount():
            self._go_to(number)
        else:
            self.picked.emit(None)

    def _follow(self) -> None:
        """Rows were read anew where they stand: the selected one is followed, and stays where it was on the screen."""
        number, bar = self._rows.find(self._key), self.verticalScrollBar()
        moved, at = number - self.currentIndex().row(), bar.value()
        if number >= 0 and moved:
            self.setAutoScroll(False)
            self._go_to(number)
            self.setAutoScroll(True)
            if at:
                self.updateGeometries()
                bar.setValue(at + moved * self.rowHeight(number))

    def _on_data(self, first: QModelIndex, last: QModelIndex) -> None:
        current = self.currentIndex()
        row = self._rows.row_at(current.row())
        # Another row than the selected one is at its place only until it is followed.
        if row is not None and first.row() <= current.row() <= last.row() and not self._is_elsewhere(row):
            self._pick(current)

    def _is_elsewhere(self, row: Any) -> bool:
        return self._key != self._rows.key(row) and self._rows.find(self._key) >= 0

    def _open(self, index: QModelIndex) -> None:
        row = self._rows.row_at(index.row())
        if row is not None:
            self.opened.emit(row)
