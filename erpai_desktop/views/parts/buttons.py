"""Buttons with a label or an icon; each says what it does, by which key, and why it cannot be pressed."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QPushButton, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.look.tokens import ColorName
from erpai_desktop.views.parts.layout import restyle

WHY_DISABLED = "why_disabled"
"""Dynamic property of a QAction: the reason why it is disabled."""


def tooltip_text(tooltip: str, shortcut: QKeySequence | None = None, reason: str = "") -> str:
    """What a control's tooltip says: what it does, its key, and on a second line why it is disabled."""
    keys = shortcut.toString(QKeySequence.SequenceFormat.NativeText) if shortcut is not None else ""
    first = f"{tooltip} ({keys})" if keys else tooltip
    return f"{first}\n{reason}" if reason else first


class _Button(QPushButton):
    def __init__(
        self,
        theme: Theme,
        label: str,
        tooltip: str,
        *,
        icon: str,
        tone: ColorName,
        on: ColorName | None = None,
        shortcut: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._tooltip = tooltip
        self._action: QAction | None = None
        self.setText(label)
        self.setAutoDefault(False)
        side = theme.metrics.icon
        self.setIconSize(QSize(side + 3 if label else side, side))
        if icon:
            self.setIcon(theme.icon(icon, tone, on=on))
        if shortcut:
            self.setShortcut(QKeySequence(shortcut))
        self._describe("")

    def disabled_because(self, reason: str) -> None:
        """Disable the button and say why in its tooltip; an empty reason enables it again."""
        self.setEnabled(not reason)
        self._describe(reason)

    def set_tooltip(self, tooltip: str) -> None:
        """Say something else about what the button does."""
        self._tooltip = tooltip
        self._describe("")

    def follow(self, action: QAction) -> None:
        """Trigger the action when pressed, be enabled when it is, and show its key and its reason."""
        self._action = action
        self.clicked.connect(lambda: action.trigger())
        action.changed.connect(self._copy_action)
        self._copy_action()

    def _copy_action(self) -> None:
        if self._action is None:
            return
        self.setEnabled(self._action.isEnabled())
        self._describe("" if self._action.isEnabled() else str(self._action.property(WHY_DISABLED) or ""))

    def _describe(self, reason: str) -> None:
        keys = self._action.shortcut() if self._action is not None else self.shortcut()
        self.setToolTip(tooltip_text(self._tooltip, keys, reason))
        self.setAccessibleDescription(reason or self._tooltip)


class PrimaryButton(_Button):
    """The one next step of a page."""

    def __init__(
        self,
        theme: Theme,
        label: str,
        tooltip: str,
        *,
        icon: str = "",
        shortcut: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, label, tooltip, icon=icon, tone="on_accent", shortcut=shortcut, parent=parent)


class QuietButton(_Button):
    """Any other button with a label."""

    def __init__(
        self,
        theme: Theme,
        label: str,
        tooltip: str,
        *,
        icon: str = "",
        shortcut: str = "",
        checkable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, label, tooltip, icon=icon, tone="text", on="accent", shortcut=shortcut, parent=parent)
        self.setCheckable(checkable)


class IconButton(_Button):
    """An icon alone; `label` is its accessible name and, unless `tooltip` says more, its tooltip."""

    def __init__(
        self,
        theme: Theme,
        icon: str,
        label: str,
        tooltip: str = "",
        *,
        shortcut: str = "",
        checkable: bool = False,
        size: Literal["small", "normal", "rail"] = "normal",
        tone: ColorName = "dim",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            theme, "", tooltip or label, icon=icon, tone=tone, on="accent", shortcut=shortcut, parent=parent
        )
        self._theme = theme
        self.setAccessibleName(label)
        self.setCheckable(checkable)
        if size != "normal":
            # Not "size": that is a property of every widget, which a word cannot be.
            self.setProperty("side", size)
        side = {"small": 12, "normal": 16, "rail": 20}[size]
        self.setIconSize(QSize(side, side))
        self.setCursor(Qt.CursorShape.ArrowCursor)

    def set_icon(self, icon: str, tone: ColorName = "dim") -> None:
        """Show another icon, e.g. for a state that the button toggles."""
        self.setIcon(self._theme.icon(icon, tone, on="accent"))
        restyle(self)
