"""Rows of a name, its value and where the value comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from erpai_desktop.views.parts.badge import Badge, BadgeKind
from erpai_desktop.views.parts.layout import label
from erpai_desktop.views.parts.wording import plain_tooltip

_SHORT = 48
_NEVER_WRAPPED = 24


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
        place = 0
        for entry in new:
            place = self._add(entry, place)

    def _add(self, entry: KeyValue, place: int) -> int:
        """Add one entry from grid row `place` on; returns the next free grid row."""
        is_long = len(entry.value) > _SHORT
        key = label(entry.key, "dim")
        value = label(entry.value, "" if is_long else "strong", wrap=len(entry.value) > _NEVER_WRAPPED, selectable=True)
        value.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        value.setAccessibleName(f"{entry.key}: {entry.value}")
        for widget in (key, value):
            widget.setToolTip(plain_tooltip(entry.tooltip))
        self._grid.addWidget(key, place, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(value, place, 1, 1, 2 if is_long or not entry.note else 1)
        if not entry.note:
            return place + 1
        badge = Badge(entry.note, entry.kind, tooltip=entry.tooltip)
        if is_long:
            # A long value takes the whole width; its note stands below.
            self._grid.addWidget(badge, place + 1, 1, 1, 2, Qt.AlignmentFlag.AlignLeft)
            return place + 2
        self._grid.addWidget(badge, place, 2, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        return place + 1
