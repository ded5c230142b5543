"""Walks the widgets of a page: every control says what it is and what it does."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QToolButton,
    QWidget,
)

_CONTROLS = (QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QAbstractItemView)


def nameless(page: QWidget) -> list[str]:
    """Controls without an accessible name (a button's text will do) or without a tooltip."""
    found = []
    for kind in _CONTROLS:
        for control in page.findChildren(kind):
            inside_qt = control.objectName().startswith("qt_") or isinstance(control, QHeaderView)
            # The list that drops down from a combo box is part of it.
            popup = control.window() is not page.window()
            # The marks inside a search field are the field's own.
            inside_field = isinstance(control, QToolButton) and isinstance(control.parentWidget(), QLineEdit)
            if inside_qt or popup or inside_field or type(control).__name__ == "QTableCornerButton":
                continue
            text = control.text() if isinstance(control, QAbstractButton) else ""
            if not (control.accessibleName() or text) or not control.toolTip():
                found.append(f"{type(control).__name__} {control.accessibleName()!r} {text!r}: {control.toolTip()!r}")
    return found
