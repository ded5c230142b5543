"""Small things to press inside a message: a rounded chip of one line, and a question that may take two."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.wording import plain_tooltip

_HEIGHT: Final = 20
_WIDEST: Final = 340
_NARROWEST: Final = 120
_PADDING: Final = 9


class _Pressable(QAbstractButton):
    """Painted by itself, lighter than a styled button; Enter presses it as Space does."""

    def __init__(self, theme: Theme, text: str, tooltip: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        # Qt takes a single "&" for a mnemonic, and these texts come from anywhere.
        self._words = " ".join(text.split())
        self.setText(self._words.replace("&", "&&"))
        self.setToolTip(plain_tooltip(tooltip))
        self.setAccessibleName(self._words)
        self.setAccessibleDescription(tooltip)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


class Chip(_Pressable):
    """One line, shortened to the room there is; the tooltip has the whole text."""

    def __init__(self, theme: Theme, text: str, tooltip: str, *, parent: QWidget | None = None) -> None:
        super().__init__(theme, text, tooltip, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As wide as the text, up to a limit."""
        width = QFontMetrics(self._theme.font("note")).horizontalAdvance(self._words) + 2 * _PADDING
        return QSize(min(width, _WIDEST), _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Room for a few words."""
        return QSize(min(self.sizeHint().width(), _NARROWEST), _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A ring, and the text in the accent colour."""
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.color("accent" if self.hasFocus() else "line"))
        painter.setBrush(theme.color("accent_soft" if self.underMouse() or self.isDown() else "panel"))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 9.5, 9.5)
        font = theme.font("note")
        painter.setFont(font)
        painter.setPen(theme.color("accent" if self.isEnabled() else "faint"))
        room = self.rect().adjusted(_PADDING, 0, 1 - _PADDING, 0)
        shown = QFontMetrics(font).elidedText(self._words, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), shown)
        painter.end()


class QuestionLink(_Pressable):
    """A known question to ask instead, wrapped to two lines at most."""

    _ICON: Final = 14
    _GAP: Final = 6
    _LINES: Final = 2

    def __init__(self, theme: Theme, text: str, tooltip: str, *, parent: QWidget | None = None) -> None:
        super().__init__(theme, text, tooltip, parent=parent)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def sizeHint(self) -> QSize:
        """Whatever width there is."""
        return QSize(160, self.heightForWidth(160))

    def minimumSizeHint(self) -> QSize:
        """One line."""
        return QSize(60, self._line_height() + 4)

    def hasHeightForWidth(self) -> bool:
        """Narrower means taller."""
        return True

    def heightForWidth(self, width: int) -> int:
        """One line or two."""
        return self._line_height() * len(self._lines(width)) + 4

    def paintEvent(self, event: QPaintEvent) -> None:
        """An icon, and the question in the accent colour; a ring while it has the keyboard."""
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus() or self.underMouse():
            painter.setPen(theme.color("accent" if self.hasFocus() else "accent_soft"))
            painter.setBrush(theme.color("accent_soft"))
            painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        height = self._line_height()
        theme.icons.paint(painter, QRect(2, 2 + (height - self._ICON) // 2, self._ICON, self._ICON), "ask", "accent")
        painter.setFont(theme.font("text"))
        painter.setPen(theme.color("accent"))
        left = 2 + self._ICON + self._GAP
        for place, line in enumerate(self._lines(self.width())):
            room = QRect(left, 2 + place * height, self.width() - left, height)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), line)
        painter.end()

    def _line_height(self) -> int:
        return QFontMetrics(self._theme.font("text")).height() + 1

    def _lines(self, width: int) -> list[str]:
        metrics = QFontMetrics(self._theme.font("text"))
        room = max(40, width - self._ICON - self._GAP - 4)
        if metrics.horizontalAdvance(self._words) <= room:
            return [self._words]
        first = ""
        for word in self._words.split(" "):
            longer = f"{first} {word}".strip()
            if metrics.horizontalAdvance(longer) > room:
                break
            first = longer
        if not first:
            return [metrics.elidedText(self._words, Qt.TextElideMode.ElideRight, room)]
        rest = self._words[len(first) :].strip()
        return [first, metrics.elidedText(rest, Qt.TextElideMode.ElideRight, room)]
