"""A field that searches while one types, a moment after the last key."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from erpai_desktop.views.look.theme import Theme


class SearchField(QLineEdit):
    """Enter searches at once, Escape clears, the down arrow goes on to what was found."""

    searched = Signal(str)
    left_downwards = Signal()

    def __init__(
        self,
        theme: Theme,
        placeholder: str,
        tooltip: str,
        *,
        icon: str = "search",
        delay_ms: int = 150,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setToolTip(tooltip)
        self.setAccessibleName(placeholder)
        self.addAction(QAction(theme.icon(icon), placeholder, self), QLineEdit.ActionPosition.LeadingPosition)
        self._clear = QAction(theme.icon("close"), self.tr("Clear"), self)
        self._clear.triggered.connect(self.clear)
        self.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setVisible(False)
        self._emitted = ""
        self._timer = QTimer(self, singleShot=True, interval=delay_ms)
        self._timer.timeout.connect(self._emit)
        self.textChanged.connect(self._on_text)

    def terms(self) -> list[str]:
        """The words typed, for highlighting."""
        return self.text().split()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, Escape and the down arrow; everything else is typing."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._emit()
        elif key == Qt.Key.Key_Escape and self.text():
            self.clear()
            self._emit()
        elif key == Qt.Key.Key_Down:
            self._emit()
            self.left_downwards.emit()
        else:
            super().keyPressEvent(event)

    def _on_text(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        self._timer.start()

    def _emit(self) -> None:
        self._timer.stop()
        text = self.text().strip()
        if text != self._emitted:
            self._emitted = text
            self.searched.emit(text)
