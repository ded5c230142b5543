"""A line at the top of a page that says what just happened and offers what to do about it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.look.tokens import ColorName
from erpai_desktop.views.parts.badge import BadgeKind
from erpai_desktop.views.parts.buttons import IconButton, QuietButton
from erpai_desktop.views.parts.icon_label import IconLabel
from erpai_desktop.views.parts.layout import label, restyle, row
from erpai_desktop.views.parts.wording import plain_tooltip

ICON: dict[BadgeKind, tuple[str, ColorName]] = {
    "plain": ("info", "dim"),
    "accent": ("info", "accent"),
    "good": ("good", "good"),
    "warning": ("warning", "warning"),
    "bad": ("bad", "bad"),
}
"""What stands before good and bad news: an icon's meaning and its colour."""
_KEPT = 5
_LONGEST = 280
"""Characters of a notice, some three lines; the rest is in its tooltip."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What to say. `callback` runs when `action` is pressed; without `seconds` the notice stays until dismissed."""

    text: str
    kind: BadgeKind = "accent"
    action: str = ""
    callback: Callable[[], object] | None = None
    seconds: float | None = None
    about: UUID | None = None
    """The action of the history that `callback` takes back."""


class NoticeBar(QFrame):
    """Shows the newest notice; dismissing it brings back the one before, so that no undo is lost."""

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notices: list[Notice] = []
        self._icon = IconLabel(theme, "info")
        self._text = label("", wrap=True)
        self._action = QuietButton(theme, "", self.tr("Do what the button says"))
        self._action.clicked.connect(self._act)
        self._close = IconButton(theme, "close", self.tr("Dismiss"), self.tr("Dismiss this notice (Esc)"))
        self._close.clicked.connect(self.dismiss)
        layout = row(self._icon, self._text, self._action, self._close, margins=(14, 3, 8, 3))
        layout.setStretchFactor(self._text, 1)
        self.setLayout(layout)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.dismiss)
        self.setMinimumHeight(36)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.hide()

    @property
    def current(self) -> Notice | None:
        """The notice on show."""
        return self._notices[-1] if self._notices else None

    def show_notice(self, notice: Notice) -> None:
        """Say it now; the notice before it waits below."""
        self._notices = [*self._notices[1 - _KEPT :], notice]
        self._show()

    def dismiss(self) -> None:
        """Put the notice on show away."""
        if self._notices:
            self._notices.pop()
        self._show()

    def withdraw(self, about: UUID) -> None:
        """Put away what was said about an action that has been taken back: its Undo would come too late."""
        kept = [notice for notice in self._notices if notice.about != about]
        if len(kept) != len(self._notices):
            self._notices = kept
            self._show()

    def leave_behind(self) -> None:
        """The workspace closes: keep only what went wrong, without its button, for that needs the workspace."""
        self._notices = [
            dataclasses.replace(notice, action="", callback=None) for notice in self._notices if notice.kind == "bad"
        ]
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape dismisses."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def _act(self) -> None:
        notice = self.current
        self.dismiss()
        if notice is not None and notice.callback is not None:
            notice.callback()

    def _show(self) -> None:
        self._timer.stop()
        notice = self.current
        if notice is None:
            self.hide()
            return
        self._icon.set_icon(*ICON[notice.kind])
        words = " ".join(notice.text.split())
        self._text.setText(words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…")
        self._text.setToolTip(plain_tooltip(notice.text) if len(words) > _LONGEST else "")
        self.setAccessibleName(notice.text)
        self._action.setText(notice.action)
        self._action.set_tooltip(notice.action)
        self._action.setVisible(bool(notice.action))
        self.setProperty("kind", notice.kind)
        restyle(self)
        if notice.seconds is not None:
            self._timer.start(round(notice.seconds * 1000))
        self.show()
