"""Counts, times and the like as a person reads them, in local time and with the right plural."""

from __future__ import annotations

from datetime import datetime


def plural(count: int, one: str, many: str) -> str:
    """`one` when there is exactly one, else `many`, with `{n}` in either replaced by the count."""
    return (one if count == 1 else many).format(n=f"{count:,}")


def local_time(moment: datetime) -> str:
    """The hour and minute where the person is, with the day when it is not today: "10:08", "3 Nov 10:08"."""
    here = moment.astimezone()
    now = datetime.now().astimezone()
    if here.date() == now.date():
        return f"{here:%H:%M}"
    if here.year == now.year:
        return f"{here.day} {here:%b %H:%M}"
    return f"{here.day} {here:%b %Y %H:%M}"
