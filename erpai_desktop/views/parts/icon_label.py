"""An icon by itself, beside a label that says what it means."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.look.tokens import ColorName


class IconLabel(QWidget):
    """Paints the icon of a meaning; decorative, so screen readers pass over it."""

    def __init__(
        self,
        theme: Theme,
        icon: str,
        tone: ColorName = "dim",
        *,
        side: int = 16,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = icon
        self._tone: ColorName = tone
        self.setFixedSize(side, side)

    def set_icon(self, icon: str, tone: ColorName | None = None) -> None:
        """Show another icon, perhaps in another tone."""
        self._icon = icon
        self._tone = tone or self._tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        self._theme.icons.paint(painter, self.rect(), self._icon, self._tone)
        painter.end()
