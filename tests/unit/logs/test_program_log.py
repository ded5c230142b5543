"""What nobody caught ends up in the process's own file, whoever raised it; a child's in one of its own."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from erpai_desktop.__main__ import main
from erpai_desktop.logs.program_log import child_log, log_place, program_log, set_log_level
from erpai_desktop.logs.uncaught import watch_loop
from erpai_desktop.settings import log_folder
from erpai_desktop.workers.child_process import ChildProcess, receive_message


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def written(kind: str) -> str:
    """All that a kind of process has written."""
    return "".join(path.read_text() for path in log_folder().glob(f"{kind}-*.log"))


def breaks(connection: Connection) -> None:
    message = receive_message(connection)
    raise RuntimeError(message)


def falls(connection: Connection) -> None:
    receive_message(connection)
    os.abort()


def waits(connection: Connection) -> None:
    message = receive_message(connection)
    if message is not None and not message["end"]:
        receive_message(connection)


def test_the_hooks_are_there_while_it_lasts_and_what_stood_there_before_is_called_too() -> None:
    before = sys.excepthook, threading.excepthook, sys.unraisablehook, logging.getLogger("erpai_desktop").level
    called: list[object] = []
    sys.excepthook = lambda _kind, error, _trace: called.append(error)
    told: list[BaseException] = []
    slot, ends = ValueError("of a slot"), KeyboardInterrupt()
    try:
        with program_log("window", told=told.append):
            sys.excepthook(type(slot), slot, None)
            sys.excepthook(KeyboardInterrupt, ends, None)
    finally:
        sys.excepthook = before[0]
    assert told == [slot] and called == [slot, ends]
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before[:3]
    assert logging.getLogger("erpai_desktop").level == before[3] and log_place() is None
    text = written("window")
    assert "window begins" in text and "nobody caught\n    ValueError\n" in text and "window ends" in text


def test_what_ends_the_program_is_recorded_on_its_way_out() -> None:
    with pytest.raises(ZeroDivisionError), program_log("window"):
        _ = 1 / 0
    assert "the program ends by\n    Traceback" in written("window") and "window ends" not in written("window")


async def test_tasks_and_callbacks_of_a_loop() -> None:
    told: list[BaseException] = []

    async def work(question: str) -> None:
        raise LookupError(question)

    with program_log("window", told=told.append):
        loop = asyncio.get_running_loop()
        watch_loop(loop, told.append)
        task = loop.create_task(work("What does Ann earn?"))
        await asyncio.wait([task])
        del task
        loop.call_soon(int, "What does Ann earn?")
        await asyncio.sleep(0)
        loop.set_exception_handler(None)
    assert [type(error) for error in told] == [LookupError, ValueError]
    text = written("window")
    assert "nobody caught: Task exception was never retrieved" in text
    assert "nobody caught: Exception in callback int" in text and "Ann" not in text


@pytest.mark.parametrize(("target", "code", "words"), [(breaks, 1, "RuntimeError"), (falls, -6, "Fatal Python error")])
async def test_a_child_writes_its_end_down_and_we_that_it_ended(target: object, code: int, words: str) -> None:
    with program_log("window"):
        child = ChildProcess(target, name="engine")  # type: ignore[arg-type] # one of the functions above
        await child.start()
        pid = child.pid
        await child.send({"text": "a row"})
        assert await child.receive() is None
        await child.close()
    assert words in written("engine") and "a row" not in written("engine")
    assert f"the engine process {pid} ended with {code}" in written("window")


@pytest.mark.parametrize("is_asked", [True, False])
async def test_a_child_without_trouble_leaves_no_file(is_asked: bool) -> None:
    with program_log("window"):
        child = ChildProcess(waits, name="engine")
        await child.start()
        await child.send({"end": is_asked})
        if is_asked:
            assert await child.receive() is None
        await child.close()
    assert not list(log_folder().glob("engine-*"))
    assert "ended with" not in written("window")


def test_without_a_log_a_child_keeps_none() -> None:
    with child_log("engine", None):
        assert log_place() is None
    assert not log_folder().exists()


def test_the_level_changes_at_once() -> None:
    log = logging.getLogger("erpai_desktop.x")
    with program_log("window"):
        log.debug("not yet")
        set_log_level("debug")
        log.debug("now")
        place = log_place()
        assert place is not None and place.level == logging.DEBUG
    assert "not yet" not in written("window") and "now\n" in written("window")


def test_without_a_place_for_it_the_program_runs_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    log_folder().parent.parent.write_text("a file where the folder should be")
    with program_log("window"):
        assert log_place() is None
    assert "no log is kept" in capsys.readouterr().err


def test_a_command_is_logged_by_its_name_and_a_failure_by_its_kind(tmp_path: Path) -> None:
    assert main(["--workspace", str(tmp_path / "none.erpai"), "ask", "Shop", "What does Ann earn?"]) == 2
    text = written("command")
    assert "command: ask" in text and "not done\n    Traceback" in text and "WorkspaceError" in text
    assert "Ann" not in text and "none.erpai" not in text
