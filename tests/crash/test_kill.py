"""At 68 seeded points of saving, importing, migrating, storing, compiling and creating, kill -9; then look."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from erpai_desktop.errors import NewerWorkspaceError
from erpai_desktop.models.entities import Blob, Change, Compilation, Model, ModelQA, TrainingConversationMessage
from erpai_desktop.models.enums import CompilationStatus
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.qas import QaFilter
from erpai_desktop.services import compilations, workspace
from erpai_desktop.storage import blobs
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from erpai_desktop.storage.queries import qas as queries
from tests.crash import scenarios
from tests.unit.storage import next_revision

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kill -9 and fork are POSIX's")

SEED = 20_261_124


@dataclass(frozen=True)
class Killed:
    """One killed process: where it worked, where it died, what it had acknowledged."""

    folder: Path
    point: str
    acknowledged: list[tuple[str, Any]]

    @property
    def path(self) -> Path:
        """Its workspace."""
        return self.folder / "company.erpai"

    def values(self, kind: str) -> list[Any]:
        """What it acknowledged of one kind."""
        return [value for some, value in self.acknowledged if some == kind]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Killed]]:
    """All killed processes by scenario."""
    folder = tmp_path_factory.mktemp("crash")
    scenarios.make_template(folder / "template.erpai")
    with pytest.MonkeyPatch.context() as patch:
        next_revision.install(folder / scenarios.LATER_VERSIONS, patch)
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash.kill", str(folder), str(SEED)],
        cwd=Path(__file__).parent.parent.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, list[Killed]] = {name: [] for name in scenarios.ALL}
    for line in done.stdout.splitlines():
        one = json.loads(line)
        place = Path(one["folder"])
        acknowledged = place / "acknowledged"
        lines = acknowledged.read_text().splitlines() if acknowledged.exists() else []
        found[one["scenario"]].append(Killed(place, one["point"], [(k, v) for k, v in map(json.loads, lines)]))
    return found


def _look(one: Killed, look: Callable[[Database], None], path: Path | None = None) -> None:
    """Open it, as the next start would, see that it is whole, then look closer."""
    database = open_database(WorkspaceLocation(path=path or one.path))
    try:
        assert workspace.check(database) == (), f"killed at {one.point}"
        look(database)
    except AssertionError as error:
        raise AssertionError(f"killed at {one.point} after {one.acknowledged}: {error}") from error
    finally:
        database.close()


def test_at_least_fifty_points_and_some_on_either_side_of_an_acknowledgement(killed: dict[str, list[Killed]]) -> None:
    assert {name: len(some) for name, some in killed.items()} == {name: n for name, (_, n) in scenarios.ALL.items()}
    assert sum(map(len, killed.values())) >= 50
    assert len({(name, one.point) for name, some in killed.items() for one in some}) >= 50
    saves = [len(one.acknowledged) for one in killed["save"]]
    assert min(saves) <= 1 and max(saves) >= 12


def test_no_acknowledged_save_is_lost_and_none_is_half_there(killed: dict[str, list[Killed]]) -> None:
    for one in killed["save"]:

        def look(database: Database, one: Killed = one) -> None:
            rows = database.read(
                lambda session: session.execute(select(ModelQA.answer, ModelQA.question, ModelQA.section)).all()
            )
            edited = sum("walrus" in row.answer for row in rows)
            added = sum(row.question.startswith("Added") for row in rows)
            talks = database.read(
                lambda session: session.scalar(select(func.count()).select_from(TrainingConversationMessage))
            )
            sections = {row.section for row in rows}
            # What was acknowledged is there; beyond it at most the one action that was under way, and whole.
            counts = {"edit": edited, "add": added, "talk": (talks or 0) // 2}
            for kind, count in counts.items():
                assert count - len(one.values(kind)) in (0, 1), kind
            assert talks is not None and talks % 2 == 0, "half a conversation"
            assert len(sections) == 1, "an edit of many rows is half there"
            assert int(sections.pop()[1:]) - len(one.values("section")) in (0, 1)
            under_way = sum(counts.values()) - sum(len(one.values(kind)) for kind in counts)
            assert under_way <= 1
            model_id = ModelId(database.read(lambda session: session.scalars(select(Model.id)).one()))
            assert len(database.read(queries.select_numbers, QaFilter(model_id, text="walrus"))) == edited
            recorded = database.read(
                lambda session: session.scalar(
                    select(func.count()).select_from(Change).where(Change.label == "Add a Q&A")
                )
            )
            assert recorded == scenarios.ROWS + added, "the history and the rows disagree"

        _look(one, look)


def test_no_import_is_half_there(killed: dict[str, list[Killed]]) -> None:
    for one in killed["import"]:

        def look(database: Database, one: Killed = one) -> None:
            model_id = ModelId(database.read(lambda session: session.scalars(select(Model.id)).one()))
            rows = len(database.read(queries.select_numbers, QaFilter(model_id))) - scenarios.ROWS
            assert rows in ((scenarios.IMPORTED,) if one.values("import") else (0, scenarios.IMPORTED))
            assert len(database.read(queries.select_numbers, QaFilter(model_id, text="pelican"))) == rows
            batches = database.read(
                lambda session: session.scalars(select(Change.row_count).where(Change.batch.is_not(None))).all()
            )
            assert list(batches) == ([rows] if rows else [])
            of_qas = text("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'model_qas'")
            triggers = database.read(lambda session: session.scalar(of_qas))
            assert triggers == 3, "the index would no longer follow edits"

        _look(one, look)


def test_a_migration_is_done_or_not_begun(killed: dict[str, list[Killed]], monkeypatch: pytest.MonkeyPatch) -> None:
    upgraded = 0
    for one in killed["migrate"]:
        try:
            _look(one, lambda database: None)
        except NewerWorkspaceError:
            upgraded += 1
        else:
            assert not one.acknowledged, one.point
        for backup in one.folder.glob("company.before-*"):
            _look(one, lambda database: None, backup)
        with monkeypatch.context() as later:
            next_revision.install(one.folder / scenarios.LATER_VERSIONS, later)

            def look(database: Database) -> None:
                assert database.read(lambda session: session.scalar(text("SELECT later FROM models"))) == 7
                assert database.read(lambda session: session.scalar(select(func.count(ModelQA.id)))) == scenarios.ROWS

            _look(one, look)
        assert list(one.folder.glob("company.before-*")), "upgraded without a backup"
    assert 0 < upgraded < len(killed["migrate"])


def test_a_stored_file_is_whole_or_can_be_stored_again(killed: dict[str, list[Killed]]) -> None:
    for one in killed["blob"]:

        def look(database: Database, one: Killed = one) -> None:
            source = one.folder / "again"
            source.write_bytes(scenarios.BLOB)
            sha256 = blobs.file_sha256(source)
            complete = database.read(
                lambda session: session.scalar(select(Blob.complete_utc).where(Blob.sha256 == sha256))
            )
            assert complete is not None or not one.acknowledged
            assert blobs.store_blob(database, source) == sha256
            assert blobs.fetch_blob(database, sha256, one.folder / "cache").read_bytes() == scenarios.BLOB

        _look(one, look)


def test_no_version_is_half_active(killed: dict[str, list[Killed]]) -> None:
    for one in killed["compile"]:

        def look(database: Database, one: Killed = one) -> None:
            interrupted = compilations.mark_interrupted(database)
            versions = {
                version.number: version
                for version in database.read(lambda session: session.scalars(select(Compilation)).all())
            }
            active = database.read(lambda session: session.scalars(select(Model.conversational_compilation_id)).one())
            assert not any(version.status is CompilationStatus.RUNNING for version in versions.values())
            second = versions.get(2)
            if one.acknowledged or (second is not None and second.is_successful):
                assert second is not None and active == second.id
                assert interrupted == ()
            else:
                assert active == versions[1].id
                assert [build.number for build in interrupted] == ([2] if second is not None else [])

        _look(one, look)


def test_a_workspace_is_made_or_not_there(killed: dict[str, list[Killed]]) -> None:
    for one in killed["create"]:
        made = one.folder / "made-company.erpai"
        if not made.exists():
            assert not one.acknowledged
            workspace.create_sample(WorkspaceLocation(path=made)).close()

        def look(database: Database) -> None:
            assert database.read(lambda session: session.scalar(select(func.count()).select_from(Model))) == 9

        _look(one, look, made)
