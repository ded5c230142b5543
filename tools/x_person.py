"""A person at a real X server: mouse and keyboard events by xdotool, through the server and not through Qt."""

from __future__ import annotations

import subprocess

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget

from tests.person import NotThereError, Person

_KEYS = {Qt.Key.Key_Return: "Return", Qt.Key.Key_Space: "space", Qt.Key.Key_Escape: "Escape"}


class XPerson(Person):
    """Looks with Qt, acts through the X server."""

    def click(self, widget: QWidget, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Move the mouse onto the control and click."""
        if not widget.isEnabled() or not widget.isVisible():
            raise NotThereError(f"{widget.accessibleName()!r} cannot be clicked: {widget.toolTip()}")
        self._click_at(widget.mapToGlobal(widget.rect().center()))

    def click_row(self, view: QAbstractItemView, text: str, *, column: int = 0) -> QModelIndex:
        """Move the mouse onto the row and click."""
        index = self.row(view, text, column=column)
        view.scrollTo(index)
        self._click_at(view.viewport().mapToGlobal(view.visualRect(index).center()))
        return index

    def type(self, widget: QWidget, text: str) -> None:
        """Click into the control, select all, type."""
        self.click(widget)
        _xdotool("key", "ctrl+a")
        _xdotool("type", "--delay", "2", "--", text)

    def press(
        self,
        key: Qt.Key,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        *,
        on: QWidget | None = None,
    ) -> None:
        """Press a key where the keyboard is."""
        name = _KEYS.get(key) or chr(key).lower()
        _xdotool("key", f"ctrl+{name}" if modifiers & Qt.KeyboardModifier.ControlModifier else name)

    def take_the_keyboard(self) -> None:
        """Without a window manager nobody else gives the window the keyboard."""
        _xdotool("windowfocus", str(int(self.window.winId())))
        QApplication.setActiveWindow(self.window)

    def _click_at(self, where: QPoint) -> None:
        _xdotool("mousemove", str(where.x()), str(where.y()), "click", "1")


def _xdotool(*arguments: str) -> None:
    subprocess.run(["xdotool", *arguments], check=True, timeout=60)
