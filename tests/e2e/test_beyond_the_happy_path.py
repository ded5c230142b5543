"""What a person does beside the main job: empty workspaces, second thoughts, failures, other workspaces."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QPlainTextEdit

from erpai_desktop.app.desk import Desk
from erpai_desktop.app.life import Life
from erpai_desktop.app.main import make_shell
from erpai_desktop.app.screenshots import at_rest
from erpai_desktop.errors import UserError
from erpai_desktop.models.enums import Target
from erpai_desktop.models.snapshots.tree import ModelNode
from erpai_desktop.services import tree, users
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from erpai_desktop.views.parts.conflict import ConflictDialog
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.workers.runner import RunningJob
from tests.e2e.driving import at_the_window
from tests.person import Person

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


async def test_from_nothing_to_an_answer_and_back(qtbot: Any, empty_file: Path, tmp_path: Path) -> None:
    async def drive(desk: Desk) -> None:
        await at_rest(desk)
        person = Person(desk.shell.window)
        _centre_says_what_to_do(desk)
        await _name_a_model(desk, person, "Service AI")
        await _name_a_model(desk, person, "Repairs")
        assert _node(desk, "Repairs").parent_id == _node(desk, "Service AI").id
        # The page of what was just added is on show, also when it is not the first.
        assert desk.pages.current_model == _node(desk, "Repairs").id
        await _add_a_qa(desk, person)
        await _nothing_is_cut_through(desk, person)
        await _compile_and_ask(desk, person)
        await _delete_who_was_asked(desk, person)

    await at_the_window(empty_file, tmp_path, drive)


async def test_second_thoughts_about_models(qtbot: Any, sample_file: Path, tmp_path: Path) -> None:
    async def drive(desk: Desk) -> None:
        await at_rest(desk)
        person, window = Person(desk.shell.window), desk.shell.window
        everybody = _names(desk)
        model_id = _node(desk, "Marketing AI").id
        desk.pages.open_model(model_id, "qas")
        desk.pages.open_compile(model_id)
        await at_rest(desk)
        await _trigger(desk, "model.delete")
        assert not [key for key in window.tabs.keys if str(model_id) in key]
        assert "Marketing AI" not in _names(desk)
        assert _told(desk) == "Deleted Marketing AI and 2 models below it"

        # Taken back by the notice: Ctrl+Z then has nothing to take back, and never takes the undo itself back.
        person.click(person.find(QAbstractButton, "Undo", inside=window.notices))
        await person.until(lambda: _names(desk) == everybody, "the models again")
        actions = desk.shell.actions
        assert not actions.action("edit.undo").isEnabled()
        assert actions.action("edit.redo").isEnabled()
        await _trigger(desk, "edit.redo")
        assert "Marketing AI" not in _names(desk)
        await _trigger(desk, "edit.undo")
        assert _names(desk) == everybody

        # Taken back by Ctrl+Z: the notice that offers it too is gone.
        desk.tree.select(model_id)
        desk.tree.do("delete")
        await at_rest(desk)
        person.press(Qt.Key.Key_Z, CTRL)
        await person.until(lambda: _names(desk) == everybody, "the models again")
        window.notices.dismiss()
        assert not person.all(QAbstractButton, "Undo", inside=window.notices)

        desk.tree.select(model_id)
        desk.tree.do("copy")
        await person.until(lambda: "Marketing AI (copy)" in _names(desk), "the copy")
        copy = _node(desk, "Marketing AI (copy)").id
        await person.until(lambda: desk.pages.current_model == copy, "the page of the copy")
        assert desk.tree.current == copy
        await _other_window(desk, sample_file, person)
        await _failing_jobs(desk, person)

        # With the last model goes what was found in it.
        counts: list[int] = []
        desk.findings.count_changed.connect(counts.append)
        desk.tree.select(_node(desk, "Company Master").id)
        desk.tree.do("delete")
        await person.until(lambda: not _names(desk), "an empty tree")
        await at_rest(desk)
        _centre_says_what_to_do(desk)
        assert counts[-1] == 0

    await at_the_window(sample_file, tmp_path, drive)


async def test_from_one_workspace_to_another(
    qtbot: Any, sample_file: Path, empty_file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    shell = make_shell(application, memory_file=tmp_path / "window.ini", mode="light")
    shell.window.show()
    window, person, life = shell.window, Person(shell.window), Life(shell)
    living = asyncio.ensure_future(life.run(str(sample_file), None))
    await person.until(lambda: life._desk and _names(life._desk), "the sample company")
    first = life._desk
    assert first is not None
    await at_rest(first)
    title = window.windowTitle()

    # A file that cannot be opened leaves the open workspace as it is, and says so.
    broken = tmp_path / "broken.erpai"
    broken.write_bytes(sample_file.read_bytes()[:30_000])
    life._begin(broken, new=False)
    await person.until(lambda: window.notices.current, "why it was not opened")
    assert str(broken) in _told(first)
    assert (life._desk, window.windowTitle()) == (first, title)
    assert "All changes saved" in [label.text() for label in window.status.findChildren(QLabel)]
    window.notices.dismiss()

    # A compilation under way ends with its workspace; what it said stays behind.
    model = _node(first, "Marketing AI")
    first.jobs.compile(model.id, Target.BUILT_IN)
    first.pages.open_compile(model.id)
    life._begin(empty_file, new=False)
    await person.until(lambda: life._desk is not None and life._desk is not first, "the other workspace")
    second = life._desk
    assert second is not None
    await at_rest(second)
    assert window.windowTitle() != title
    assert (window.tabs.keys, window.notices.current) == ([], None)
    assert not multiprocessing.active_children()

    # A language chosen takes effect when one opens again, by the button that says so.
    life._begin(sample_file, new=False)
    await person.until(lambda: life._desk not in (None, second) and life._desk and _names(life._desk), "the sample")
    third = life._desk
    assert third is not None
    await at_rest(third)
    await _trigger(third, "program.settings")
    language = person.find(QComboBox, "Language of names")
    language.setCurrentIndex(language.findData("bg"))
    language.activated.emit(language.currentIndex())
    person.click(person.find(QAbstractButton, "Close"))
    person.click(person.find(QAbstractButton, "Open again", inside=window.notices))
    await person.until(lambda: life._desk not in (None, third) and life._desk and _names(life._desk), "it opened again")
    assert life._desk is not None
    assert "Маркетинг" in _names(life._desk)
    await at_rest(life._desk)

    # Closing while knowledge is read, a model is compiled and an answer is made ends and tells no failure.
    fourth = life._desk
    job = fourth.jobs.compile(_node(fourth, "Маркетинг").id, Target.BUILT_IN)
    await person.until(lambda: job.state.stage, "the compilation")
    fourth.pages.open_compile(_node(fourth, "Маркетинг").id)
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        window.close()
        assert await living == 0
    assert [record.message for record in caplog.records if record.name.startswith("erpai_desktop")] == []
    window.deleteLater()


# --- steps --------------------------------------------------------------------------------------------------------


def _centre_says_what_to_do(desk: Desk) -> None:
    shown = [state for state in desk.shell.window.tabs.findChildren(EmptyState) if state.isVisible()]
    assert "Nothing is known here yet" in [label.text() for label in shown[0].findChildren(QLabel)]


async def _name_a_model(desk: Desk, person: Person, name: str) -> None:
    person.press(Qt.Key.Key_N, CTRL | SHIFT, on=desk.shell.window)
    await person.until(lambda: isinstance(QApplication.focusWidget(), QLineEdit), "the name to be typed")
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    person.type(editor, name)
    person.press(Qt.Key.Key_Return, on=editor)
    await person.until(lambda: name in _names(desk), name)
    await at_rest(desk)


async def _add_a_qa(desk: Desk, person: Person) -> None:
    await _trigger(desk, "qa.new")
    page = desk.pages.qa_page()
    person.type(person.find(QPlainTextEdit, "Question", inside=page), "How long does a repair take?")
    answer = person.find(QPlainTextEdit, "Answer", inside=page)
    person.type(answer, "Three working days.")
    person.press(Qt.Key.Key_S, CTRL, on=answer)
    await person.until(lambda: _node(desk, "Repairs").qa_count == 1, "the Q&A in the tree")


async def _nothing_is_cut_through(desk: Desk, person: Person) -> None:
    desk.shell.window.resize(1024, 700)
    seen = 0
    for sub_page in ("qas", "conversations", "compilations", "evaluation"):
        desk.pages.open_model(_node(desk, "Service AI").id, sub_page)
        await at_rest(desk)
        for state in person.all(EmptyState):
            for label in state.findChildren(QLabel):
                if label.isVisible() and label.text():
                    seen += 1
                    assert label.height() >= label.heightForWidth(label.width()), label.text()
    assert seen > 8
    desk.shell.window.resize(1280, 800)


async def _compile_and_ask(desk: Desk, person: Person) -> None:
    desk.pages.open_model(_node(desk, "Repairs").id)
    await _trigger(desk, "model.compile")
    page = desk.shell.window.tabs.page(desk.shell.window.tabs.current)
    person.click(person.find(QAbstractButton, "Compile", inside=page))
    await person.until(lambda: _node(desk, "Repairs").active_version == 1, "v1")
    await person.until(lambda: _told(desk).endswith("v1 is active: 1 row."), "what was built")
    await _trigger(desk, "model.ask")
    field = person.find(QPlainTextEdit, "Question", inside=desk.chat)
    person.type(field, "How long does a repair take?")
    person.press(Qt.Key.Key_Return, on=field)
    messages = desk.chat.message_list
    await person.until(lambda: len(messages.messages) == 2, "an answer")
    assert messages.messages[-1].contents == "Three working days."


async def _delete_who_was_asked(desk: Desk, person: Person) -> None:
    desk.tree.select(_node(desk, "Repairs").id)
    desk.tree.do("delete")
    await person.until(lambda: "Repairs" not in _names(desk), "it gone")
    await at_rest(desk)
    assert len(desk.chat.message_list.messages) == 2
    texts = [label.text() for label in person.all(QLabel, inside=desk.chat)]
    assert any(text.startswith("Repairs is in the bin") for text in texts), texts
    # Nobody else is named as who would answer.
    assert "Service AI" not in [combo.currentText() for combo in person.all(QComboBox, inside=desk.chat)]
    desk.pages.open_bin()
    await at_rest(desk)
    person.click(person.find(QAbstractButton, "Restore"))
    await person.until(lambda: "Repairs" in _names(desk), "it again")


async def _other_window(desk: Desk, path: Path, person: Person) -> None:
    model_id = _node(desk, "Sales AI").id
    page = desk.pages.open_model(model_id, "overview")
    await at_rest(desk)
    mine = person.find(QPlainTextEdit, "This model's own instructions", inside=page)
    person.type(mine, "Mine: be brief.")
    with contextlib.closing(open_database(WorkspaceLocation(path=path))) as other:
        login = users.os_user()
        users.enter(other, login=login.login, name=login.name)
        other.write(tree.update_model, model_id=model_id, object_version=None, system_message="Theirs: at length.")
    person.press(Qt.Key.Key_S, CTRL, on=mine)
    await person.until(lambda: person.find(ConflictDialog), "both texts")
    person.click(person.find(QAbstractButton, "Keep theirs"))
    await at_rest(desk)
    assert mine.toPlainText() == "Theirs: at length."


async def _failing_jobs(desk: Desk, person: Person) -> None:
    window = desk.shell.window
    while window.notices.current is not None:
        window.notices.dismiss()

    async def fail(_job: RunningJob, **_arguments: object) -> None:
        raise UserError("The disk is full.", safe="Nothing was changed.", advice="Free some space.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("erpai_desktop.app.jobs.whole_workspace.check", fail)
        await _trigger(desk, "workspace.check")
    await person.until(lambda: "The disk is full" in _told(desk), "why it failed")
    # Once: in the notice of the job.
    window.notices.dismiss()
    assert window.notices.current is None
    assert desk.notifier.told[0].text.startswith("Check the workspace: The disk is full.")


async def _trigger(desk: Desk, action: str) -> None:
    found = desk.shell.actions.action(action)
    assert found.isEnabled(), found.toolTip()
    found.trigger()
    await at_rest(desk)


def _told(desk: Desk) -> str:
    notice = desk.shell.window.notices.current
    return notice.text if notice is not None else ""


def _names(desk: Desk) -> list[str]:
    return [node.name for node in desk.pages.snapshot.nodes]


def _node(desk: Desk, name: str) -> ModelNode:
    return next(node for node in desk.pages.snapshot.nodes if node.name == name)
