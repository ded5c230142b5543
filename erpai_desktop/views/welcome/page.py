"""Shown while no workspace is open: begin one's own, open one, or look at the sample company."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import PrimaryButton, QuietButton
from erpai_desktop.views.parts.layout import column, label, row, stretch


class WelcomePage(QWidget):
    """`show_state` says what is being opened, or why it could not be."""

    new_requested = Signal()
    open_requested = Signal()
    sample_requested = Signal()

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = label(self.tr("What should your company's AI know?"), "title")
        purpose = label(
            self.tr(
                "Curate it once, in a tree of models. Compile it into versions that answer with their source, "
                "can be checked and compared, and belong to you. No key and no network needed."
            ),
            "dim",
            wrap=True,
        )
        purpose.setMaximumWidth(460)
        self._state = label("", "dim", wrap=True)
        self._state.setMaximumWidth(460)
        new = PrimaryButton(
            theme, self.tr("New workspace…"), self.tr("Begin with an empty workspace of your own"), icon="add"
        )
        open_ = QuietButton(theme, self.tr("Open…"), self.tr("Open a workspace file"), icon="open")
        sample = QuietButton(
            theme,
            self.tr("Look at the sample company"),
            self.tr("A copy of your own: change what you like"),
            icon="master",
        )
        new.clicked.connect(self.new_requested)
        open_.clicked.connect(self.open_requested)
        sample.clicked.connect(self.sample_requested)
        self._buttons = (new, open_, sample)
        inner = column(title, purpose, 4, row(new, open_, sample, stretch()), self._state, gap=10)
        layout = column(stretch(2), row(stretch(), inner, stretch()), stretch(3))
        self.setLayout(layout)

    def show_state(self, text: str, *, busy: bool, bad: bool = False) -> None:
        """Say what is going on; while busy nothing else can be begun."""
        self._state.setText(text)
        self._state.setProperty("role", "bad" if bad else "dim")
        self._state.style().unpolish(self._state)
        self._state.style().polish(self._state)
        for button in self._buttons:
            button.disabled_because(self.tr("A workspace is being opened") if busy else "")
        if not busy:
            self._buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)
