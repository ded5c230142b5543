"""Reads a stranger's JSON: a field of the wrong type is as good as missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

_MOST_TOKENS = 10**12


def text(data: Mapping[str, Any], name: str) -> str:
    """A text, empty where there is none."""
    value = data.get(name)
    return value if isinstance(value, str) else ""


def part(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object, empty where there is none."""
    value = data.get(name)
    return value if isinstance(value, Mapping) else {}


def parts(data: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    """The objects of a list."""
    value = data.get(name)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def tokens(data: Mapping[str, Any], name: str) -> int:
    """A number of tokens; 0 where there is none, or none that can be."""
    value = data.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST_TOKENS else 0


def day(data: Mapping[str, Any], name: str) -> date | None:
    """A date written YYYY-MM-DD, whatever follows it."""
    try:
        return date.fromisoformat(text(data, name)[:10])
    except ValueError:
        return None
