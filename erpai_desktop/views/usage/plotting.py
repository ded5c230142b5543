"""pyqtgraph in the program's look: imported when the first plot is drawn, never before, and never a window of its own.

What pyqtgraph would choose for itself (black ground, menus, dragging, its own fonts) is set from the theme.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.look.tokens import ColorName

_TURN_MS = 20


def load() -> None:
    """Import what plots are drawn with: 0.4 s, for `Runner.prepare`."""
    import pyqtgraph  # noqa: F401 - for whoever draws next


def drawn_later(owner: QWidget, draw: Callable[[], object], *, turn: int = 0) -> QTimer:
    """Started as often as one likes, it calls `draw` once; plots of different turns leave the window time between."""
    timer = QTimer(owner, singleShot=True, interval=turn * _TURN_MS)
    timer.timeout.connect(draw)
    return timer


def new_plot(parent: QWidget) -> Any:
    """A pyqtgraph PlotWidget that only shows: no menu, no dragging, no buttons, no axes yet."""
    import pyqtgraph

    plot = pyqtgraph.PlotWidget(parent, enableMenu=False)
    plot.setAntialiasing(True)
    plot.setFrameShape(plot.Shape.NoFrame)
    plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    plot.setMouseEnabled(x=False, y=False)
    plot.hideButtons()
    plot.getPlotItem().getViewBox().setDefaultPadding(0)
    # Wheel and drag belong to the page around it.
    plot.setInteractive(False)
    plot.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return plot


def pen(theme: Theme, color: ColorName) -> QPen:
    """A line one pixel wide at any scale."""
    made = QPen(theme.color(color), 1)
    made.setCosmetic(True)
    return made


def no_pen() -> QPen:
    """No line."""
    return QPen(Qt.PenStyle.NoPen)


def text_item(theme: Theme, text: str, color: ColorName, *, anchor: tuple[float, float], strong: bool = False) -> Any:
    """Words in the plot, in the program's font."""
    import pyqtgraph

    item = pyqtgraph.TextItem("", color=QColor(theme.color(color)), anchor=anchor)
    item.setFont(theme.font("note_strong" if strong else "text"))
    # As plain text: a model may be named in markup. Without a margin, so that words and bars begin together.
    item.textItem.setPlainText(text)
    item.textItem.document().setDocumentMargin(0)
    item.updateTextPos()
    return item


def steps(highest: float, *, at_most: int = 4) -> list[float]:
    """Round values from 0 to just above `highest`, for the lines of a grid: steps of 1, 2 or 5 times a power of ten."""
    if highest <= 0:
        return [0.0]
    rough = highest / at_most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return [step * place for place in range(math.ceil(highest / step) + 1)]
