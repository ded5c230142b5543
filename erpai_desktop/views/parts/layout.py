"""Short ways to lay widgets out on the grid of 4, so that spacing is the same everywhere."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QLayout, QSizePolicy, QVBoxLayout, QWidget

Margins = tuple[int, int, int, int]
LabelRole = Literal["", "title", "strong", "dim", "note", "figure", "bad", "warning"]

_NONE: Margins = (0, 0, 0, 0)


class Stretch:
    """A place in a row or column that takes what is left over."""

    def __init__(self, weight: int = 1) -> None:
        self.weight = weight


def stretch(weight: int = 1) -> Stretch:
    """What is left over goes here."""
    return Stretch(weight)


def row(*items: QWidget | QLayout | Stretch | int, gap: int = 8, margins: Margins = _NONE) -> QHBoxLayout:
    """Items side by side, centred vertically; a number is a fixed space in pixels."""
    layout = QHBoxLayout()
    _fill(layout, items, gap, margins)
    return layout


def column(*items: QWidget | QLayout | Stretch | int, gap: int = 8, margins: Margins = _NONE) -> QVBoxLayout:
    """Items one below the other; a number is a fixed space in pixels."""
    layout = QVBoxLayout()
    _fill(layout, items, gap, margins)
    return layout


def _fill(layout: QBoxLayout, items: tuple[QWidget | QLayout | Stretch | int, ...], gap: int, margins: Margins) -> None:
    layout.setSpacing(gap)
    layout.setContentsMargins(*margins)
    for item in items:
        if isinstance(item, QWidget):
            layout.addWidget(item)
        elif isinstance(item, QLayout):
            layout.addLayout(item)
        elif isinstance(item, Stretch):
            layout.addStretch(item.weight)
        else:
            layout.addSpacing(item)


def line(*, vertical: bool = False) -> QFrame:
    """A line one pixel wide."""
    frame = QFrame()
    frame.setProperty("role", "line")
    if vertical:
        frame.setFixedWidth(1)
    else:
        frame.setFixedHeight(1)
    return frame


def frame(
    layout: QLayout,
    role: Literal["bar", "foot", "ground", "alternate", "selected", "bubble", "own_bubble", "popup"],
) -> QFrame:
    """A ground of its own around a layout: `bar` has a line below, `foot` one above."""
    made = QFrame()
    made.setProperty("role", role)
    made.setLayout(layout)
    if role not in ("ground", "popup"):
        # A bar or a bubble is as tall as its content; pages and lists take the rest.
        made.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
    return made


def label(text: str = "", role: LabelRole = "", *, wrap: bool = False, selectable: bool = False) -> QLabel:
    """A label that shows its text as it is, never as markup."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    made.setWordWrap(wrap)
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made


def field(text: str, widget: QWidget) -> QVBoxLayout:
    """A small label above its control; the label's text is the control's accessible name and its buddy."""
    caption = label(text, "note")
    caption.setBuddy(widget)
    if not widget.accessibleName():
        widget.setAccessibleName(text)
    return column(caption, widget, gap=4)


def restyle(widget: QWidget) -> None:
    """Make the style sheet look again at a widget whose dynamic property was changed."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()
