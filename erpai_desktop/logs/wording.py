"""How a record is written: one line each, keys masked, and above DEBUG nothing of what people ask, answer or store."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Final

from erpai_desktop.secrecy import masked

OURS: Final = "erpai_desktop"
"""The logger whose level a person chooses; what others say below WARNING is not written (see `LogFile`)."""

_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s [%(threadName)s] %(message)s"
_TIME: Final = "%Y-%m-%dT%H:%M:%S"

_LONGEST: Final = 16_000
"""Characters of a record, before what is not printable is spelt out."""

# What the interpreter says of these names parts of the program, never what was being worked on.
_ABOUT_THE_PROGRAM: Final = (AttributeError, ImportError, NameError, MemoryError, RecursionError, TypeError)

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class LineFormatter(logging.Formatter):
    """`verbose` writes the words of exceptions too; they may quote rows, questions and replies."""

    def __init__(self, *, verbose: bool) -> None:
        super().__init__(_FORMAT)
        self.verbose = verbose

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """With thousandths and the time zone, as in 2026-01-31T09:05:07.123+0200."""
        local = time.localtime(record.created)
        return f"{time.strftime(_TIME, local)}.{record.msecs:03.0f}{time.strftime('%z', local)}"

    def format(self, record: logging.LogRecord) -> str:
        """The whole record. A line of it that is none of its own begins with blanks, so that it cannot pass for one."""
        # Another handler may have left its own rendering of the exception in the record.
        kept, record.exc_text = record.exc_text, None
        try:
            text = super().format(record)
        finally:
            record.exc_text = kept
        return "\n    ".join(map(_printable, masked(_short(text)).split("\n")))

    def formatMessage(self, record: logging.LogRecord) -> str:
        """asyncio puts the failed task, with its exception and what it was called with, into the message."""
        if not self.verbose and record.name.partition(".")[0] in ("asyncio", "qasync"):
            record.message = record.message.partition("\n")[0].partition("(")[0].rstrip()
        return super().formatMessage(record)

    def formatException(self, ei: ExcInfo) -> str:
        """Types and places; words only where they are known to be harmless, or wanted."""
        error = ei[1]
        if error is None:
            return ""
        if self.verbose:
            return "".join(traceback.format_exception(error)).rstrip("\n")
        return "\n".join(_wordless(error, set()))


def words_of(error: BaseException) -> str:
    """An exception by its type, with its own words only where they cannot quote anybody."""
    words = type(error).__name__
    status = getattr(error, "status", None)
    if isinstance(status, int):
        words += f" (status {status})"
    if isinstance(error, OSError) and error.strerror:
        words += f" [{error.errno}]: {error.strerror}"
    elif isinstance(error, _ABOUT_THE_PROGRAM):
        words += f": {error}"
    return words


def _wordless(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None and id(earlier) not in seen:
        yield from _wordless(earlier, seen)
        yield "which led to:"
    if error.__traceback__ is not None:
        yield "Traceback (most recent call last):"
        yield "".join(traceback.format_tb(error.__traceback__)).rstrip("\n")
    yield words_of(error)
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            if id(part) not in seen:
                yield "of which:"
                yield from _wordless(part, seen)


def _short(text: str) -> str:
    """Beginning and end of a very long text, cut between words so that no key is halved beyond recognition."""
    if len(text) <= _LONGEST:
        return text
    begin, end = text[: _LONGEST // 2], text[-_LONGEST // 2 :]
    return f"{begin.rpartition(' ')[0]} … {end.partition(' ')[2]}"


def _printable(line: str) -> str:
    if line.isprintable():
        return line
    return "".join(character if character.isprintable() else f"\\u{ord(character):04x}" for character in line)
