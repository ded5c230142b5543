"""The plot by day: one bar a day, or a month where the period is long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QVBoxLayout, QWidget

from erpai_desktop.models.snapshots.usage import UsageSlice
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.wording import plural
from erpai_desktop.views.usage.plotting import drawn_later, new_plot, no_pen, pen, steps
from erpai_desktop.views.usage.wording import Measure, bar_name

_NAMES_APART = 64
"""Pixels from the name of one bar to that of the next that is named."""


class DayBars(QWidget):
    """Says under the mouse what a bar holds; a screen reader is told the highest one."""

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._plot: Any = None
        self._bars: tuple[UsageSlice, ...] = ()
        self._measure = Measure.MONEY
        self._currency = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(168)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("By day"))
        self.setToolTip(self.tr("Move over a bar to read it"))
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._drawing = drawn_later(self, self._draw)
        theme.changed.connect(self._drawing.start)

    def show_bars(self, bars: Sequence[UsageSlice], measure: Measure, currency: str) -> None:
        """Replace the bars."""
        self._bars, self._measure, self._currency = tuple(bars), measure, currency
        self.setAccessibleDescription(self.summary())
        self._drawing.start()

    def summary(self) -> str:
        """The highest bar, in words."""
        highest = max(self._bars, key=self._measure.of, default=None)
        if highest is None or not self._measure.of(highest):
            return self.tr("Nothing was spent.")
        return self.tr("Most on {day}: {amount}").format(
            day=bar_name(highest.label), amount=self._measure.say(self._measure.of(highest), self._currency)
        )

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(480, 168)

    def resizeEvent(self, event: Any) -> None:
        """Name as many bars as there is room for."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._drawing.start()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what is under the mouse."""
        bar = self.bar_at(event.position())
        QToolTip.showText(event.globalPosition().toPoint(), self.words_of(bar), self) if bar else QToolTip.hideText()

    def bar_at(self, where: QPointF) -> UsageSlice | None:
        """The bar of the day at a place of this widget."""
        if self._plot is None:
            return None
        box = self._plot.getPlotItem().getViewBox()
        place = box.mapSceneToView(self._plot.mapToScene(self._plot.mapFromParent(where.toPoint()))).x()
        number = round(place)
        return self._bars[number] if 0 <= number < len(self._bars) and abs(place - number) <= 0.5 else None

    def words_of(self, bar: UsageSlice) -> str:
        """What a bar holds."""
        money, tokens = Measure.MONEY.say(bar.money_micros, self._currency), Measure.TOKENS.say(bar.tokens, "")
        calls = plural(bar.calls, self.tr("1 call"), self.tr("{n} calls"))
        return self.tr("{day}: {money}, {tokens} tokens, {calls}").format(
            day=bar_name(bar.label), money=money, tokens=tokens, calls=calls
        )

    def _draw(self) -> None:
        if not self._bars:
            return
        import pyqtgraph

        theme = self._theme
        if self._plot is None:
            self._plot = new_plot(self)
            self._layout.addWidget(self._plot)
        plot, count = self._plot, len(self._bars)
        plot.clear()
        plot.setBackground(theme.color("panel"))
        values = [self._measure.of(bar) for bar in self._bars]
        lines = steps(max(values))
        for value in lines:
            plot.addItem(pyqtgraph.InfiniteLine(value, angle=0, pen=pen(theme, "line")))
        plot.addItem(
            pyqtgraph.BarGraphItem(
                x=list(range(count)), height=values, width=0.66, brush=theme.color("accent"), pen=no_pen()
            )
        )
        self._name_axes(lines)
        plot.setXRange(-0.6, count - 0.4, padding=0)
        plot.setYRange(0, (lines[-1] or 1) * 1.04, padding=0)

    def _name_axes(self, lines: Sequence[float]) -> None:
        theme, count = self._theme, len(self._bars)
        every = max(1, -(-count * _NAMES_APART // max(1, self.width() - 60)))
        names = {
            "left": [(value, self._measure.on_axis(value)) for value in lines],
            "bottom": [(n, bar_name(bar.label)) for n, bar in enumerate(self._bars) if n % every == 0],
        }
        for side, ticks in names.items():
            axis = self._plot.getAxis(side)
            axis.setTicks([ticks])
            axis.setPen(no_pen())
            axis.setTextPen(theme.color("dim"))
            axis.setStyle(
                tickFont=theme.font("note"), tickLength=0, tickAlpha=0, tickTextOffset=6, hideOverlappingLabels=False
            )
        self._plot.getAxis("left").setWidth(46)
        self._plot.getAxis("bottom").setHeight(22)
