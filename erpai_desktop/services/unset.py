"""The value of an argument that was not given, where None means something."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any, Final


class Unset(enum.Enum):
    """The type of `UNSET`: an argument annotated `str | Unset` may be left out."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET


def given(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that were given."""
    return {name: value for name, value in fields.items() if value is not UNSET}
