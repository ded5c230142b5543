"""One process's file: bounded, private, never in the way; others' old ones are cleared away."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Any, cast

import pytest

from erpai_desktop.logs.log_file import KEPT, PIECE_BYTES, LogFile, clear_away

_ENDED = 2**22 + 1
"""No process has this number: Linux's go up to 2**22."""


@pytest.fixture
def file(tmp_path: Path) -> Iterator[LogFile]:
    made = LogFile(tmp_path / "log", kind="window", level=logging.INFO, crashes=False)
    yield made
    made.close()


def say(file: LogFile, level: int, name: str, text: str, error: BaseException | None = None) -> None:
    info = (type(error), error, error.__traceback__) if error is not None else None
    file.handle(logging.LogRecord(name, level, "x.py", 1, "%s", (text,), info))


def test_it_is_the_owners_alone_and_has_at_most_two_pieces(file: LogFile) -> None:
    for _ in range(20):
        say(file, logging.INFO, "erpai_desktop.x", "\x00" * (PIECE_BYTES // 64))
    pieces = sorted(file.path.parent.iterdir())
    assert [piece.name for piece in pieces] == [file.path.name, f"{file.path.name}.1"]
    assert all(piece.stat().st_mode & 0o777 == 0o600 and piece.stat().st_size <= PIECE_BYTES for piece in pieces)
    assert file.path.parent.stat().st_mode & 0o777 == 0o700


def test_libraries_are_heard_from_warnings_on_and_we_from_the_chosen_level(file: LogFile) -> None:
    for name in ("httpx2", "openai._base_client", "sqlalchemy.engine.Engine", "erpai_desktopping"):
        say(file, logging.INFO, name, "with headers and rows")
    say(file, logging.WARNING, "httpx2", "a warning")
    say(file, logging.INFO, "erpai_desktop.app", "ours")
    say(file, logging.DEBUG, "erpai_desktop.app", "too much")
    file.set_level(logging.DEBUG)
    say(file, logging.DEBUG, "erpai_desktop", "wanted")
    say(file, logging.DEBUG, "httpx2", "with headers and rows")
    lines = file.path.read_text().splitlines()
    assert [line.rpartition("] ")[2] for line in lines] == ["a warning", "ours", "wanted"]


def test_a_disk_that_takes_nothing_is_no_reason_to_stop(file: LogFile, capsys: pytest.CaptureFixture[str]) -> None:
    assert file.stream is not None
    file.stream.close()
    with Path("/dev/full").open("a") as full:
        file.stream = cast("TextIOWrapper[Any]", full)
        say(file, logging.ERROR, "erpai_desktop", "lost")
        file.close()
    assert capsys.readouterr() == ("", "")


def test_an_empty_file_goes_with_its_process(tmp_path: Path) -> None:
    LogFile(tmp_path, kind="engine", level=logging.INFO, crashes=False).close()
    assert not list(tmp_path.iterdir())


def test_old_files_are_cleared_away_but_not_of_those_who_run_nor_of_another_kind(tmp_path: Path) -> None:
    old = [tmp_path / f"window-2020010{number}-000000-{_ENDED}.log" for number in range(KEPT + 2)]
    for age, path in enumerate(reversed(old)):
        path.write_text("x")
        path.with_name(f"{path.name}.1").write_text("x")
        os.utime(path, (1_600_000_000 - age, 1_600_000_000 - age))
    empty = tmp_path / f"window-20200109-000000-{_ENDED}.log"
    empty.touch()
    other = tmp_path / f"command-20200101-000000-{_ENDED}.log"
    running = tmp_path / f"window-20190101-000000-{os.getpid()}.log"
    for path in (other, running):
        path.write_text("x")
        os.utime(path, (1_500_000_000, 1_500_000_000))
    clear_away(tmp_path, "window")
    left = {path.name for path in tmp_path.iterdir()}
    kept = {path.name for path in old[3:]}
    assert len(kept) == KEPT - 1, "with the new one there are as many as may be"
    assert left == kept | {f"{name}.1" for name in kept} | {other.name, running.name}


def test_a_crash_of_the_interpreter_is_written_into_it_even_after_it_began_anew(tmp_path: Path) -> None:
    code = f"""
import faulthandler, logging
from pathlib import Path
from erpai_desktop.logs.log_file import LogFile
file = LogFile(Path({str(tmp_path)!r}), kind="window", level=logging.INFO)
file.doRollover()
faulthandler._sigabrt()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
    assert done.returncode < 0
    (path,) = tmp_path.glob("*.log")
    assert "Fatal Python error: Aborted" in path.read_text() and "Current thread" in path.read_text()
