"""Money, tokens and budgets as the Usage room says them."""

from __future__ import annotations

import enum
from datetime import date

from PySide6.QtCore import QCoreApplication

from erpai_desktop.models.enums import BudgetScope, UsageState
from erpai_desktop.models.money import figure, in_words
from erpai_desktop.models.snapshots.usage import BudgetLevel, BudgetState, BudgetSubject, UsageLine, UsageSlice
from erpai_desktop.views.parts.badge import BadgeKind

LEVEL_KIND: dict[BudgetLevel, BadgeKind] = {
    BudgetLevel.FINE: "good",
    BudgetLevel.WARNING: "warning",
    BudgetLevel.SPENT: "bad",
}


class Measure(enum.StrEnum):
    """What the plots count."""

    MONEY = "money"
    TOKENS = "tokens"

    def of(self, part: UsageSlice) -> int:
        """Millionths of the currency, or tokens."""
        return part.money_micros if self is Measure.MONEY else part.tokens

    def say(self, amount: float, currency: str) -> str:
        """An amount with its unit."""
        return in_words(round(amount), currency) if self is Measure.MONEY else short(amount)

    def on_axis(self, amount: float) -> str:
        """An amount beside a tick: as short as it can be."""
        if self is Measure.TOKENS:
            return short(amount)
        return f"{amount / 1_000_000:g}" if amount >= 10_000 or not amount else f"{amount / 1_000_000:.4f}"


def short(number: float) -> str:
    """A large number in three digits: 950, 1.2 k, 34 k, 5.6 M."""
    for unit, name in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if number >= unit:
            value = number / unit
            return f"{value:.1f} {name}" if value < 10 and round(value, 1) % 1 else f"{value:,.0f} {name}"
    return f"{number:,.0f}"


def day_name(day: date) -> str:
    """`3 Nov`."""
    return f"{day.day} {day:%b}"


def bar_name(label: str) -> str:
    """The name of a bar of the plot by day: `3 Nov`, or of a month: `Nov 2026`."""
    if len(label) == len("2026-11"):
        return f"{date.fromisoformat(label + '-01'):%b %Y}"
    return day_name(date.fromisoformat(label))


def percent(share: float) -> str:
    """A share of a budget, which may be more than all: "201 %"."""
    return f"{share * 100:.0f} %"


def of_budget(state: BudgetState) -> str:
    """`12.40 of 50.00 $`."""
    return f"{figure(state.spent_micros)} of {in_words(state.limit_micros, state.currency)}"


def whose_budget(state: BudgetState) -> str:
    """Whom it limits, as a title."""
    return subject_name(BudgetSubject(state.scope, None, state.subject))


def subject_name(subject: BudgetSubject) -> str:
    """Whom or what a budget is for."""
    if subject.scope is BudgetScope.COMPANY:
        return QCoreApplication.translate("Usage", "The company")
    if subject.scope is BudgetScope.MODEL:
        return QCoreApplication.translate("Usage", "{name} and below").format(name=subject.name)
    return subject.name


def money_of(line: UsageLine) -> str:
    """What a call cost; a dash where its price is not known."""
    return in_words(line.money_micros, line.currency) if line.currency else "–"


def state_of(line: UsageLine) -> tuple[str, BadgeKind]:
    """A word for how a call ended, empty for the ordinary end."""
    if line.broken_off:
        return QCoreApplication.translate("Usage", "broken off"), "warning"
    if line.state is UsageState.OPEN:
        return QCoreApplication.translate("Usage", "under way"), "accent"
    if line.state is UsageState.FAILED:
        return QCoreApplication.translate("Usage", "failed"), "bad"
    return "", "plain"
