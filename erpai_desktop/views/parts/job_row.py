"""One job: what it is, how far it is, and the one thing to do about it."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.look.tokens import ColorName
from erpai_desktop.views.parts.buttons import QuietButton
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.icon_label import IconLabel
from erpai_desktop.views.parts.layout import restyle, row

JobState = Literal["queued", "running", "done", "doubtful", "failed", "cancelled"]
"""Doubtful is what ended in order and still leaves something to decide."""

_ICON: dict[JobState, tuple[str, ColorName]] = {
    "queued": ("queued", "dim"),
    "running": ("job", "text"),
    "done": ("good", "good"),
    "doubtful": ("warning", "warning"),
    "failed": ("bad", "bad"),
    "cancelled": ("cancel", "dim"),
}


_BUTTON = 72


class ProgressRow(QWidget):
    """The bar moves only when something was done: `set_progress` with a total of 0 leaves it empty."""

    cancel_requested = Signal()
    open_requested = Signal()

    def __init__(self, theme: Theme, title: str, *, icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._own_icon = icon
        self._state: JobState = "queued"
        self._icon = IconLabel(theme, icon or "queued")
        self._title = ElidedLabel(title)
        self._title.setMinimumWidth(120)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setMinimumWidth(60)
        self._bar.setMaximumWidth(138)
        self._bar.setRange(0, 1000)
        self._bar.setAccessibleName(title)
        self._text = ElidedLabel(role="dim")
        self._cancel = QuietButton(theme, self.tr("Cancel"), self.tr("Stop this job; nothing half done is kept"))
        self._open = QuietButton(theme, self.tr("Open"), self.tr("Show what this job made"))
        for button in (self._cancel, self._open):
            button.setProperty("size", "row")
            button.setFixedWidth(_BUTTON)
        self._cancel.clicked.connect(self._on_cancel)
        self._open.clicked.connect(self.open_requested)
        # Bar and text share a place, so that the texts of finished jobs begin where the bars do.
        state_row = row(self._bar, self._text, gap=10)
        state_row.setStretch(0, 2)
        state_row.setStretch(1, 3)
        # The place of the button stays where there is none, so that texts stand below each other.
        deed = QWidget()
        deed.setLayout(row(self._cancel, self._open, gap=0))
        deed.setFixedWidth(_BUTTON)
        layout = row(self._icon, self._title, deed, gap=10, margins=(12, 1, 12, 1))
        layout.insertLayout(2, state_row, 5)
        layout.setStretchFactor(self._title, 3)
        self.setLayout(layout)
        self.setFixedHeight(30)
        self.set_state("queued", self.tr("queued"))

    @property
    def state(self) -> JobState:
        """How the job stands."""
        return self._state

    def set_title(self, title: str) -> None:
        """What the job does, e.g. "Compile Support AI → built-in"."""
        self._title.setText(title)
        self._bar.setAccessibleName(title)

    def set_progress(self, done: int, total: int, text: str) -> None:
        """Move the bar to `done` of `total` steps and say where the job is."""
        self._bar.setValue(min(1000, done * 1000 // total) if total > 0 else 0)
        self._text.setText(text)

    def set_state(self, state: JobState, text: str, *, can_open: bool = False) -> None:
        """Show how the job stands; only a job under way has a bar and can be cancelled."""
        self._state = state
        active = state in ("queued", "running")
        if self._own_icon and active:
            self._icon.set_icon(self._own_icon, "dim" if state == "queued" else "text")
        else:
            self._icon.set_icon(*_ICON[state])
        self._bar.setVisible(active)
        self._cancel.setVisible(active)
        self._cancel.disabled_because("")
        self._open.setVisible(not active and can_open)
        self._title.setProperty("role", "" if active else "dim")
        restyle(self._title)
        self._text.setText(text)

    def _on_cancel(self) -> None:
        self._cancel.disabled_because(self.tr("Already being stopped"))
        self.cancel_requested.emit()
