"""Text found inside a column whatever its case, also beyond ASCII, which SQLite's LIKE leaves alone."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute


def contains_any_case(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    """Whether a column holds a text as typed, in small or capital letters, or with capitals at the start of words."""
    spellings = dict.fromkeys((text, text.lower(), text.upper(), text.capitalize(), text.title()))
    return or_(*(column.icontains(spelling, autoescape=True) for spelling in spellings))
