"""Lines of words with a number at the right, as in "inherited from Company Master  140"."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from erpai_desktop.views.parts.layout import label


class CountRows(QWidget):
    """Nothing is rebuilt when the lines are the same as before."""

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[tuple[str, int], ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(0, 1)

    def set_rows(self, rows: Iterable[tuple[str, int]]) -> None:
        """Show these (words, number) lines."""
        new = tuple(rows)
        if new == self._shown:
            return
        self._shown = new
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for place, (text, count) in enumerate(new):
            number = label(f"{count:,}", "strong" if count else "dim", selectable=True)
            number.setAccessibleName(f"{text}: {count:,}")
            words = label(text, "dim", wrap=True)
            self._grid.addWidget(words, place, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(number, place, 1, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
