"""The workspace as a whole: the check finds what is broken, a backup is whole and private, the sample is complete."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from erpai_desktop.errors import CorruptWorkspaceError, InvalidInputError, ServiceError, WorkspaceError
from erpai_desktop.models.entities import ModelQA, TrainingConversation, User
from erpai_desktop.services import workspace
from erpai_desktop.storage import blobs
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database


def test_the_sample_is_whole(tmp_path: Path) -> None:
    location = WorkspaceLocation(path=tmp_path / "sample.erpai")
    database = workspace.create_sample(location)
    assert workspace.check(database) == ()

    assert (database.read(lambda session: session.scalar(select(func.count(ModelQA.id)))) or 0) > 260
    assert (database.read(lambda session: session.scalar(select(func.count(TrainingConversation.id)))) or 0) >= 25
    assistants = database.read(
        lambda session: session.scalar(select(func.count()).where(User.model_id.is_not(None)).select_from(User))
    )
    assert assistants == 5
    database.close()


@pytest.mark.parametrize("name", ["", "  ", "x" * 257, "a\0b"])
def test_names_that_cannot_be(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInputError):
        workspace.create(WorkspaceLocation(path=tmp_path / "a.erpai"), name=name)
    assert list(tmp_path.iterdir()) == []


# --- check --------------------------------------------------------------------------------------------------------


def _ring(connection: sqlite3.Connection) -> None:
    pairs = connection.execute(
        "SELECT c.id, p.id FROM models c JOIN models p ON p.id = c.parent_id WHERE p.parent_id IS NOT NULL"
    )
    child, parent = pairs.fetchone()
    connection.execute("UPDATE models SET parent_id = ? WHERE id = ?", (child, parent))


def _orphan(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE models SET deleted_utc = '2026-01-01 00:00:00.000000' WHERE parent_id IS NULL")


def _two_defaults(connection: sqlite3.Connection) -> None:
    connection.execute("DROP INDEX uq_models_is_default")
    connection.execute("UPDATE models SET is_default = 1")


def _one_voice(connection: sqlite3.Connection) -> None:
    connection.execute("DROP INDEX uq_models_virtual_user_id")
    connection.execute("UPDATE models SET virtual_user_id = (SELECT id FROM users LIMIT 1)")


def _numbers(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE training_conversation_messages SET message_no = 9 WHERE message_no = 2")


def _index(connection: sqlite3.Connection) -> None:
    connection.execute("DROP TRIGGER model_qas_fts_update")
    connection.execute("UPDATE model_qas SET question = 'changed behind the back of the index' WHERE seq = 1")


def _reference(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE model_qas SET model_id = '00' WHERE seq = 1")


def _no_name(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM workspaces")


def _version(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO compilations (model_id, number, target, input_hash, engine_version, knowledge_revision,"
        " start_time_utc, status, compiled_model_name, build_log, error_message, id, object_version, created_utc,"
        " updated_utc) SELECT id, 3, 'built-in', '', '', 0, created_utc, 'R', '', '', '', id, 1, created_utc,"
        " updated_utc FROM models WHERE is_default"
    )
    connection.execute("UPDATE models SET conversational_compilation_id = id WHERE is_default")


def _half_file(connection: sqlite3.Connection) -> None:
    _version(connection)
    connection.execute("UPDATE models SET conversational_compilation_id = NULL")
    connection.execute("INSERT INTO blobs VALUES ('ab', 5, '2026-01-01 00:00:00.000000', NULL)")
    connection.execute(
        "INSERT INTO compilation_assets SELECT id, 'index', NULL, 'ab', id, 1, created_utc, updated_utc, NULL, NULL"
        " FROM compilations"
    )


def _unreadable(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE models SET name = '{'")


def _provider(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE providers SET deleted_utc = '2026-01-01 00:00:00.000000'")


def _budget(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO budgets (id, object_version, created_utc, updated_utc, scope, limit_micros, currency, warn_share)"
        " SELECT id, 1, created_utc, updated_utc, 'company', 1, 'USD', 0.8 FROM models LIMIT 2"
    )


def _golden(connection: sqlite3.Connection) -> None:
    _version(connection)
    connection.execute(
        "INSERT INTO golden_sets (id, object_version, created_utc, updated_utc, model_id, compilation_id, name,"
        " base_model) SELECT id, 1, created_utc, updated_utc, model_id, id, 'x', '' FROM compilations LIMIT 1"
    )
    connection.execute(
        "INSERT INTO golden_answers (id, object_version, created_utc, updated_utc, golden_set_id, answer_no, question,"
        " expected, expects_refusal, answer, refused, confidence, sources)"
        " SELECT id, 1, created_utc, updated_utc, id, 1, 'q', '', 0, 'a', 0, 1, '[]' FROM golden_sets"
    )


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_ring, "below themselves"),
        (_orphan, "lies in the bin"),
        (_two_defaults, "Several models are the default"),
        (_one_voice, "One virtual user speaks"),
        (_numbers, "not numbered"),
        (_index, "full-text index"),
        (_reference, "point at rows that are not there"),
        (_no_name, "descriptions of the workspace"),
        (_version, "active version 3"),
        (_half_file, "missing or half stored"),
        (_provider, "The provider of these models"),
        (_budget, "set more than once"),
        (_golden, "some are missing"),
        (_unreadable, "could not be read"),
    ],
)
def test_the_check_finds(
    sample: Database, sample_file: Path, spoil: Callable[[sqlite3.Connection], None], words: str
) -> None:
    assert workspace.check(sample) == ()
    with closing(sqlite3.connect(sample_file)) as connection, connection:
        spoil(connection)
    findings = workspace.check(sample)
    assert [finding for finding in findings if words in finding], findings


def test_the_check_finds_damaged_files(sample: Database, sample_file: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"x" * 100)
    blobs.store_blob(sample, source)
    with closing(sqlite3.connect(sample_file)) as connection, connection:
        connection.execute("UPDATE blob_parts SET data = X'79'")
    assert [finding for finding in workspace.check(sample) if "stored file" in finding]


def _damage(path: Path) -> None:
    """Overwrite the pages of a table's index."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page, size = (
            connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'ix_changes_row_id'").fetchone()[0],
            connection.execute("PRAGMA page_size").fetchone()[0],
        )
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


