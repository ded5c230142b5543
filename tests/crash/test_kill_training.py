"""At 100 seeded points before, during and after uploads, the start of a job and commits, kill -9; then look.

A third of the trainings is started by a double click, a third is taken up by two clients at once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select

from erpai_desktop.ai.trainer import OWN_ID_KEY
from erpai_desktop.models.entities import Compilation, JobIntention, Usage
from erpai_desktop.models.enums import JobState, UsageState
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.models.snapshots.training import TrainingRun
from erpai_desktop.services import users, workspace
from erpai_desktop.services.training_files import TRAINING_JOB, UPLOAD
from erpai_desktop.services.training_jobs import training_run
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from tests.crash.kill_training import DATABASE, MODES, WIRE
from tests.providers.server import ProviderServer
from tests.trained import add_arbiter, begin_prepared

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="kill -9 and fork are POSIX's"),
    # A hundred trainings in one test: half a minute, and minutes on a machine that has much else to do.
    pytest.mark.timeout(600),
]

SEED, POINTS = 20_261_125, 100


@dataclass(frozen=True)
class Killed:
    """A training that was killed and taken up again."""

    path: Path
    point: tuple[str, int, float]
    how: str


@pytest.fixture(scope="module")
def server() -> Iterator[ProviderServer]:
    with ProviderServer() as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """In memory where there is such a place: a killed process loses nothing that it has written, a disk only waits."""
    in_memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    if not os.access(in_memory, os.W_OK):
        yield tmp_path_factory.mktemp("training")
        return
    with tempfile.TemporaryDirectory(dir=in_memory) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def killed(folder: Path, server: ProviderServer) -> list[Killed]:
    database = workspace.create(WorkspaceLocation(path=folder / "template.erpai"), name="Crash")
    users.enter(database, login="tester")
    begin_prepared(database, add_arbiter(database, rows=1), folder)
    database.write(_left_by_a_dead_process)
    database.close()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.crash.kill_training",
            str(folder),
            str(SEED),
            str(POINTS),
            server.base_url,
            server.key,
        ],
        cwd=Path(__file__).parent.parent.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr
    return [
        Killed(Path(one["path"]), tuple(one["point"]), one["how"]) for one in map(json.loads, done.stdout.splitlines())
    ]


def test_killed_anywhere_a_training_is_begun_once_and_comes_to_its_end(
    killed: list[Killed], server: ProviderServer
) -> None:
    # One test: workers that share the tests between them would else each kill a hundred trainings of their own.
    _points_of_every_kind(killed)
    _at_most_one_job_an_intention_and_no_orphan_unreported(killed, server)
    _every_training_came_to_its_end(killed, server)


def _points_of_every_kind(killed: list[Killed]) -> None:
    assert len(killed) == POINTS
    assert len({one.point for one in killed}) >= POINTS * 3 // 4
    assert {(one.point[0], one.how) for one in killed} == {(kind, how) for kind in (DATABASE, WIRE) for how in MODES}


def _at_most_one_job_an_intention_and_no_orphan_unreported(killed: list[Killed], server: ProviderServer) -> None:
    by_own_id: dict[str, list[dict[str, Any]]] = {}
    for job in server.training.jobs.values():
        by_own_id.setdefault(job["metadata"][OWN_ID_KEY], []).append(job)
    assert max(map(len, by_own_id.values())) == 1
    taken_up_twice = 0
    files_in_use: set[str] = set()
    for one in killed:
        database = open_database(WorkspaceLocation(path=one.path))
        try:
            assert workspace.check(database) == (), one
            run = _run(database)
            findings = orjson.loads(run.values["findings"])
            steps = [step for step in run.steps if step.kind == TRAINING_JOB]
            done = [step for step in steps if step.state is JobState.DONE]
            assert len(done) == 1, one
            assert not run.is_running, one
            for step in steps:
                jobs = by_own_id.pop(str(step.id), [])
                if step not in done and jobs:
                    assert any(jobs[0]["id"] in finding["message"] for finding in findings), one
            taken_up_twice += len(steps) > 1
            # Each file went up once, but for those that were cut off on their way.
            for part in ("training", "validation"):
                sent = [step for step in run.steps if (step.kind, step.part) == (UPLOAD, part)]
                assert [step.state for step in sent].count(JobState.DONE) == 1, one
                files_in_use.update(step.remote_id for step in sent if step.state is JobState.DONE)
            # Paid for once, and settled; orphans beside it, each once.
            usages = database.read(lambda session: session.scalars(select(Usage)).all())
            settled = [usage for usage in usages if usage.state is UsageState.SETTLED]
            assert [usage.tokens_in for usage in settled] == [1234], one
            assert len(usages) == 1 + sum("was begun for a start" in finding["message"] for finding in findings), one
        finally:
            database.close()
    # What is left are the two trainings that were not killed.
    assert len(by_own_id) == 2
    assert taken_up_twice < POINTS // 2
    # No file is left of an upload that was cut off; those of the two trainings that were not killed are.
    assert len(server.training.files.keys() - files_in_use) == 4


def _every_training_came_to_its_end(killed: list[Killed], server: ProviderServer) -> None:
    for one in killed:
        database = open_database(WorkspaceLocation(path=one.path))
        try:
            version = database.read(lambda session: session.scalars(select(Compilation)).one())
            assert version.is_successful, one
            assert version.compiled_model_name in server.training.trained, one
            assert version.build_log.count("Created fine-tuning job") <= 1, one
        finally:
            database.close()


def _run(database: Database) -> TrainingRun:
    compilation_id = database.read(lambda session: session.scalars(select(Compilation.id)).one())
    return database.read(training_run, compilation_id=CompilationId(compilation_id))


def _left_by_a_dead_process(work: Any) -> None:
    work.session.scalars(select(JobIntention)).one().owner = ""
