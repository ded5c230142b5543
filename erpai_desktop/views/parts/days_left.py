"""Words and colours for a base model that is going to be shut down: "71 d"."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QCoreApplication

from erpai_desktop.models.lifecycle import AT_ONCE_DAYS, SOON_DAYS, Ending
from erpai_desktop.views.parts.badge import BadgeKind
from erpai_desktop.views.parts.wording import plural


def _tr(text: str) -> str:
    return QCoreApplication.translate("DaysLeft", text)


def days_badge(ending: Ending | None) -> tuple[str, BadgeKind] | None:
    """The badge for an ending, None where none is announced."""
    return None if ending is None else days_words(ending.days_left)


def days_words(days: int) -> tuple[str, BadgeKind]:
    """So many days in a word, and how loud it is said."""
    if days < 0:
        return _tr("ended"), "bad"
    kind: BadgeKind = "bad" if days <= AT_ONCE_DAYS else "warning" if days <= SOON_DAYS else "plain"
    return _tr("{n} d").format(n=days), kind


def days_sentence(ending: Ending) -> str:
    """The same at length, for tooltips."""
    name, day = ending.base_model, local_date(ending.shutdown_date)
    if ending.days_left < 0:
        return _tr("{model} was shut down on {day}").format(model=name, day=day)
    left = plural(ending.days_left, _tr("1 day left"), _tr("{n} days left"))
    return _tr("{model} is shut down on {day}: {left}").format(model=name, day=day, left=left)


def local_date(day: date) -> str:
    """A day as this program writes days."""
    return f"{day:%Y-%m-%d}"
