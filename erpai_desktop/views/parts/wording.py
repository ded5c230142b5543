"""Counts, times and the like as a person reads them, in local time and with the right plural."""

from __future__ import annotations

import textwrap
from datetime import datetime
from typing import Final

_TIP_LENGTH: Final = 600
_TIP_WIDTH: Final = 90


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


def plain_tooltip(text: str, longest: int = _TIP_LENGTH) -> str:
    """The beginning of anybody's text, in lines that fit on a screen.

    The style sheet makes all tooltips plain text, so nothing is escaped here; but Qt breaks no lines in plain ones.
    """
    cut = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return "\n".join(
        piece
        for line in cut.splitlines()
        for piece in (textwrap.wrap(line, _TIP_WIDTH) if len(line) > _TIP_WIDTH else [line])
    )
