"""The frame of the program's dialogs: a title, content, and buttons at the foot with the next step last."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.layout import column, frame, label, row, stretch


class PlainDialog(QDialog):
    """Put content into `body`, buttons by `add_button`; Escape closes it. Window-modal: use `open()`."""

    def __init__(self, theme: Theme, title: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setWindowTitle(title)
        self.setModal(True)
        self._title = label(title, "title", wrap=True)
        self.body: QVBoxLayout = column()
        self._foot = row(stretch(), margins=(16, 8, 16, 8))
        inner = column(self._title, self.body, gap=12, margins=(16, 14, 16, 14))
        inner.setStretchFactor(self.body, 1)
        foot = frame(self._foot, "foot")
        layout = column(inner, foot, gap=0)
        layout.setStretchFactor(inner, 1)
        self.setLayout(layout)

    def add_button(self, button: QWidget, *, left: bool = False) -> None:
        """Put a button at the foot: at the right end, or at the left for what is seldom wanted."""
        if left:
            self._foot.insertWidget(0, button)
        else:
            self._foot.addWidget(button)
