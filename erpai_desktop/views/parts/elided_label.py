"""A label that shortens its text with an ellipsis and shows all of it in its tooltip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QWidget

from erpai_desktop.views.parts.layout import LabelRole
from erpai_desktop.views.parts.wording import plain_tooltip


class ElidedLabel(QLabel):
    """One line of text that gives way when there is no room."""

    def __init__(
        self,
        text: str = "",
        *,
        role: LabelRole = "",
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._mode = mode
        self._tooltip = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        if role:
            self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show the first lines of `text` as one."""
        super().setText(" ".join(text.split()))
        self._update_tooltip()

    def set_tooltip(self, tooltip: str) -> None:
        """What to say besides the whole text."""
        self._tooltip = tooltip
        self._update_tooltip()

    def keep_whole(self, most: int = 0) -> None:
        """From now on give way no further than to the present text, or to `most` pixels of it."""
        # Qt's hint is never less than the minimum of the text before.
        self.setMinimumWidth(0)
        whole = self.sizeHint().width() + 2 if self.text() else 0
        self.setMinimumWidth(min(whole, most) if most else whole)

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters and the ellipsis."""
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), 32), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say the whole text in the tooltip once it does not fit."""
        super().resizeEvent(event)
        self._update_tooltip()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text, shortened to the width there is."""
        painter = QPainter(self)
        text = self.fontMetrics().elidedText(self.text(), self._mode, self.contentsRect().width())
        self.style().drawItemText(
            painter,
            self.contentsRect(),
            int(QStyle.visualAlignment(self.layoutDirection(), self.alignment())),
            self.palette(),
            self.isEnabled(),
            text,
            QPalette.ColorRole.WindowText,
        )

    def _update_tooltip(self) -> None:
        fits = self.fontMetrics().horizontalAdvance(self.text()) <= self.contentsRect().width()
        parts = [part for part in ("" if fits else self.text(), self._tooltip) if part]
        self.setToolTip(plain_tooltip("\n".join(parts)))
