"""Messages to and from a child, and that nothing of it stays behind."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from erpai_desktop.errors import EngineError
from erpai_desktop.workers.child_process import ChildProcess, receive_message, send_message
from erpai_desktop.workers.threads import in_a_thread
from tests.waiting import eventually


def echo(connection: Connection) -> None:
    while (message := receive_message(connection)) is not None:
        send_message(connection, message)


def told(connection: Connection, text: str) -> None:
    send_message(connection, {"text": text, "telemetry off": os.environ.get("ORT_DISABLE_TELEMETRY")})


def reads_late(connection: Connection, flag: str) -> None:
    while not Path(flag).exists():
        time.sleep(0.01)
    message = receive_message(connection)
    assert message is not None
    send_message(connection, {"length": len(message["text"])})


async def test_any_text_passes() -> None:
    child = ChildProcess(echo, name="echo")
    await child.start()
    try:
        for text in ("", "naïve Ωδή 🙂", "half a character \ud800", "\x00\n", "x" * 3_000_000):
            await child.send({"text": text})
            assert await child.receive() == {"text": text}
    finally:
        await child.close()


async def test_one_that_was_begun_is_the_one_that_starts() -> None:
    child = ChildProcess(echo, name="echo")
    child.begin()
    child.begin()
    await eventually(lambda: child.pid is not None)
    begun = child.pid
    try:
        await child.start()
        await child.send({"text": "hello"})
        assert await child.receive() == {"text": "hello"}
        assert child.pid == begun
    finally:
        await child.close()
    assert not multiprocessing.active_children()


async def test_one_that_was_begun_and_is_not_needed_leaves_nothing() -> None:
    child = ChildProcess(echo, name="echo")
    child.begin()
    await child.close()
    assert not multiprocessing.active_children()


async def test_arguments_arrive_and_the_end_is_told() -> None:
    child = ChildProcess(told, "hello", name="told")
    await child.start()
    assert await child.receive() == {"text": "hello", "telemetry off": "1"}
    assert await child.receive() is None
    await child.close()
    assert await child.receive() is None


async def test_a_large_message_to_a_busy_child_does_not_hold_the_loop_up(tmp_path: Path) -> None:
    flag = tmp_path / "now"
    child = ChildProcess(reads_late, str(flag), name="late")
    await child.start()
    try:
        sending = asyncio.ensure_future(child.send({"text": "x" * 5_000_000}))
        await asyncio.wait([sending], timeout=0.1)
        assert not sending.done()
        flag.touch()
        await sending
        assert await child.receive() == {"length": 5_000_000}
    finally:
        await child.close()


async def test_closing_kills_a_child_that_waits() -> None:
    child = ChildProcess(echo, name="echo")
    await child.start()
    receiving = asyncio.ensure_future(child.receive())
    await asyncio.sleep(0)
    await child.close()
    assert await receiving is None
    await child.close()
    with pytest.raises(EngineError):
        await child.send({"text": "anybody?"})


async def test_a_start_that_is_cancelled_leaves_nothing() -> None:
    child = ChildProcess(echo, name="echo")
    starting = asyncio.ensure_future(child.start())
    await asyncio.sleep(0)
    starting.cancel()
    await asyncio.wait([starting])
    await child.close()
    assert not multiprocessing.active_children()


async def test_closing_before_the_start_is_harmless() -> None:
    await ChildProcess(echo, name="echo").close()


async def test_a_child_that_ends_while_another_is_started_is_closed_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = ChildProcess(echo, name="ended")
    await ended.start()
    assert ended.pid is not None
    pid, reaped, go_on = ended.pid, threading.Event(), threading.Event()
    wait = os.waitpid

    def wait_slowly(child: int, flags: int) -> tuple[int, int]:
        # Starting a process asks for the ends of all others. It is told, and then it is another thread's turn.
        told = wait(child, flags)
        if told[0] == pid and not reaped.is_set():
            reaped.set()
            go_on.wait(60)
        return told

    monkeypatch.setattr(os, "waitpid", wait_slowly)
    os.kill(pid, signal.SIGKILL)
    await in_a_thread(os.waitid, os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    started = ChildProcess(echo, name="started")
    starting = asyncio.ensure_future(started.start())
    await eventually(reaped.is_set)
    closing = asyncio.ensure_future(ended.close())
    await asyncio.wait([closing], timeout=0.2)
    go_on.set()
    await starting
    await closing
    await started.close()
    assert ended._ours.closed and started._ours.closed
    assert not multiprocessing.active_children()
