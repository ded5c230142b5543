"""Checks of what a person has typed, gathered so that every problem is told at once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from erpai_desktop.errors import InvalidInputError, Problem

TEXT_LIMIT = 1_000_000
"""Characters of one question, answer, message, instruction or note; the token counter refuses longer ones."""

# PostgreSQL stores no NUL, and a lone surrogate has no UTF-8 form.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def storable(text: str) -> str:
    """The text with U+FFFD for each character that no database stores: for text that may not be refused."""
    return _UNSTORABLE.sub(_REPLACEMENT, text)


class Checks:
    """Collects problems; `done` raises them together."""

    def __init__(self, message: str) -> None:
        self._message = message
        self._problems: list[Problem] = []

    def problem(self, field: str, message: str) -> None:
        """Note a problem with a field."""
        self._problems.append(Problem(message, field))

    def text(self, field: str, value: str, *, limit: int = TEXT_LIMIT, required: bool = False) -> str:
        """The text as it was typed; noted when blank though required, too long or not storable.

        Surrounding space stays: an editor that saves while its person is typing would lose the space they typed last.
        """
        if required and not value.strip():
            self.problem(field, "must not be empty")
        if len(value) > limit:
            self.problem(field, f"{len(value):,} characters, at most {limit:,} are allowed")
        if _UNSTORABLE.search(value):
            self.problem(field, "holds a NUL or half a character, which cannot be stored")
        return value

    def line(self, field: str, value: str, *, limit: int, required: bool = False) -> str:
        """As `text`, for a text of one line: trimmed, and line breaks and runs of spaces become one space."""
        return self.text(field, " ".join(value.split()), limit=limit, required=required)

    def terms(self, field: str, values: Iterable[str], *, limit: int = 256) -> list[str]:
        """Trimmed terms, blank ones and repetitions left out, in the order given."""
        return list(dict.fromkeys(term for value in values if (term := self.line(field, value, limit=limit))))

    def merge(self, error: InvalidInputError) -> None:
        """Take over the problems that another rule has raised."""
        self._problems += error.problems or (Problem(error.message),)

    def done(self) -> None:
        """Raises InvalidInputError with every problem noted."""
        if self._problems:
            raise InvalidInputError(self._message, problems=self._problems)


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: `1 Q&A`, `3 Q&As`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
