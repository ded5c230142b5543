"""What an empty page shows: what it is for, and the first step."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import PrimaryButton
from erpai_desktop.views.parts.icon_label import IconLabel
from erpai_desktop.views.parts.layout import column, label, row, stretch

_WIDEST = 420
_MARGIN = 16
_GAP = 8
_PICTURE = 32


class EmptyState(QWidget):
    """An icon, a title, a sentence and, where there is one, a button for the first step.

    Where there is not enough room for all of them, the icon goes first, then the sentence (it stays as a tooltip):
    nothing is ever cut through.
    """

    action_requested = Signal()

    def __init__(
        self,
        theme: Theme,
        icon: str,
        title: str,
        text: str,
        *,
        action: str = "",
        tooltip: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._picture = IconLabel(theme, icon, "faint", side=_PICTURE)
        self._title = label(title, "strong", wrap=True)
        self._title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._text = label(text, "dim", wrap=True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.button: PrimaryButton | None = None
        inner = column(row(stretch(), self._picture, stretch()), self._title, self._text)
        if action:
            self.button = PrimaryButton(theme, action, tooltip or action)
            self.button.clicked.connect(self.action_requested)
            inner.addSpacing(4)
            inner.addLayout(row(stretch(), self.button, stretch()))
        self._middle = QWidget()
        self._middle.setMaximumWidth(_WIDEST)
        self._middle.setLayout(inner)
        across = row(stretch(), self._middle, stretch())
        across.setStretchFactor(self._middle, 100)
        self.setLayout(column(stretch(2), across, stretch(3), margins=(_MARGIN, _MARGIN, _MARGIN, _MARGIN)))

    def set_words(self, title: str, text: str) -> None:
        """Say something else, e.g. that a search found nothing."""
        self._title.setText(title)
        self._text.setText(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        width = min(_WIDEST, self.width() - 2 * _MARGIN)
        left = self.height() - 2 * _MARGIN - self._title.heightForWidth(width)
        if self.button is not None:
            left -= self.button.sizeHint().height() + 2 * _GAP
        left -= self._text.heightForWidth(width) + _GAP
        self._text.setVisible(left >= 0)
        self._title.setToolTip("" if left >= 0 else self._text.text())
        self._picture.setVisible(left >= _PICTURE + _GAP)
