"""A child process that exchanges messages with the program; killed and gone when it is closed.

Spawned everywhere, never forked: a fork would copy Qt's threads. The target imports what is heavy by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from erpai_desktop.errors import EngineError
from erpai_desktop.logs.program_log import LogPlace, child_log, forget_child, log_place

Target = Callable[..., None]
Message = dict[str, Any]
T = TypeVar("T")
log = logging.getLogger(__name__)

_ENDING_S = 5.0
"""How long a child that has closed its end of the pipe is waited for, to learn what it ended with."""
_MOMENT_S = 0.01

_REAPING = threading.Lock()
"""Whenever a process is started, multiprocessing asks for the ends of all others, also of those that another thread is
joining just then: the end is told to one of the two alone, and the other takes its process for one that still runs."""


class ChildProcess:
    """Messages are JSON objects; ASCII-escaped, so that even half a character passes.

    `target` is a module-level function that is called in the child with a Connection and `arguments`, which must be
    picklable and small: files are handed over by name.
    """

    def __init__(self, target: Target, *arguments: object, name: str) -> None:
        context = multiprocessing.get_context("spawn")
        self._ours, self._theirs = context.Pipe()
        self._name = name
        self._process = context.Process(
            target=_run_target, args=(target, self._theirs, name, log_place(), *arguments), name=name, daemon=True
        )
        # All that may block happens in this one thread: starting, sending, receiving, joining.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._closed = False
        self._begun: Future[None] | None = None

    def begin(self) -> None:
        """Begin to start it, so that it imports what it needs while this program does something else."""
        if self._begun is None:
            self._begun = self._thread.submit(self._start)

    async def start(self) -> None:
        """Start it, unless that has begun already, and wait until it is started."""
        self.begin()
        assert self._begun is not None
        await asyncio.wrap_future(self._begun)

    async def receive(self) -> Message | None:
        """The next message, None when the child has ended."""
        return None if self._closed else await self._in_thread(self._receive)

    async def send(self, message: Message) -> None:
        """Send a message; a large one waits until the child has room for it. Raises EngineError when it has ended."""
        try:
            if self._closed:
                raise BrokenPipeError
            await self._in_thread(lambda: send_message(self._ours, message))
        except (OSError, ValueError) as error:
            raise EngineError("The child process has ended.", advice="Try again.") from error

    async def unpack(self, work: Callable[[], T]) -> T:
        """Run what makes objects of a long message in this child's thread, where it keeps nobody waiting.

        Raises EngineError when the child was closed.
        """
        if self._closed:
            raise EngineError("The child process has ended.", advice="Try again.")
        return await self._in_thread(work)

    @property
    def pid(self) -> int | None:
        """Its process id once it has been started."""
        return None if self._closed else self._process.pid

    async def close(self) -> None:
        """Kill it if it still runs and wait until it is gone. May be called twice, and during a cancellation."""
        if self._closed:
            return
        self._closed = True
        # At once, for the thread may be waiting for the child; and again there, for it may be starting it just now.
        self._kill()
        loop = asyncio.get_running_loop()
        ended = asyncio.ensure_future(loop.run_in_executor(self._thread, self._end))
        cancelled: asyncio.CancelledError | None = None
        while not ended.done():
            try:
                await asyncio.wait([ended])
            except asyncio.CancelledError as error:
                cancelled = error
        self._thread.shutdown(wait=True)
        if cancelled is not None:
            raise cancelled

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _start(self) -> None:
        with _REAPING:
            self._process.start()
        # Once the child alone holds the other end, its death ends our waiting.
        self._theirs.close()

    def _receive(self) -> Message | None:
        message = receive_message(self._ours)
        if message is None and not self._closed:
            # It has let its end go, so it is ending.
            wait([self._process.sentinel], _ENDING_S)
            with _REAPING:
                # A moment passes between its last file and its end.
                self._process.join(_MOMENT_S)
                code = self._process.exitcode
            if code and not self._closed:
                log.error("the %s process %s ended with %s", self._name, self._process.pid, code)
        return message

    def _kill(self) -> None:
        if self._process.pid is not None:
            with contextlib.suppress(ValueError, OSError):
                self._process.kill()

    def _end(self) -> None:
        if (pid := self._process.pid) is not None:
            self._kill()
            wait([self._process.sentinel], _ENDING_S)
            # Before its number may be another's.
            forget_child(pid)
            with _REAPING:
                self._process.join()
                self._process.close()
        self._ours.close()
        with contextlib.suppress(OSError):
            self._theirs.close()


def send_message(connection: Connection, message: Message) -> None:
    """Write one message."""
    connection.send_bytes(json.dumps(message).encode("ascii"))


def receive_message(connection: Connection) -> Message | None:
    """Read one message; None when the other side has ended."""
    try:
        message: Message = json.loads(connection.recv_bytes())
    except (EOFError, OSError):
        return None
    return message


def _run_target(target: Target, connection: Connection, name: str, place: LogPlace | None, *arguments: object) -> None:
    # Ctrl+C in a terminal reaches the whole group; the program ends its children itself, and they say nothing.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # ONNX Runtime reports to its maker unless it is told not to before it is imported; nothing leaves this machine.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    # A program that was killed reads no more; its child just ends.
    with child_log(name, place), contextlib.suppress(BrokenPipeError, ConnectionResetError):
        target(connection, *arguments)
