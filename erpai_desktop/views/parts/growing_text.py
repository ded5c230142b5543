"""A field of plain text that is as tall as what stands in it, up to a limit."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

_FRAME = 14
"""Pixels of border, padding and document margin, above and below together."""


class GrowingText(QPlainTextEdit):
    """Between `least` and `most` lines tall, wrapped ones counted; beyond that it scrolls."""

    def __init__(self, *, least: int = 2, most: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._least = least
        self._most = most
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._fit())
        self._fit()

    def sizeHint(self) -> QSize:
        """The height it has now."""
        return QSize(120, self._wanted())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap anew and fit."""
        super().resizeEvent(event)
        self._fit()

    def _wanted(self) -> int:
        # A plain text document counts its height in lines.
        lines = max(self._least, min(self._most, round(self.document().size().height())))
        return lines * self.fontMetrics().lineSpacing() + _FRAME

    def _fit(self) -> None:
        height = self._wanted()
        scrolls = round(self.document().size().height()) > self._most
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if scrolls else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if self.verticalScrollBarPolicy() != policy:
            self.setVerticalScrollBarPolicy(policy)
        if height != self.maximumHeight() or height != self.minimumHeight():
            self.setFixedHeight(height)
