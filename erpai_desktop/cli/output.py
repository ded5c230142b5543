"""What a command prints: plain lines for people, or one JSON object a line for programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import orjson

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


def days_text(days: int) -> str:
    """What is left of a base model, in words; `days` is negative once it has ended."""
    if days < 0:
        return "base model has ended"
    return "ends today" if days == 0 else f"{days:,} day{'' if days == 1 else 's'} left"


class Output:
    """Standard output in one of two forms; each result says itself in both."""

    def __init__(self, *, as_json: bool, stream: TextIO | None = None) -> None:
        self.as_json = as_json
        self._stream = stream or sys.stdout

    def result(self, values: Mapping[str, Any], text: str) -> None:
        """One result: the object, or the text."""
        self._line(orjson.dumps(values, option=_OPTIONS).decode() if self.as_json else text)

    def tell(self, values: Mapping[str, Any], text: str) -> None:
        """How far work has got. It goes on where nobody reads that any longer."""
        try:
            self.result(values, text)
        except BrokenPipeError:
            # From here on, and for what is still in the buffer.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    def warn(self, text: str) -> None:
        """Something worth knowing that is no result: on standard error."""
        sys.stderr.write(f"erpai-desktop: {text}\n")

    def _line(self, text: str) -> None:
        # A question may hold half a character; the terminal gets a replacement for what it cannot write.
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        self._stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        self._stream.flush()
