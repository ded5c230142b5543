"""An open workspace while the window shows it: database, runner, engine, connections; opened and closed together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from erpai_desktop.models.snapshots.compilations import InterruptedBuild
from erpai_desktop.models.snapshots.workspace import WorkspaceInfo
from erpai_desktop.services.compilations import mark_interrupted
from erpai_desktop.services.users import enter, os_user, workspace_info
from erpai_desktop.services.workspace import create, create_sample
from erpai_desktop.settings import cache_folder, data_folder, load_settings
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation, parse_location
from erpai_desktop.storage.opening import open_database
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.providers.connections import Connections
from erpai_desktop.workers.runner import Runner
from erpai_desktop.workers.watch import Watch

OWN_FILE = "workspace.erpai"
SAMPLE_FILE = "sample.erpai"


@dataclass(slots=True)
class Session:
    """Everything that lives exactly as long as a workspace is open."""

    database: Database
    info: WorkspaceInfo
    interrupted: tuple[InterruptedBuild, ...]
    runner: Runner
    engine: EngineProcess
    connections: Connections
    watch: Watch

    async def close(self) -> None:
        """End what runs, in the order in which the parts lean on each other."""
        self.watch.stop()
        await self.runner.close()
        await self.engine.close()
        await self.connections.close()
        self.database.close()


def own_workspace() -> WorkspaceLocation | None:
    """The person's own workspace: the one they used last, or the default file if it exists."""
    chosen = load_settings().workspace
    if chosen:
        return parse_location(chosen)
    default = data_folder() / OWN_FILE
    return WorkspaceLocation(path=default) if default.exists() else None


def sample_file() -> Path:
    """Where a person's copy of the sample company lies."""
    return data_folder() / SAMPLE_FILE


async def open_session(location: WorkspaceLocation) -> Session:
    """Open a workspace. Raises a WorkspaceError, with the file untouched."""
    return await _opened(lambda: open_database(location))


async def open_new(location: WorkspaceLocation, *, name: str) -> Session:
    """Make an empty workspace and open it."""
    return await _opened(lambda: create(location, name=name))


async def open_sample() -> Session:
    """Open the person's copy of the sample company; it is made the first time."""
    path = sample_file()

    def get() -> Database:
        location = WorkspaceLocation(path=path)
        if path.exists():
            return open_database(location)
        path.parent.mkdir(parents=True, exist_ok=True)
        return create_sample(location)

    return await _opened(get)


async def _opened(get: Callable[[], Database]) -> Session:
    # A thread of its own, so that a slow disk or a long migration never blocks the window.
    with ThreadPoolExecutor(1, thread_name_prefix="open") as executor:
        database, info, interrupted = await asyncio.get_running_loop().run_in_executor(executor, _enter, get)
    runner = Runner(database)
    return Session(database, info, interrupted, runner, EngineProcess(cache_folder()), Connections(), Watch(runner))


def _enter(get: Callable[[], Database]) -> tuple[Database, WorkspaceInfo, tuple[InterruptedBuild, ...]]:
    database = get()
    try:
        person = os_user()
        actor = enter(database, login=person.login, name=person.name)
        interrupted = mark_interrupted(database)
        return database, database.read(workspace_info, actor=actor, location=database.location), interrupted
    except BaseException:
        database.close()
        raise
