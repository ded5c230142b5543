"""How long a provider asks to wait: the Retry-After header (RFC 9110, section 10.2.3)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_LONGEST_S = 24 * 3600.0


def retry_after(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Seconds to wait, from `retry-after-ms`, or `retry-after` in seconds or as a date; a date gone by is 0.

    None where nothing is said, or nothing sensible: no number, negative, or more than a day.
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    seconds = milliseconds / 1000 if milliseconds is not None else _seconds(headers.get("retry-after", ""), now)
    return seconds if seconds is not None and 0 <= seconds <= _LONGEST_S else None


def _seconds(text: str, now: datetime | None) -> float | None:
    number = _number(text)
    if number is not None:
        return number
    try:
        until = parsedate_to_datetime(text)
        until = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
        return max(0.0, (until - (now or datetime.now(UTC))).total_seconds())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _number(text: str) -> float | None:
    try:
        number = float(text.strip()) if text.isascii() else math.nan
    except ValueError:
        return None
    # Said, but nonsense: no date either.
    return number if math.isfinite(number) else -1.0
