"""What staff and trainers may not do is off and says why, or is refused with a notice; the rest works."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QCheckBox, QPlainTextEdit, QWidget

from erpai_desktop.app.desk import Desk
from erpai_desktop.app.screenshots import at_rest
from erpai_desktop.changes import Entity
from erpai_desktop.models.entities import User
from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import ChatId, ModelId
from erpai_desktop.services import chats, users
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from erpai_desktop.storage.unit_of_work import UnitOfWork
from tests.e2e.driving import at_the_window
from tests.e2e.walking import everywhere, name_of, visible_controls
from tests.person import Person

OTHERS_QUESTION = "What does the administrator ask?"
OWN_QUESTION = "What do I ask?"
MODELS = ("model.new", "model.copy", "model.default", "model.delete", "qa.import")
KNOWLEDGE = ("qa.new", "edit.delete", "chat.train")


FOR_OTHERS = {
    "Active", "Add a message", "Add a model", "Answer", "Approve", "Delete conversation", "Delete", "Edit", "Import",
    "Move", "Name of the speaker", "New Q&A", "Notes", "Origin", "Reject", "Restore",
    "Set budget", "Provider", "Test connection", "Type",
}  # fmt: skip
"""What staff may see and not use."""


def _can_be_used(control: QWidget) -> bool:
    return control.isEnabled() and not getattr(control, "isReadOnly", lambda: False)()


def _join_second(path: Path, role: Role) -> None:
    """Somebody else made this workspace and asked a question; the person at the keyboard joined with `role`."""
    person = users.os_user()

    def give(work: UnitOfWork) -> None:
        work.session.query(User).filter_by(login=person.login).one().role = role

    with contextlib.closing(open_database(WorkspaceLocation(path=path))) as database:
        users.enter(database, login="first-one")
        chat = ChatId(database.write(chats.start_chat).new(Entity.CHAT))
        database.write(chats.post_question, chat_id=chat, text=OTHERS_QUESTION)
        users.enter(database, login=person.login)
        own = ChatId(database.write(chats.start_chat).new(Entity.CHAT))
        database.write(chats.post_question, chat_id=own, text=OWN_QUESTION)
        database.write(give)


@pytest.fixture
def at_work_as(
    qtbot: Any, sample_file: Path, tmp_path: Path
) -> Callable[[Role, Callable[[Desk, Person], Awaitable[None]]], Awaitable[None]]:
    """Open the sample workspace as a person of that role."""

    async def open_as(role: Role, do: Callable[[Desk, Person], Awaitable[None]]) -> None:
        _join_second(sample_file, role)

        async def drive(desk: Desk) -> None:
            await at_rest(desk)
            assert desk.session.info.role is role
            await do(desk, Person(desk.shell.window))

        await at_the_window(sample_file, tmp_path, drive)

    return open_as


def _why(desk: Desk, name: str) -> str:
    command = next(command for command in desk.shell.actions.commands() if command.id == name)
    return "" if command.enabled else command.why_disabled


async def test_staff_read_everything_and_change_nothing(at_work_as: Any) -> None:
    async def do(desk: Desk, person: Person) -> None:
        assert all("Only an administrator" in _why(desk, name) for name in MODELS)
        assert all("Only trainers" in _why(desk, name) for name in KNOWLEDGE)
        assert _why(desk, "model.ask") == ""

        instructions = person.find(QPlainTextEdit, "This model's own instructions")
        assert instructions.isReadOnly()
        assert "Only an administrator" in instructions.toolTip()
        box = person.find(QCheckBox, "Activate each successful build")
        assert not box.isEnabled()
        assert "Only an administrator" in box.toolTip()
        assert not person.find(QAbstractButton, "Add a model").isEnabled()

        assert desk.tree.current is not None
        model_id = ModelId(desk.tree.current)
        desk.pages.open_compile(model_id)
        await at_rest(desk)
        page = desk.shell.window.tabs.page(desk.shell.window.tabs.current)
        compile_ = person.find(QAbstractButton, "Compile", inside=page)
        assert not compile_.isEnabled()
        assert "Only trainers" in compile_.toolTip()
        # Every place can be looked at, nothing breaks, and what the services would refuse is off.
        on: set[str] = set()

        def look(_place: str) -> None:
            on.update(name_of(control) for control in visible_controls() if _can_be_used(control))

        await everywhere(desk, model_id, look)
        assert {"Export", "Evaluation"} & on
        assert not on & FOR_OTHERS

    await at_work_as(Role.STAFF, do)


async def test_a_refused_change_is_told_and_stays_undone(at_work_as: Any) -> None:
    async def do(desk: Desk, person: Person) -> None:
        before = len(desk.pages.snapshot.nodes)
        # As from a window that was opened before the role was taken away.
        desk.tree.add_model(None)
        await at_rest(desk)
        notice = desk.shell.window.notices.current
        assert notice is not None
        assert "“administrator”" in notice.text
        assert "yours is “staff”" in notice.text
        assert len(desk.pages.snapshot.nodes) == before

    await at_work_as(Role.STAFF, do)


async def test_each_sees_only_their_own_chats(at_work_as: Any) -> None:
    async def do(desk: Desk, person: Person) -> None:
        desk.chat.show_history()
        await at_rest(desk)
        view = person.find(QAbstractItemView, "Your conversations", inside=desk.chat)
        assert person.rows(view) == [OWN_QUESTION]

    await at_work_as(Role.STAFF, do)


async def test_trainers_teach_and_compile_but_leave_the_tree_alone(at_work_as: Any) -> None:
    async def do(desk: Desk, person: Person) -> None:
        assert all("Only an administrator" in _why(desk, name) for name in MODELS)
        assert _why(desk, "qa.new") == ""
        assert desk.tree.current is not None
        desk.pages.open_compile(ModelId(desk.tree.current))
        await at_rest(desk)
        page = desk.shell.window.tabs.page(desk.shell.window.tabs.current)
        assert person.find(QAbstractButton, "Compile", inside=page).isEnabled()

    await at_work_as(Role.TRAINER, do)
