"""The rail at the left edge: one icon a room of the program, and settings at the foot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge
from erpai_desktop.views.parts.buttons import IconButton
from erpai_desktop.views.parts.layout import column


@dataclass(frozen=True, slots=True)
class RailEntry:
    """A room. `at_foot` puts it at the lower end; one that is not `checkable` only opens something."""

    key: str
    title: str
    icon: str
    tooltip: str
    shortcut: str = ""
    at_foot: bool = False
    checkable: bool = True


RAIL: Final[tuple[RailEntry, ...]] = (
    RailEntry(
        "models", "Models", "models",
        "Models and what they know", "Ctrl+1",
    ),
    RailEntry(
        "review", "Review", "review",
        "What waits for a decision", "Ctrl+2",
    ),
    RailEntry(
        "chats", "Chats", "chats",
        "Your conversations", "Ctrl+3",
    ),
    RailEntry(
        "usage", "Usage", "usage",
        "What was spent, and what may be", "Ctrl+4",
    ),
    RailEntry(
        "providers", "Providers", "providers",
        "Connections to AI services", "Ctrl+5",
    ),
    RailEntry(
        "settings", "Settings", "settings",
        "Settings of this program", "Ctrl+,", at_foot=True, checkable=False,
    ),
)  # fmt: skip
"""The rooms there are now; a new room is one more entry."""


class Rail(QWidget):
    """Up and Down move between rooms; each has a shortcut too."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, entries: Sequence[RailEntry] = RAIL, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Rooms"))
        self.setFixedWidth(theme.metrics.rail - 1)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._buttons: dict[str, IconButton] = {}
        self._marks: dict[str, Badge] = {}
        self._group = QButtonGroup(self)
        layout = column(gap=4, margins=(4, 6, 4, 10))
        for entry in sorted(entries, key=lambda entry: entry.at_foot):
            if entry.at_foot and not any(e.at_foot for e in entries if e.key in self._buttons):
                layout.addStretch()
            title = QCoreApplication.translate("Rail", entry.title)
            tooltip = QCoreApplication.translate("Rail", entry.tooltip)
            button = IconButton(
                theme,
                entry.icon,
                title,
                f"{title}: {tooltip}",
                shortcut=entry.shortcut,
                checkable=entry.checkable,
                size="rail",
            )
            if entry.checkable:
                self._group.addButton(button)
            button.clicked.connect(lambda _checked=False, key=entry.key: self.chosen.emit(key))
            mark = Badge("", "warning", parent=button)
            mark.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            self._buttons[entry.key] = button
            self._marks[entry.key] = mark
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        if not any(entry.at_foot for entry in entries):
            layout.addStretch()
        self.setLayout(layout)
        if self._group.buttons():
            self._group.buttons()[0].setChecked(True)

    def button(self, key: str) -> IconButton:
        """The button of a room. Raises KeyError when it is not shown."""
        return self._buttons[key]

    def choose(self, key: str) -> None:
        """Mark a room as the one on show, without a signal. Raises KeyError when it is not shown."""
        self._buttons[key].setChecked(True)

    def set_count(self, key: str, count: int) -> None:
        """A small number on a room's icon, for what waits there; 0 takes it away."""
        mark = self._marks[key]
        mark.show_text("" if count <= 0 else str(min(count, 99)))
        mark.adjustSize()
        mark.move(self._buttons[key].width() - mark.width(), 0)
        mark.raise_()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down move the focus to the next room."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        buttons = list(self._buttons.values())
        focused = next((place for place, b in enumerate(buttons) if b.hasFocus()), None)
        if step is None or focused is None:
            super().keyPressEvent(event)
        else:
            buttons[(focused + step) % len(buttons)].setFocus(Qt.FocusReason.TabFocusReason)
