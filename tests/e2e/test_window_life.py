"""The window from opening to closing: bad workspaces, two windows, an interrupted build, unsaved edits."""

from __future__ import annotations

import asyncio
import contextlib
import platform
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from erpai_desktop.app.desk import Desk
from erpai_desktop.app.life import Life
from erpai_desktop.app.main import make_shell
from erpai_desktop.app.screenshots import at_rest
from erpai_desktop.models.entities import AssistantConversationMessage, Compilation, JobIntention
from erpai_desktop.models.enums import CompilationStatus, JobState, MessageState, ParticipantRole, Target
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services import compilations, tree, tree_reading, users
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from erpai_desktop.storage.unit_of_work import UnitOfWork
from erpai_desktop.views.welcome.page import WelcomePage
from tests.e2e.driving import at_the_window
from tests.person import Person


def _joined(path: Path) -> Database:
    database = open_database(WorkspaceLocation(path=path))
    person = users.os_user()
    users.enter(database, login=person.login, name=person.name)
    return database


async def test_a_file_that_is_no_workspace_is_refused_untouched_and_the_way_on_is_shown(
    qtbot: Any, tmp_path: Path
) -> None:
    path = tmp_path / "letters.txt"
    path.write_text("Dear Sir or Madam", encoding="utf-8")
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    shell = make_shell(application, memory_file=tmp_path / "window.ini", mode="light")
    shell.window.show()
    life = Life(shell)
    person = Person(shell.window)

    async def look() -> None:
        await person.until(lambda: person.find(WelcomePage), "the welcome page")
        shell.window.close()

    looking = asyncio.ensure_future(look())
    assert await life.run(str(path), None) == 0
    await looking
    shell.window.deleteLater()
    assert path.read_text(encoding="utf-8") == "Dear Sir or Madam"
    assert sorted(file.name for file in tmp_path.iterdir() if file.suffix == ".txt") == ["letters.txt"]


async def test_an_edit_that_is_not_saved_yet_is_saved_by_closing(qtbot: Any, sample_file: Path, tmp_path: Path) -> None:
    text = "Answer in one sentence."

    async def drive(desk: Desk) -> None:
        await at_rest(desk)
        person = Person(desk.shell.window)
        person.type(person.find(QPlainTextEdit, "This model's own instructions"), text)

    await at_the_window(sample_file, tmp_path, drive)
    with contextlib.closing(_joined(sample_file)) as database:
        model_id = database.read(tree_reading.find_model, name_or_id="Company Master")
        assert database.read(tree_reading.model_details, model_id=model_id).system_message == text


async def test_a_change_in_another_window_is_shown_in_this_one(qtbot: Any, sample_file: Path, tmp_path: Path) -> None:
    async def drive(desk: Desk) -> None:
        await at_rest(desk)
        with contextlib.closing(_joined(sample_file)) as other:
            other.write(tree.add_model, names={"en": "Field Service AI"})
        desk.session.watch.look()
        person = Person(desk.shell.window)
        await person.until(
            lambda: any(node.name == "Field Service AI" for node in desk.pages.snapshot.nodes), "the new model"
        )

    await at_the_window(sample_file, tmp_path, drive)


async def test_a_build_cut_off_by_a_crash_is_reported_and_nothing_is_half_active(
    qtbot: Any, sample_file: Path, tmp_path: Path
) -> None:
    def crashed(work: UnitOfWork) -> None:
        for intention in work.session.query(JobIntention):
            # Process 1 lives, but began at another time: the number was given to another program.
            intention.owner = f"{platform.node()}|1|0"

    with contextlib.closing(_joined(sample_file)) as database:
        model_id = database.read(tree_reading.find_model, name_or_id="Company Master")
        build = CompilationId(new_id())
        database.write(
            compilations.begin,
            compilation_id=build,
            model_id=model_id,
            target=Target.BUILT_IN,
            engine_version="builtin-1",
        )
        database.write(crashed)
    said: list[str] = []

    async def drive(desk: Desk) -> None:
        await at_rest(desk)
        notice = desk.shell.window.notices.current
        said.append(notice.text if notice is not None else "")

    await at_the_window(sample_file, tmp_path, drive)
    assert "Company Master v1" in said[0]
    with contextlib.closing(_joined(sample_file)) as database, database.reading() as session:
        compilation = session.get(Compilation, build)
        assert compilation is not None
        assert (compilation.status, compilation.is_successful) == (CompilationStatus.COMPLETED, False)
        states = [intention.state for intention in session.query(JobIntention)]
        assert states == [JobState.INTERRUPTED]
        assert tree_reading.model_details(session, model_id).conversational_compilation_id is None


async def test_closing_while_an_answer_is_being_made_keeps_the_question_and_says_that_it_was_stopped(
    qtbot: Any, sample_file: Path, tmp_path: Path
) -> None:
    async def compiled(desk: Desk) -> None:
        await at_rest(desk)
        default = next(node for node in desk.pages.snapshot.nodes if node.is_default)
        job = desk.jobs.compile(default.id, Target.BUILT_IN)
        await Person(desk.shell.window).until(lambda: job.state.ended, "the end of the build")

    await at_the_window(sample_file, tmp_path, compiled)
    asked = "How many days of paid leave do I have a year?"

    async def close_at_once(desk: Desk) -> None:
        await at_rest(desk)
        person = Person(desk.shell.window)
        await person.until(lambda: desk.chat.model_id is not None, "a model to ask")
        field = person.find(QPlainTextEdit, "Question", inside=desk.chat)
        person.type(field, asked)
        person.press(Qt.Key.Key_Return, on=field)
        await person.until(lambda: any(job.spec.kind == "ask" for job in desk.session.runner.jobs), "the asking")

    await at_the_window(sample_file, tmp_path, close_at_once)
    with contextlib.closing(_joined(sample_file)) as database, database.reading() as session:
        rows = list(session.query(AssistantConversationMessage).order_by(AssistantConversationMessage.id))
        texts = [(row.role, row.contents) for row in rows]
        # Closed before the question was stored, while it was answered, or just after: never half a message.
        assert texts[:1] in ([], [(ParticipantRole.USER, asked)])
        assert all(row.state in (MessageState.COMPLETE, MessageState.STOPPED) for row in rows)