def test_the_check_reports_damaged_pages_and_a_backup_refuses_them(sample_file: Path, tmp_path: Path) -> None:
    _damage(sample_file)
    database = open_database(WorkspaceLocation(path=sample_file))
    assert [finding for finding in workspace.check(database) if "damaged" in finding]
    with pytest.raises(CorruptWorkspaceError):
        workspace.backup(database, tmp_path / "backup.erpai")
    database.close()
    assert list(tmp_path.glob("*backup*")) == []


# --- backup -------------------------------------------------------------------------------------------------------


def test_a_backup_is_whole_private_and_of_this_moment(sample: Database, tmp_path: Path) -> None:
    def questions(database: Database) -> int:
        return database.read(lambda session: session.scalar(select(func.count()).select_from(ModelQA))) or 0

    before = questions(sample)
    path = workspace.backup(sample, tmp_path / "backup.erpai")
    assert path.stat().st_mode & 0o777 == 0o600
    sample.write(lambda work: work.session.delete(work.session.scalars(select(ModelQA).limit(1)).one()))
    copy = open_database(WorkspaceLocation(path=path))
    assert questions(copy) == before == questions(sample) + 1
    assert workspace.check(copy) == ()
    copy.close()
    assert [one.name for one in tmp_path.glob("*backup*")] == ["backup.erpai"]


def test_a_backup_never_overwrites(sample: Database, tmp_path: Path) -> None:
    target = tmp_path / "precious.txt"
    target.write_text("precious")
    with pytest.raises(WorkspaceError):
        workspace.backup(sample, target)
    assert target.read_text() == "precious"


def test_a_backup_into_no_folder(sample: Database, tmp_path: Path) -> None:
    with pytest.raises(ServiceError):
        workspace.backup(sample, tmp_path / "none" / "backup.erpai")
