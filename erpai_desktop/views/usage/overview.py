"""A period at a glance: what it came to, by day, and by model, purpose and person."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from erpai_desktop.models.snapshots.usage import UsageReport, UsageTotals
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.card import Card
from erpai_desktop.views.parts.icon_label import IconLabel
from erpai_desktop.views.parts.layout import column, label, row, stretch
from erpai_desktop.views.parts.tab_strip import TabItem, TabStrip
from erpai_desktop.views.parts.wording import plural
from erpai_desktop.views.usage.day_bars import DayBars
from erpai_desktop.views.usage.periods import by_bar
from erpai_desktop.views.usage.ranked_bars import RankedBars
from erpai_desktop.views.usage.wording import Measure, percent, short

_SIDE_BY_SIDE = 560
"""Pixels from which the three rankings stand beside each other."""


class UsageOverview(QScrollArea):
    """Shows a report; which of money and tokens the plots count is the person's choice."""

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report: UsageReport | None = None
        tr = self.tr
        self._figure = label("", "figure", selectable=True)
        self._words = label("", "dim", wrap=True, selectable=True)
        self._warning = label("", "dim", wrap=True, selectable=True)
        self._warning_box = QWidget()
        mark = IconLabel(theme, "warning", "warning")
        warning = row(mark, self._warning, gap=8)
        warning.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
        warning.setStretchFactor(self._warning, 1)
        self._warning_box.setLayout(warning)
        self._measure = TabStrip(
            theme,
            [
                TabItem(Measure.MONEY.value, tr("Money"), tr("Count what the calls cost")),
                TabItem(Measure.TOKENS.value, tr("Tokens"), tr("Count the tokens in and out")),
            ],
            look="segments",
        )
        self._is_chosen = False
        self._measure.selected.connect(self._measure_selected)
        self._days = DayBars(theme)
        by_day = Card(theme, tr("By day"), icon="usage")
        by_day.add_to_header(self._measure, right=True)
        by_day.body.addWidget(self._days)
        self._by_day = by_day
        self._rankings: list[RankedBars] = []
        self._cards: list[Card] = []
        titles = ((tr("By model"), "model"), (tr("By purpose"), "section"), (tr("By person"), "person"))
        for turn, (title, icon) in enumerate(titles, start=1):
            bars = RankedBars(theme, title, turn=turn)
            card = Card(theme, title, icon=icon)
            card.body.addWidget(bars)
            card.body.addStretch()
            self._rankings.append(bars)
            self._cards.append(card)
        self._across = row(*self._cards, gap=12)
        for place, card in enumerate(self._cards):
            self._across.setStretch(place, 1)
            self._across.setAlignment(card, Qt.AlignmentFlag(0))
        figures = row(self._figure, self._words, gap=12)
        figures.setStretchFactor(self._words, 1)
        inner = QFrame()
        inner.setLayout(
            column(figures, self._warning_box, by_day, self._across, stretch(), gap=12, margins=(14, 12, 14, 14))
        )
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inner)

    @property
    def measure(self) -> Measure:
        """What the plots count."""
        return Measure(self._measure.current)

    def show_report(self, report: UsageReport) -> None:
        """Replace the figures and the plots."""
        self._report = report
        totals = report.totals
        money = [Measure.MONEY.say(amount.micros, amount.currency) for amount in totals.money]
        self._figure.setText(" + ".join(money) or Measure.MONEY.say(0, report.currency))
        self._words.setText(self._in_words(totals))
        warnings = self._warnings(totals)
        self._warning.setText("\n".join(warnings))
        self._warning_box.setVisible(bool(warnings))
        if not self._is_chosen:
            # Where no price is known, money would draw nothing at all.
            spent = any(amount.micros for amount in totals.money)
            only_tokens = not spent and totals.tokens_in + totals.tokens_out > 0
            self._measure.select((Measure.TOKENS if only_tokens else Measure.MONEY).value)
            self._is_chosen = False
        self._draw()

    def resizeEvent(self, event: object) -> None:
        """The rankings stand below each other where there is little room."""
        super().resizeEvent(event)  # type: ignore[arg-type]  # Qt hands over a QResizeEvent
        wide = self.viewport().width() >= _SIDE_BY_SIDE
        direction = self._across.Direction.LeftToRight if wide else self._across.Direction.TopToBottom
        if self._across.direction() != direction:
            self._across.setDirection(direction)

    def _measure_selected(self, _key: str) -> None:
        self._is_chosen = True
        self._draw()

    def _in_words(self, totals: UsageTotals) -> str:
        parts = [
            plural(totals.calls, self.tr("1 call"), self.tr("{n} calls")),
            self.tr("{tokens} tokens in").format(tokens=short(totals.tokens_in)),
        ]
        if totals.tokens_cached:
            share = totals.tokens_cached / totals.tokens_in if totals.tokens_in else 0
            parts[-1] += " " + self.tr("({share} cached)").format(share=percent(share))
        parts.append(self.tr("{tokens} out").format(tokens=short(totals.tokens_out)))
        if totals.failed:
            parts.append(self.tr("{n} failed").format(n=f"{totals.failed:,}"))
        if totals.open:
            parts.append(self.tr("{n} under way").format(n=f"{totals.open:,}"))
        return " · ".join(parts)

    def _warnings(self, totals: UsageTotals) -> list[str]:
        found = []
        if totals.unpriced:
            found.append(
                self.tr(
                    "The price of {models} is not known: only tokens are counted. Add it to the price list."
                ).format(models=", ".join(totals.unpriced[:4]) + (" …" if len(totals.unpriced) > 4 else ""))
            )
        if totals.broken_off:
            found.append(
                plural(
                    totals.broken_off,
                    self.tr("1 call was broken off when the program ended; it counts as estimated."),
                    self.tr("{n} calls were broken off when the program ended; they count as estimated."),
                )
            )
        return found

    def _draw(self) -> None:
        report = self._report
        if report is None:
            return
        bars = by_bar(report.by_day)
        self._by_day.set_title(self.tr("By day") if len(bars) == len(report.by_day) else self.tr("By month"))
        self._days.show_bars(bars, self.measure, report.currency)
        parts = (report.by_model, report.by_purpose, report.by_person)
        for ranking, of_it in zip(self._rankings, parts, strict=True):
            ranking.show_parts(of_it, self.measure, report.currency)
