"""What an empty page shows: what it is for, and the first step."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import PrimaryButton
from erpai_desktop.views.parts.icon_label import IconLabel
from erpai_desktop.views.parts.layout import column, label, row, stretch


class EmptyState(QWidget):
    """An icon, a title, a sentence and, where there is one, a button for the first step."""

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
        self._picture = IconLabel(theme, icon, "faint", side=32)
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
        middle = QWidget()
        middle.setMaximumWidth(420)
        middle.setLayout(inner)
        across = row(stretch(), middle, stretch())
        across.setStretchFactor(middle, 100)
        self.setLayout(column(stretch(2), across, stretch(3), margins=(16, 16, 16, 16)))

    def set_words(self, title: str, text: str) -> None:
        """Say something else, e.g. that a search found nothing."""
        self._title.setText(title)
        self._text.setText(text)
