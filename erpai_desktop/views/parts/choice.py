"""A drop-down list of options with its purpose in front of the chosen one, as in "Section: any"."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

from erpai_desktop.views.look.theme import Theme

_NARROWEST = 140


class Choice(QComboBox):
    """Chooses one key of several; the wheel does not change it while a page is scrolled past it."""

    chosen = Signal(str)
    """The key that the person chose; setting it from code is silent."""

    def __init__(
        self, theme: Theme, label: str, tooltip: str, *, prefix: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._prefix = prefix
        self.setAccessibleName(label)
        self.setToolTip(tooltip)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.activated.connect(lambda index: self.chosen.emit(self.itemData(index)))

    def set_options(self, options: Sequence[tuple[str, str]]) -> None:
        """Replace the options by (key, text) pairs; the chosen key stays chosen if it is still there."""
        kept = self.current
        self.clear()
        for key, text in options:
            self.addItem(text, key)
        self.choose(kept)

    @property
    def current(self) -> str:
        """The chosen key, empty while there are no options."""
        return str(self.currentData() or "")

    def choose(self, key: str) -> None:
        """Choose a key without a signal; an unknown one chooses the first."""
        self.setCurrentIndex(max(0, self.findData(key)))

    def sizeHint(self) -> QSize:
        """Room for the prefix too."""
        hint = super().sizeHint()
        return QSize(hint.width() + self.fontMetrics().horizontalAdvance(self._prefix), hint.height())

    def minimumSizeHint(self) -> QSize:
        """Long options are shortened, short ones never."""
        hint = self.sizeHint()
        return QSize(min(hint.width(), _NARROWEST), hint.height())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page unless the list was focused on purpose."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw frame and arrow, then prefix and chosen text."""
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        text, option.currentText = self._prefix + option.currentText, ""
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        room = self.rect().adjusted(10, 0, -24, 0)
        shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.setPen(self._theme.color("text" if self.isEnabled() else "faint"))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
