"""Runs a long job without a window: services directly on the database, progress and log as lines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from erpai_desktop.cli.output import Output
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork

P = ParamSpec("P")
T = TypeVar("T")


class ConsoleJob:
    """A `workers.job.Job`. Progress is told once a stage; with JSON each stage and log line is an object."""

    def __init__(self, database: Database, output: Output) -> None:
        self._database = database
        self._output = output
        self._stage = ""
        self._behind: set[asyncio.Task[None]] = set()

    @property
    def database(self) -> Database:
        """The open workspace."""
        return self._database

    @property
    def leaving(self) -> bool:
        """Ctrl+C ends this program and nothing else."""
        return True

    async def write(self, service: Callable[Concatenate[UnitOfWork, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a service in a transaction."""
        return self._database.write(service, *args, **kwargs)

    async def read(self, query: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query in a snapshot."""
        return self._database.read(query, *args, **kwargs)

    def progress(self, stage: str, done: int = 0, total: int = 0, text: str = "") -> None:
        """Tell a new stage."""
        if stage != self._stage:
            self._stage = stage
            self._output.tell({"event": "stage", "stage": stage}, f"… {stage}")

    def log(self, line: str) -> None:
        """Tell a line of the log."""
        self._output.tell({"event": "log", "line": line}, line)

    def behind(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """See to this meanwhile; a command that may leave something to it waits with `settled`."""
        task = asyncio.get_running_loop().create_task(work())
        self._behind.add(task)
        task.add_done_callback(self._behind.discard)

    async def settled(self) -> None:
        """Once what goes on behind the job has ended."""
        await asyncio.gather(*self._behind)
