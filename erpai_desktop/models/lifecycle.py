"""How long a provider's models live on: days until their shutdown, as far as the provider has said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

SOON_DAYS = 90
"""From so many days on, moving to another model is due."""
AT_ONCE_DAYS = 14

_FINE_TUNED = "ft:"


@dataclass(frozen=True, slots=True)
class Ending:
    """A base model that is shut down on a day; `days_left` is negative once that is past."""

    base_model: str
    shutdown_date: date
    days_left: int


@dataclass(frozen=True, slots=True)
class ShutdownDates:
    """What every provider's last check said, by provider and model name."""

    dates: Mapping[tuple[UUID, str], date]
    today: date

    def of(self, provider_id: UUID | None, base_model: str) -> Ending | None:
        """When a model ends, None where nobody has said so. A fine-tuned model ends with the one it is made of."""
        if provider_id is None or not base_model:
            return None
        known = (self.dates.get((provider_id, name)) for name in {base_model, trained_from(base_model)})
        found = min((day for day in known if day is not None), default=None)
        return None if found is None else Ending(base_model, found, days_left(found, self.today))


def days_left(shutdown_date: date, today: date) -> int:
    """Whole days from today to the day it stops: 0 on the day itself, negative afterwards."""
    return (shutdown_date - today).days


def utc_today() -> date:
    """The present day, in UTC as providers announce it."""
    return datetime.now(UTC).date()


def sooner(*endings: Ending | None) -> Ending | None:
    """The one that comes first."""
    return min((ending for ending in endings if ending is not None), key=lambda e: e.days_left, default=None)


def trained_from(base_model: str) -> str:
    """The model that a fine-tuned one was made of, as OpenAI names it: `ft:BASE:organisation:suffix:id`.

    Any other name is its own.
    """
    if not base_model.startswith(_FINE_TUNED):
        return base_model
    return base_model.removeprefix(_FINE_TUNED).partition(":")[0]
