"""A person at the window: finds controls by their accessible names, clicks, types, waits for what they can see."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QTreeView, QWidget

W = TypeVar("W", bound=QWidget)


class NotThereError(AssertionError):
    """What the person looked for is not on the screen."""


class Person:
    """Acts by mouse and keyboard events alone; reads what is shown."""

    def __init__(self, window: QWidget) -> None:
        self.window = window

    def find(self, kind: type[W], name: str = "", *, inside: QWidget | None = None) -> W:
        """The visible control of this kind whose accessible name or text is `name`. Raises NotThereError."""
        seen = self.all(kind, name, inside=inside)
        if not seen:
            there = sorted({_name(widget) for widget in self.all(kind, inside=inside)} - {""})
            raise NotThereError(f"no {kind.__name__} named {name!r}; there are {there}")
        return seen[0]

    def all(self, kind: type[W], name: str = "", *, inside: QWidget | None = None) -> list[W]:
        """All visible controls of this kind and name."""
        roots = [inside] if inside is not None else [self.window, *QApplication.topLevelWidgets()]
        found: dict[int, W] = {}
        for root in roots:
            for widget in (*([root] if isinstance(root, kind) else []), *root.findChildren(kind)):
                if widget.isVisible() and (not name or name in (_name(widget), _text(widget))):
                    found[id(widget)] = widget
        return list(found.values())

    def click(self, widget: QWidget, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Click the middle of a control. Raises NotThereError when it is disabled or covered by nothing visible."""
        if not widget.isEnabled() or not widget.isVisible():
            raise NotThereError(f"{_name(widget)!r} cannot be clicked: {widget.toolTip()}")
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, modifiers, widget.rect().center())

    def click_row(self, view: QAbstractItemView, text: str, *, column: int = 0) -> QModelIndex:
        """Click the row of a table, list or tree that shows `text`."""
        index = self.row(view, text, column=column)
        view.scrollTo(index)
        where: QPoint = view.visualRect(index).center()
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, where)
        return index

    def row(self, view: QAbstractItemView, text: str, *, column: int = 0) -> QModelIndex:
        """Where a row stands whose cell in `column` begins with `text`. Raises NotThereError."""
        for index in _indexes(view, column):
            if str(index.data() or "").startswith(text):
                return index
        raise NotThereError(f"no row {text!r}; there are {self.rows(view, column=column)[:30]}")

    def rows(self, view: QAbstractItemView, *, column: int = 0) -> list[str]:
        """The texts of a column."""
        return [str(index.data() or "") for index in _indexes(view, column)]

    def type(self, widget: QWidget, text: str) -> None:
        """Type into a control, in place of what it held."""
        widget.setFocus(Qt.FocusReason.MouseFocusReason)
        QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        for character in text:
            # keyClicks takes only Latin-1; what one types is not.
            QTest.sendKeyEvent(
                QTest.KeyAction.Click, widget, Qt.Key.Key_unknown, character, Qt.KeyboardModifier.NoModifier
            )

    def press(
        self,
        key: Qt.Key,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        *,
        on: QWidget | None = None,
    ) -> None:
        """Press a key where the keyboard is, or on a control."""
        QTest.keyClick(on or QApplication.focusWidget() or self.window, key, modifiers)

    async def until(self, condition: Callable[[], object], what: str, *, timeout_s: float = 180) -> None:
        """Wait until something can be seen. Raises NotThereError with `what` when it does not come."""
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                if condition():
                    return
            except NotThereError:
                pass
            if time.monotonic() > deadline:
                raise NotThereError(f"waited {timeout_s:.0f} s in vain for: {what}")
            await asyncio.sleep(0.01)


def _name(widget: QWidget) -> str:
    return widget.accessibleName()


def _text(widget: QWidget) -> str:
    text = getattr(widget, "text", None)
    return str(text()) if callable(text) else ""


def _indexes(view: QAbstractItemView, column: int) -> list[QModelIndex]:
    model = view.model()
    found: list[QModelIndex] = []

    def walk(parent: QModelIndex) -> None:
        for row in range(model.rowCount(parent)):
            index = model.index(row, column, parent)
            found.append(index)
            if isinstance(view, QTreeView):
                walk(model.index(row, 0, parent))

    walk(QModelIndex())
    return found
