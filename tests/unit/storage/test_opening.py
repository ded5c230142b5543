"""Opening: what is not usable is told apart and left as it was, byte for byte; what is older is backed up first."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from erpai_desktop.errors import (
    CorruptWorkspaceError,
    LockedWorkspaceError,
    NewerWorkspaceError,
    NotAWorkspaceError,
    ReadOnlyWorkspaceError,
    ServiceError,
    WorkspaceError,
)
from erpai_desktop.models.entities import Model
from erpai_desktop.services import workspace
from erpai_desktop.storage import schema, sqlite_file
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from erpai_desktop.storage.unit_of_work import UnitOfWork
from tests.unit.storage import next_revision


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A workspace file that nobody has open."""
    path = tmp_path / "a company?#%41.erpai"
    workspace.create(WorkspaceLocation(path=path), name="Test").close()
    return path


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def _refused(path: Path, kind: type[WorkspaceError]) -> WorkspaceError:
    before = _contents(path.parent)
    with pytest.raises(kind) as caught:
        open_database(WorkspaceLocation(path=path))
    assert _contents(path.parent) == before, "the refused file or its folder was touched"
    assert type(caught.value) is kind
    assert caught.value.message and caught.value.safe and caught.value.advice
    return caught.value


def test_a_new_file_is_ours_private_and_alone(file: Path) -> None:
    header = file.read_bytes()[:100]
    assert int.from_bytes(header[68:72]) == schema.APPLICATION_ID
    assert int.from_bytes(header[60:64]) == schema.FORMAT
    assert header[18:20] == b"\x02\x02", "not in WAL mode"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_opening_and_closing_leaves_one_file(file: Path) -> None:
    database = open_database(WorkspaceLocation(path=file))
    assert database.read(lambda session: session.scalar(text("SELECT name FROM workspaces"))) == "Test"
    database.close()
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_missing(tmp_path: Path) -> None:
    error = _refused(tmp_path / "none.erpai", WorkspaceError)
    assert "no workspace" in error.message


def _other_program(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE models (id)")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"SQLite format 3\0"),
        lambda path: path.write_bytes(b"PK\x03\x04" * 500),
        lambda path: path.write_text("question,answer\n" * 50),
        _other_program,
    ],
    ids=["empty", "header cut off", "zip", "text", "another program's database"],
)
def test_not_ours(file: Path, spoil: Callable[[Path], object]) -> None:
    spoil(file)
    _refused(file, NotAWorkspaceError)


def test_a_folder_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(NotAWorkspaceError):
        open_database(WorkspaceLocation(path=tmp_path / "folder"))


def test_newer_by_its_header(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA user_version = {schema.FORMAT + 1}")
    _refused(file, NewerWorkspaceError)


def test_newer_by_its_revision(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    _refused(file, NewerWorkspaceError)


def test_marked_read_only(file: Path) -> None:
    file.chmod(0o400)
    _refused(file, ReadOnlyWorkspaceError)


def test_cut_off(file: Path) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])
    _refused(file, CorruptWorkspaceError)


