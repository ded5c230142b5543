"""Kills many trainings: python -m tests.crash.kill_training FOLDER SEED POINTS URL KEY.

One parent imports everything once and forks a child for each point. A child trains a prepared version, on a workspace
of its own, at the provider's server named, and dies at the wanted point: between two statements of the database, or
before, during or after a request to the provider. Then the next start goes on. Prints one JSON object a point; looking
at what is left is the test's.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

from pydantic import SecretStr
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.util import LRUCache

from erpai_desktop.ai.providers import openai_client
from erpai_desktop.ai.providers.provider_access import Limits, ProviderAccess
from erpai_desktop.errors import OwnedElsewhereError
from erpai_desktop.models.enums import ProviderKind
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.services.training_jobs import open_runs
from erpai_desktop.services.users import enter
from erpai_desktop.storage import engine
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from erpai_desktop.workers.training.resume_training import resume_training
from tests.direct_job import DirectJob
from tests.trained import BASE_MODEL, QUICK, Trainers

T = TypeVar("T")
DATABASE, WIRE = "database", "wire"
MODES = ("one", "double click", "two clients")
_CUT_AFTER_S = (0.0, 0.0005, 0.001, 0.002, 0.004)
"""How long a request is under way when its sender is killed in the midst of it."""


class Points:
    """Counts the points of a training; kills the process at the wanted one."""

    def __init__(self, wanted: tuple[str, int, float] | None) -> None:
        self.wanted = wanted
        self.passed = {DATABASE: 0, WIRE: 0}

    def install(self) -> None:
        """Hook into everything. Not undone: for a process of its own."""
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(Engine, name, lambda *_: self._pass(DATABASE))
        for name in ("post", "upload"):
            setattr(openai_client.OpenAiClient, name, self._hooked(getattr(openai_client.OpenAiClient, name)))

    def _hooked(self, send: Callable[..., Awaitable[T]]) -> Callable[..., Awaitable[T]]:
        async def hooked(*args: Any, **kwargs: Any) -> T:
            self._pass(WIRE)  # Before it is sent.
            self.passed[WIRE] += 1
            if self.wanted is not None and self.wanted[:2] == (WIRE, self.passed[WIRE]):
                asyncio.get_running_loop().call_later(self.wanted[2], _die)  # While it is under way.
            answer = await send(*args, **kwargs)
            if self.wanted is not None and self.wanted[:2] == (WIRE, self.passed[WIRE]):
                _die()
            self._pass(WIRE)  # When it has been answered.
            return answer

        return hooked

    def _pass(self, kind: str) -> None:
        self.passed[kind] += 1
        if self.wanted is not None and self.wanted[:2] == (kind, self.passed[kind]):
            _die()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path, seed: int, number: int, url: str, key: str) -> None:
    """Count the points of a whole training, then be killed at some of them and let the next start go on."""
    chance = random.Random(seed)
    _share_compiled_statements()
    _train(_workspace(folder, "warm") / "company.erpai", "one", url, key)
    place = _workspace(folder, "count")
    _ended(_child(place, "one", None, url, key), killed=False)
    counted = json.loads((place / "counts").read_text())
    on_the_wire = number * 2 // 5
    wanted = [
        (WIRE, 1 + at % counted[WIRE], _CUT_AFTER_S[at // counted[WIRE] % len(_CUT_AFTER_S)])
        for at in range(on_the_wire)
    ]
    wanted += [
        (DATABASE, 1 + int((at + chance.random()) * counted[DATABASE] / (number - on_the_wire)), 0.0)
        for at in range(number - on_the_wire)
    ]
    for run, point in enumerate(wanted):
        how = MODES[run % len(MODES)]
        place = _workspace(folder, str(run))
        _ended(_child(place, how, point, url, key), killed=True)
        # The next start; of two clients, two at once.
        again = [_child(place, how, None, url, key) for _ in range(2 if how == "two clients" else 1)]
        for child in again:
            _ended(child, killed=False)
        sys.stdout.write(json.dumps({"path": str(place / "company.erpai"), "point": point, "how": how}) + "\n")


def _share_compiled_statements() -> None:
    """Let every engine use one cache of compiled statements, filled before the first fork: half of a child's time."""
    shared: Any = LRUCache(2_000)

    def create(*args: Any, **kwargs: Any) -> Engine:
        made = create_engine(*args, **kwargs)
        made._compiled_cache = shared
        return made

    mock.patch.object(engine, "create_engine", create).start()


def _workspace(folder: Path, name: str) -> Path:
    place = folder / name
    place.mkdir()
    shutil.copy(folder / "template.erpai", place / "company.erpai")
    return place


def _child(place: Path, how: str, point: tuple[str, int, float] | None, url: str, key: str) -> int:
    # Else the child would write what is still in the buffer a second time.
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        points = Points(point)
        points.install()
        _train(place / "company.erpai", how, url, key)
        (place / "counts").write_text(json.dumps(points.passed))
        status = 0
    except BaseException as error:
        sys.stderr.write(f"{point}: {error!r}\n")
        sys.stderr.flush()
    finally:
        os._exit(status)


def _ended(child: int, *, killed: bool) -> None:
    _, status = os.waitpid(child, 0)
    if killed != (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL) or (not killed and status):
        raise SystemExit(f"the process ended with status {status}")


def _train(path: Path, how: str, url: str, key: str) -> None:
    """Take the workspace's one training up and see it to its end, unless it has ended or another client has it."""
    database = open_database(WorkspaceLocation(path=path))
    enter(database, login="tester")
    for run in database.read(open_runs):
        access = ProviderAccess(
            ProviderKind.OPENAI, url, BASE_MODEL, key=SecretStr(key), limits=Limits(connect_s=60, retries=0)
        )
        asyncio.run(
            _go_on(database, run.compilation_id, access, path.parent / "cache", clicks=1 + (how == "double click"))
        )
    database.close()


async def _go_on(
    database: Database, compilation_id: CompilationId, access: ProviderAccess, cache: Path, *, clicks: int
) -> None:
    ended = await asyncio.gather(
        *(
            resume_training(
                DirectJob(database),
                compilation_id=compilation_id,
                connections=Trainers(access),
                cache_folder=cache,
                pace=QUICK,
            )
            for _ in range(clicks)
        ),
        return_exceptions=True,
    )
    for one in ended:
        if isinstance(one, BaseException) and not isinstance(one, OwnedElsewhereError):
            raise one


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5])
