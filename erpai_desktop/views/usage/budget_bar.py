"""Paints how much of a budget is spent, what of it is still an estimate, and from where on it warns."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from erpai_desktop.models.snapshots.usage import BudgetLevel, BudgetState
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.look.tokens import ColorName
from erpai_desktop.views.usage.wording import percent

_FILL: dict[BudgetLevel, ColorName] = {
    BudgetLevel.FINE: "accent",
    BudgetLevel.WARNING: "warning",
    BudgetLevel.SPENT: "bad",
}


class BudgetBar(QWidget):
    """A bar whose end is the limit; a mark stands where it begins to warn."""

    def __init__(self, theme: Theme, state: BudgetState, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._state = state
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(
            self.tr("{spent} spent, warns from {share} on").format(
                spent=percent(state.share), share=percent(state.warn_share)
            )
        )
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Thin."""
        return QSize(160, 14)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Track, what is spent, and the mark."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(0, 4, self.width(), 6)
        painter.setBrush(self._theme.color("neutral_soft"))
        painter.drawRoundedRect(track, 3, 3)
        filled = QRectF(track)
        filled.setWidth(min(1.0, self._state.share) * track.width())
        if filled.width() > 0:
            painter.setBrush(self._theme.color(_FILL[self._state.level]))
            painter.drawRoundedRect(filled, 3, 3)
        at = self._state.warn_share * track.width()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setBrush(self._theme.color("dim"))
        painter.drawRect(QRectF(min(at, track.width() - 2), 1, 2, 12))
        painter.end()
