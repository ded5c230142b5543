"""Records are single, printable, without keys, and above DEBUG without the words of exceptions."""

from __future__ import annotations

import logging

import pytest

from erpai_desktop.errors import OutOfOrderError
from erpai_desktop.logs.wording import LineFormatter, words_of

ROW = "What does Ann earn?"


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    """An exception with the traceback that it has once it was raised."""
    try:
        raise error from cause
    except Exception as caught:
        return caught


def written(message: str, error: BaseException | None = None, *, name: str = "erpai_desktop", verbose: bool) -> str:
    """A record as it is written."""
    info = (type(error), error, error.__traceback__) if error is not None else None
    record = logging.LogRecord(name, logging.ERROR, "x.py", 1, message, (), info)
    # As another handler leaves it behind.
    record.exc_text = ROW if error is not None else None
    return LineFormatter(verbose=verbose).format(record)


def test_types_and_places_are_told_of_a_whole_chain_and_no_words() -> None:
    group = ExceptionGroup(ROW, [raised(ValueError(ROW)), raised(KeyError(ROW))])
    text = written("it failed", raised(group, raised(OutOfOrderError(ROW, status=503))), verbose=False)
    assert ROW not in text
    order = ["it failed", "Traceback", "test_wording.py", "OutOfOrderError (status 503)", "which led to:"]
    order += ["ExceptionGroup", "of which:", "ValueError", "of which:", "KeyError"]
    places = [0]
    for part in order:
        places.append(text.index(part, places[-1]) + len(part))


def test_at_debug_the_words_are_told_too() -> None:
    assert f"ValueError: {ROW}" in written("it failed", raised(ValueError(ROW)), verbose=True)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device", "/home/ann/w.erpai"), "OSError [28]: No space left on device"),
        (AttributeError("'X' has no 'y'"), "AttributeError: 'X' has no 'y'"),
        (ValueError(ROW), "ValueError"),
    ],
)
def test_words_that_quote_nobody_are_told(error: Exception, words: str) -> None:
    assert words_of(error) == words


def test_what_asyncio_adds_about_a_task_is_left_out() -> None:
    message = f"Exception in callback answer('{ROW}')\nhandle: <Handle answer('{ROW}')>"
    assert written(message, name="asyncio", verbose=False).endswith("Exception in callback answer")
    assert ROW in written(message, name="asyncio", verbose=True)


def test_a_record_cannot_pass_for_two_nor_bend_a_terminal() -> None:
    text = written("a\n2026-01-01 CRITICAL forged\r\x1b[2J\u202e", verbose=True)
    assert text.split("\n")[1] == "    2026-01-01 CRITICAL forged\\u000d\\u001b[2J\\u202e"


def test_a_very_long_record_keeps_its_beginning_and_its_end() -> None:
    text = written("begin " + "key=" * 9_000 + " middle " + "x " * 9_000 + "the end", verbose=True)
    assert text.endswith("x the end") and " begin … " in text and "middle" not in text and len(text) < 20_000


def test_keys_are_masked_in_messages_and_tracebacks() -> None:
    text = written("Bearer abcdef123456", raised(ValueError("api_key=abcdef123456")), verbose=True)
    assert "abcdef123456" not in text
