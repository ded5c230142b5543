"""A share on a scale from 0 to 1, with the range in which it may well lie: as a widget, and painted into a table."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from erpai_desktop.models.statistics import Interval
from erpai_desktop.views.look.theme import Theme

_HEIGHT = 14
_MARK = 2


def paint_interval(painter: QPainter, theme: Theme, room: QRect, share: float, interval: Interval) -> None:
    """Draw the scale over all of `room`, the interval as a band and the share as a line across it."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    scale = QRectF(room)
    painter.setBrush(theme.color("neutral_soft"))
    painter.drawRoundedRect(scale, 3, 3)
    # A colour of its own: the theme's are shared.
    band = QColor(theme.color("accent"))
    band.setAlphaF(0.38)
    low, high = scale.left() + interval.low * scale.width(), scale.left() + interval.high * scale.width()
    painter.setBrush(band)
    painter.drawRoundedRect(QRectF(low, scale.top(), max(2.0, high - low), scale.height()), 2, 2)
    place = min(scale.right() - _MARK, max(scale.left(), scale.left() + share * scale.width() - _MARK / 2))
    painter.fillRect(QRectF(round(place), scale.top(), _MARK, scale.height()), theme.color("accent"))
    painter.restore()


class IntervalBar(QWidget):
    """Empty until `show_share` is called; what it shows is said by the accessible name and the tooltip."""

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._share: float | None = None
        self._interval: Interval | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_share(self, share: float | None, interval: Interval | None, words: str) -> None:
        """Show a share, or nothing; `words` say the same."""
        self._share, self._interval = share, interval
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def sizeHint(self) -> QSize:
        """Wide and low."""
        return QSize(160, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Still to be read."""
        return QSize(60, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw scale, band and mark."""
        painter = QPainter(self)
        if self._share is not None and self._interval is not None:
            paint_interval(painter, self._theme, self.rect(), self._share, self._interval)
        painter.end()
