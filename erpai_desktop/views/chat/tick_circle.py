"""The circle beside a message that ticks it for Train AI."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.look.tokens import ColorName

_SIDE: Final = 26
_ICON: Final = 16


class TickCircle(QCheckBox):
    """A check box to the keyboard and to screen readers, painted as a circle."""

    def __init__(self, theme: Theme, label: str, tooltip: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tooltip = tooltip
        self.setAccessibleName(label)
        self.setToolTip(tooltip)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def disabled_because(self, reason: str) -> None:
        """Disable it and say why; an empty reason enables it again."""
        self.setEnabled(not reason)
        self.setToolTip(f"{self._tooltip}\n{reason}" if reason else self._tooltip)
        self.setAccessibleDescription(reason)

    def sizeHint(self) -> QSize:
        """Room around the circle, so that it is easy to hit."""
        return QSize(_SIDE, _SIDE)

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def hitButton(self, position: QPoint) -> bool:
        """Anywhere in its square."""
        return self.rect().contains(position)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The circle, full when ticked; a ring around it while it has the keyboard."""
        painter = QPainter(self)
        square = QRect(0, 0, _ICON, _ICON)
        square.moveCenter(self.rect().center())
        icons = self._theme.icons
        if self.isChecked():
            icons.paint(painter, square, "ticked", "accent")
        else:
            lively = self.isEnabled() and (self.underMouse() or self.hasFocus())
            tone: ColorName = "accent" if lively else "faint" if self.isEnabled() else "line"
            icons.paint(painter, square, "unticked", tone)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.color("accent"), 1.5))
            painter.drawEllipse(square.toRectF().adjusted(-3, -3, 3, 3))
        painter.end()
