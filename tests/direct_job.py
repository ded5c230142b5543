"""A job without a window or a console: services on the spot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork

P = ParamSpec("P")
T = TypeVar("T")


class DirectJob:
    """A `workers.job.Job` on the spot; `at` is called with each stage and with the name of each service written."""

    def __init__(self, database: Database, at: Callable[[str], object] = lambda _what: None) -> None:
        self.database = database
        self.stages: list[str] = []
        self.lines: list[str] = []
        self.leaving = False
        self.behind_it: list[asyncio.Task[None]] = []
        self._at = at

    async def write(self, service: Callable[Concatenate[UnitOfWork, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        result = self.database.write(service, *args, **kwargs)
        self._at(f"after {service.__name__}")
        return result

    async def read(self, query: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.database.read(query, *args, **kwargs)

    def progress(self, stage: str, done: int = 0, total: int = 0, text: str = "") -> None:
        if stage not in self.stages:
            self.stages.append(stage)
        self._at(stage)

    def log(self, line: str) -> None:
        self.lines.append(line)

    def behind(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self.behind_it.append(asyncio.create_task(work()))

    async def settled(self) -> None:
        """Once what goes on behind it has ended."""
        await asyncio.gather(*self.behind_it)
