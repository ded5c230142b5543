"""The periods that the Usage room can show."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import date, timedelta

from erpai_desktop.models.months import days_of_month
from erpai_desktop.models.snapshots.usage import UsageSlice

_MOST_BARS = 100


class Period(enum.StrEnum):
    """A span of days that ends today, or a whole month."""

    THIS_MONTH = "this month"
    LAST_MONTH = "last month"
    NINETY_DAYS = "90 days"
    YEAR = "12 months"

    def days(self, today: date) -> tuple[date, date]:
        """Its first and last day (UTC, as `today` is)."""
        if self is Period.THIS_MONTH:
            return days_of_month(today.year, today.month)
        if self is Period.LAST_MONTH:
            before = today.replace(day=1) - timedelta(days=1)
            return days_of_month(before.year, before.month)
        if self is Period.NINETY_DAYS:
            return today - timedelta(days=89), today
        first = today.replace(year=today.year - 1, day=1)
        # From the month after, so that no month stands there twice.
        return days_of_month(first.year, first.month)[1] + timedelta(days=1), today


def by_bar(days: Sequence[UsageSlice]) -> tuple[UsageSlice, ...]:
    """The days themselves, or months where there would be too many bars; months are labelled as YYYY-MM."""
    if len(days) <= _MOST_BARS:
        return tuple(days)
    months: dict[str, UsageSlice] = {}
    for day in days:
        month = day.label[:7]
        before = months.get(month, UsageSlice(month, 0, 0, 0))
        months[month] = UsageSlice(
            month, before.money_micros + day.money_micros, before.tokens + day.tokens, before.calls + day.calls
        )
    return tuple(months.values())
