"""Rows of a name, its value and where the value comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from erpai_desktop.views.parts.badge import Badge, BadgeKind
from erpai_desktop.views.parts.layout import label


@dataclass(frozen=True, slots=True)
class KeyValue:
    """One row; `note` stands after the value in a badge of `kind`, e.g. "inherited from Company Master"."""

    key: str
    value: str
    note: str = ""
    tooltip: str = ""
    kind: BadgeKind = "plain"


class KeyValueRows(QWidget):
    """A table of two columns and a note, whose values can be selected and copied."""

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[KeyValue, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)

    def set_rows(self, rows: Iterable[KeyValue]) -> None:
        """Show these rows; nothing is rebuilt when they are the same as before."""
        new = tuple(rows)
        if new == self._rows:
            return
        self._rows = new
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for index, entry in enumerate(new):
            key = label(entry.key, "dim")
            value = label(entry.value, "strong", wrap=True, selectable=True)
            value.setAccessibleName(f"{entry.key}: {entry.value}")
            for widget in (key, value):
                widget.setToolTip(entry.tooltip)
            self._grid.addWidget(key, index, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, index, 1, Qt.AlignmentFlag.AlignTop)
            if entry.note:
                badge = Badge(entry.note, entry.kind, tooltip=entry.tooltip)
                self._grid.addWidget(badge, index, 2, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
