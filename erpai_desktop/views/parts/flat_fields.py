"""Settings as flat fields, one for each language's name, and back as a service takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_NAME = "name:"


def name_field(language: str) -> str:
    """The field of a name in a language."""
    return _NAME + language


def flat(values: Mapping[str, Any]) -> dict[str, object]:
    """`names` taken apart into a field a language; the others as they are."""
    fields = {field: value for field, value in values.items() if field != "names"}
    return fields | {name_field(language): text for language, text in values.get("names", {}).items()}


def arguments(changed: Mapping[str, object], shown: Mapping[str, object]) -> dict[str, Any]:
    """What to hand to the service for some changed fields: names are saved all together, empty ones left out."""
    given: dict[str, Any] = {field: value for field, value in changed.items() if not field.startswith(_NAME)}
    if len(given) < len(changed):
        names = {field: text for field, text in {**shown, **changed}.items() if field.startswith(_NAME)}
        given["names"] = {field.removeprefix(_NAME): text for field, text in names.items() if text}
    return given