def test_damaged_schema(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[100:1000] = b"\xff" * 900
    file.write_bytes(data)
    _refused(file, CorruptWorkspaceError)


def test_without_a_revision(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DELETE FROM alembic_version")
    _refused(file, CorruptWorkspaceError)


def test_kept_by_another_program(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("erpai_desktop.storage.sqlite_file._BUSY_S", 0.05)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("CREATE TABLE kept (id)")
        before = file.read_bytes()
        with pytest.raises(LockedWorkspaceError):
            open_database(WorkspaceLocation(path=file))
        assert file.read_bytes() == before


def test_another_window_that_writes_is_no_obstacle(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE workspaces SET name = 'Half done'")
        database = open_database(WorkspaceLocation(path=file))
        assert database.read(lambda session: session.scalar(text("SELECT name FROM workspaces"))) == "Test"
        database.close()


def test_an_equal_revision_is_opened_without_alembic(file: Path) -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from erpai_desktop.storage.location import WorkspaceLocation\n"
        "from erpai_desktop.storage.opening import open_database\n"
        "open_database(WorkspaceLocation(path=Path(sys.argv[1]))).close()\n"
        "assert 'alembic' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program, str(file)], check=True)


# --- creating -----------------------------------------------------------------------------------------------------


def test_creating_refuses_what_exists(file: Path) -> None:
    before = _contents(file.parent)
    with pytest.raises(WorkspaceError):
        workspace.create(WorkspaceLocation(path=file), name="Second")
    assert _contents(file.parent) == before


def test_a_creation_that_fails_leaves_nothing(location: WorkspaceLocation, tmp_path: Path) -> None:
    def fill(work: UnitOfWork) -> None:
        work.session.add(Model(name={"en": "Half"}))
        work.session.flush()
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        open_database(location, create=True, fill=fill)
    assert list(tmp_path.iterdir()) == []
    workspace.create(location, name="Second try").close()


def test_creating_where_nobody_may_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ReadOnlyWorkspaceError):
        workspace.create(WorkspaceLocation(path=tmp_path / "file" / "a.erpai"), name="Test")


# --- upgrading ----------------------------------------------------------------------------------------------------


def test_an_older_file_is_backed_up_then_upgraded(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as later:
        next_revision.install(tmp_path / "versions", later)
        database = open_database(WorkspaceLocation(path=file))
        assert database.read(lambda session: session.scalar(text("SELECT count(*) FROM later_things"))) == 0
        database.close()
    (backup,) = tmp_path.glob("*before-0004-from-0003*")
    assert backup.stat().st_mode & 0o777 == 0o600
    _refused(file, NewerWorkspaceError)
    database = open_database(WorkspaceLocation(path=backup))
    assert workspace.check(database) == ()
    database.close()


def test_a_failed_upgrade_leaves_the_older_workspace(
    location: WorkspaceLocation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.create(location, name="Test").close()
    with monkeypatch.context() as later:
        next_revision.install(tmp_path / "versions", later, last_line="raise RuntimeError('in the middle')")
        with pytest.raises(RuntimeError):
            open_database(location)
    database = open_database(location)
    assert database.read(lambda session: session.scalar(text("SELECT name FROM workspaces"))) == "Test"
    assert workspace.check(database) == ()
    database.close()


def test_an_upgrade_keeps_rows(location: WorkspaceLocation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.create_sample(location).close()
    next_revision.install(tmp_path / "versions", monkeypatch)
    database = open_database(location)
    assert database.read(lambda session: session.scalar(text("SELECT count(*) FROM models WHERE later = 7"))) == 9
    database.close()


# --- several windows at once --------------------------------------------------------------------------------------


def test_windows_that_open_an_older_file_at_once_all_get_it_and_it_is_backed_up_once(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together, known = threading.Barrier(3, timeout=60), schema.known_revisions

    def and_wait_for_the_others() -> frozenset[str]:
        together.wait()
        return known()

    opened: list[int] = []

    def open_it() -> None:
        database = open_database(WorkspaceLocation(path=file))
        opened.append(database.read(lambda session: session.scalar(text("SELECT count(*) FROM later_things"))))
        database.close()

    with monkeypatch.context() as later:
        next_revision.install(tmp_path / "versions", later)
        later.setattr(schema, "known_revisions", and_wait_for_the_others)
        windows = [threading.Thread(target=open_it) for _ in range(3)]
        for window in windows:
            window.start()
        for window in windows:
            window.join()
    assert opened == [0, 0, 0]
    (backup,) = tmp_path.glob("*before-*")
    database = open_database(WorkspaceLocation(path=backup))
    assert workspace.check(database) == ()
    database.close()


def test_an_older_file_that_somebody_writes_to_all_the_time_is_said_to_be_locked(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    next_revision.install(tmp_path / "versions", monkeypatch)
    monkeypatch.setattr("erpai_desktop.storage.engine.BUSY_TIMEOUT_MS", 50)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LockedWorkspaceError):
            open_database(WorkspaceLocation(path=file))
    assert not list(tmp_path.glob("*before*"))


def test_a_file_that_another_window_closes_at_this_moment_is_whole(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])

    def closed_just_now(_path: Path) -> bool:
        file.write_bytes(whole)
        return False

    monkeypatch.setattr(sqlite_file, "_has_wal", closed_just_now)
    open_database(WorkspaceLocation(path=file)).close()


def test_a_file_that_another_window_writes_to_while_it_is_looked_at_is_looked_at_again(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, modes = sqlite_file._read_revision, []

    def of_two_moments(path: Path, mode: str) -> str | None:
        modes.append(mode)
        if len(modes) == 1:
            with closing(sqlite3.connect(path)) as other, other:
                other.execute("UPDATE workspaces SET name = 'Meanwhile'")
            raise sqlite3.DatabaseError("database disk image is malformed")
        return read(path, mode)

    monkeypatch.setattr(sqlite_file, "_read_revision", of_two_moments)
    open_database(WorkspaceLocation(path=file)).close()
    assert modes == ["ro&immutable=1"] * 2


def test_what_a_killed_process_of_our_number_left_behind_is_not_in_the_way(tmp_path: Path) -> None:
    left = tmp_path / f".company.erpai.{os.getpid()}.new"
    left.touch()
    workspace.create(WorkspaceLocation(path=tmp_path / "company.erpai"), name="Test").close()
    assert sorted(path.name for path in tmp_path.iterdir()) == [left.name, "company.erpai"]


# --- PostgreSQL ---------------------------------------------------------------------------------------------------


@pytest.fixture
def server_location(request: pytest.FixtureRequest) -> WorkspaceLocation:
    """An empty database of the server's."""
    made: WorkspaceLocation = request.getfixturevalue("postgres_server").new_database()
    return made


def test_an_empty_database_is_no_workspace(server_location: WorkspaceLocation) -> None:
    with pytest.raises(NotAWorkspaceError):
        open_database(server_location)


def test_a_database_is_not_made_twice(server_location: WorkspaceLocation) -> None:
    workspace.create(server_location, name="Test").close()
    with pytest.raises(WorkspaceError, match="already holds tables"):
        workspace.create(server_location, name="Test")


def test_a_newer_database_is_refused(server_location: WorkspaceLocation) -> None:
    database = workspace.create(server_location, name="Test")
    database.write(lambda work: work.session.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    database.close()
    with pytest.raises(NewerWorkspaceError):
        open_database(server_location)


def test_a_server_that_is_not_there() -> None:
    with pytest.raises(ServiceError, match="cannot be used"):
        open_database(WorkspaceLocation(url="postgresql+psycopg://app@127.0.0.1:1/none"))
