"""A small rounded button below an answer: a source, a nearest question, something to do."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from erpai_desktop.views.look.theme import Theme

_HEIGHT = 20
_WIDEST = 260


class Chip(QAbstractButton):
    """One line, shortened to the room there is; the tooltip has the whole text."""

    def __init__(self, theme: Theme, text: str, tooltip: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setText(" ".join(text.split()))
        self.setToolTip(tooltip)
        self.setAccessibleName(self.text())
        self.setAccessibleDescription(tooltip)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As wide as the text, up to a limit."""
        width = QFontMetrics(self._theme.font("note")).horizontalAdvance(self.text()) + 18
        return QSize(min(width, _WIDEST), _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A ring, and the text in the accent colour."""
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.color("accent" if self.hasFocus() else "line"))
        painter.setBrush(theme.color("accent_soft" if self.underMouse() or self.isDown() else "panel"))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 9.5, 9.5)
        font = theme.font("note")
        painter.setFont(font)
        painter.setPen(theme.color("accent"))
        room = self.rect().adjusted(9, 0, -9, 0)
        shown = QFontMetrics(font).elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), shown)
        painter.end()
