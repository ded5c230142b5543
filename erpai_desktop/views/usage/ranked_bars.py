"""A plot of shares: the dearest models, purposes or people, each a name, an amount and a bar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from erpai_desktop.models.snapshots.usage import UsageSlice
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.wording import plain_tooltip
from erpai_desktop.views.usage.plotting import drawn_later, new_plot, no_pen, text_item
from erpai_desktop.views.usage.wording import Measure

_ROW = 36
_MOST = 6


class RankedBars(QWidget):
    """At most six, the last of them all the others together."""

    def __init__(self, theme: Theme, name: str, *, turn: int = 1, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._plot: Any = None
        self._parts: tuple[UsageSlice, ...] = ()
        self._measure = Measure.MONEY
        self._currency = ""
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._drawing = drawn_later(self, self._draw, turn=turn)
        theme.changed.connect(self._drawing.start)

    def show_parts(self, parts: Sequence[UsageSlice], measure: Measure, currency: str) -> None:
        """Replace them."""
        ranked = sorted(parts, key=lambda part: (-measure.of(part), part.label.casefold()))
        if len(ranked) > _MOST:
            rest = ranked[_MOST - 1 :]
            others = UsageSlice(
                self.tr("{n} others").format(n=len(rest)),
                sum(part.money_micros for part in rest),
                sum(part.tokens for part in rest),
                sum(part.calls for part in rest),
            )
            ranked = [*ranked[: _MOST - 1], others]
        self._parts, self._measure, self._currency = tuple(ranked), measure, currency
        self.setFixedHeight(max(1, len(ranked)) * _ROW)
        words = "\n".join(f"{part.label}: {measure.say(measure.of(part), currency)}" for part in ranked)
        self.setAccessibleDescription(words)
        self.setToolTip(plain_tooltip(words))
        self._drawing.start()

    def resizeEvent(self, event: Any) -> None:
        """Shorten the names to what there is room for."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._drawing.start()

    def _draw(self) -> None:
        if not self._parts:
            return
        import pyqtgraph

        theme, measure = self._theme, self._measure
        if self._plot is None:
            self._plot = new_plot(self)
            for side in ("left", "bottom"):
                self._plot.hideAxis(side)
            self._plot.invertY(True)
            self._layout.addWidget(self._plot)
        plot, count = self._plot, len(self._parts)
        plot.clear()
        plot.setBackground(theme.color("panel"))
        values = [measure.of(part) for part in self._parts]
        whole = max(values) or 1
        middles = [place + 0.76 for place in range(count)]
        for widths, color in (([1.0] * count, "neutral_soft"), ([value / whole for value in values], "accent")):
            plot.addItem(
                pyqtgraph.BarGraphItem(
                    x0=0,
                    width=widths,
                    y=middles,
                    height=6 / _ROW,
                    brush=theme.color("accent" if color == "accent" else "neutral_soft"),
                    pen=no_pen(),
                )
            )
        metrics = QFontMetrics(theme.font("text"))
        for place, part in enumerate(self._parts):
            amount = measure.say(values[place], self._currency)
            room = self.width() - metrics.horizontalAdvance(amount) - 16
            name = metrics.elidedText(part.label, Qt.TextElideMode.ElideRight, max(20, room))
            for text, color, x in ((name, "text", 0.0), (amount, "dim", 1.0)):
                item = text_item(theme, text, "text" if color == "text" else "dim", anchor=(x, 0.5))
                item.setPos(x, place + 0.38)
                plot.addItem(item)
        plot.setXRange(0, 1, padding=0)
        plot.setYRange(0, count, padding=0)
