"""What a command prints: plain lines for people, or one JSON object a line for programs."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import orjson

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
# What a terminal would obey: control characters but tab and line feed, and those that turn the direction of writing.
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def days_text(days: int) -> str:
    """What is left of a base model, in words; `days` is negative once it has ended."""
    if days < 0:
        return "base model has ended"
    return "ends today" if days == 0 else f"{days:,} day{'' if days == 1 else 's'} left"


def harmless(text: str) -> str:
    """The text with U+FFFD for each character that a terminal would obey, for nobody knows who has written it."""
    return _OBEYED.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


class Output:
    """Standard output in one of two forms; each result says itself in both."""

    def __init__(self, *, as_json: bool, stream: TextIO | None = None) -> None:
        self.as_json = as_json
        self._stream = stream or sys.stdout
        self._lost: OSError | None = None

    def result(self, values: Mapping[str, Any], text: str) -> None:
        """One result: the object, or the text. Raises OSError when it, or what was told before, cannot be written."""
        if self._lost is not None:
            raise self._lost
        self._line(self._said(values, text))

    def text(self, text: str) -> None:
        """Something for people alone: with JSON it stands in another object already."""
        if not self.as_json:
            self._line(harmless(text))

    def tell(self, values: Mapping[str, Any], text: str) -> None:
        """How far work has got. It goes on where nobody reads that any longer, and where it cannot be written."""
        try:
            self._line(self._said(values, text))
        except OSError as error:
            if not isinstance(error, BrokenPipeError):
                self._lost = error
            # From here on, and for what is still in the buffer.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())

    def warn(self, text: str) -> None:
        """Something worth knowing that is no result: on standard error."""
        sys.stderr.write(f"erpai-desktop: {harmless(' '.join(text.split()))}\n")

    def _said(self, values: Mapping[str, Any], text: str) -> str:
        return _packed(values) if self.as_json else harmless(text)

    def _line(self, text: str) -> None:
        # A question may hold half a character; the terminal gets a replacement for what it cannot write.
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        self._stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        self._stream.flush()


def _packed(values: Mapping[str, Any]) -> str:
    try:
        return orjson.dumps(values, option=_OPTIONS).decode()
    except TypeError:
        # A file's name, or an argument, may hold bytes that are no text.
        return orjson.dumps(_whole(values), option=_OPTIONS).decode()


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {_whole(key): _whole(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(item) for item in value]
    return value
