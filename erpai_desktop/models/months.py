"""Calendar months in UTC, by which budgets count."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta


def month_of(moment: datetime) -> tuple[datetime, datetime]:
    """The month's first moment and that of the next, aware, in UTC."""
    moment = moment.astimezone(UTC)
    begin = datetime(moment.year, moment.month, 1, tzinfo=UTC)
    return begin, datetime(moment.year + moment.month // 12, moment.month % 12 + 1, 1, tzinfo=UTC)


def name_of_month(moment: datetime) -> str:
    """The month a moment lies in, in UTC: `2026-10`."""
    return f"{moment.astimezone(UTC):%Y-%m}"


def days_of_month(year: int, month: int) -> tuple[date, date]:
    """The month's first and last day. Raises ValueError for a month that there is not."""
    begin, end = month_of(datetime(year, month, 1, tzinfo=UTC))
    return begin.date(), end.date() - timedelta(days=1)


def moments_of(first_day: date, last_day: date) -> tuple[datetime, datetime]:
    """The first moment of the first day and that after the last day, in UTC."""
    begin = datetime(first_day.year, first_day.month, first_day.day, tzinfo=UTC)
    end = datetime(last_day.year, last_day.month, last_day.day, tzinfo=UTC) + timedelta(days=1)
    return begin, end
