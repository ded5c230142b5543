"""Who may enter a workspace, and as what."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from erpai_desktop.errors import InvalidInputError, NotPermittedError
from erpai_desktop.models.entities import User
from erpai_desktop.models.enums import Role, UserType
from erpai_desktop.services import users
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from erpai_desktop.storage.unit_of_work import UnitOfWork


@pytest.fixture
def nobody(empty_file: Path) -> Iterator[Database]:
    """A workspace that nobody has joined yet."""
    database = open_database(WorkspaceLocation(path=empty_file))
    yield database
    database.close()


def test_the_first_is_administrator_later_ones_are_staff(nobody: Database) -> None:
    first = users.enter(nobody, login="ann", name="Ann")
    assert (first.role, first.name) == (Role.ADMINISTRATOR, "Ann")
    assert nobody.actor == first
    assert users.enter(nobody, login="ben").role is Role.STAFF
    assert users.enter(nobody, login="ann", name="Another name") == first
    assert nobody.read(lambda session: session.scalar(select(func.count()).select_from(User))) == 2


def test_a_known_user_enters_while_another_program_writes(nobody: Database) -> None:
    ann = users.enter(nobody, login="ann")
    assert nobody.location.path is not None
    with closing(sqlite3.connect(nobody.location.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert users.enter(nobody, login="ann") == ann


def test_the_sample_companys_people_leave_room_for_an_administrator(sample_file: Path) -> None:
    database = open_database(WorkspaceLocation(path=sample_file))
    assert users.enter(database, login="r.dimitrova").role is Role.STAFF
    assert users.enter(database, login="me").role is Role.ADMINISTRATOR
    database.close()


def test_virtual_and_switched_off_users_do_not_log_in(nobody: Database) -> None:
    users.enter(nobody, login="ann")
    users.enter(nobody, login="ben")

    def change(work: UnitOfWork) -> None:
        work.session.add(User(login="voice", user_type=UserType.VIRTUAL_NO_LOGIN))
        work.session.execute(update(User).where(User.login == "ben").values(active=False))

    nobody.write(change)
    for login in ("voice", "ben"):
        with pytest.raises(NotPermittedError):
            users.enter(nobody, login=login)


@pytest.mark.parametrize("login", ["", "  ", "x" * 65, "a\nb", "a\0b"])
def test_impossible_logins(nobody: Database, login: str) -> None:
    with pytest.raises(InvalidInputError):
        users.enter(nobody, login=login)


def test_the_login_is_the_systems_not_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    if os.name != "posix":
        pytest.skip("asks the account database of POSIX")
    import pwd

    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert users.os_user().login == pwd.getpwuid(os.getuid()).pw_name


def test_workspace_info(nobody: Database) -> None:
    actor = users.enter(nobody, login="ann", name="Ann")
    info = nobody.read(users.workspace_info, actor=actor, location=nobody.location)
    assert (info.name, info.is_sample, info.user_name, info.role, info.models) == (
        "Test company",
        False,
        "Ann",
        Role.ADMINISTRATOR,
        0,
    )
    assert info.revision == 1
