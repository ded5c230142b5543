"""The roomy editor: it saves as one types, and never loses what was typed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPlainTextEdit

from erpai_desktop.errors import ConflictError
from erpai_desktop.models.enums import QaType
from erpai_desktop.models.ids import ModelId, QaId
from erpai_desktop.models.snapshots.qas import QaDetails, QaFilter
from erpai_desktop.services import qas, qas_reading
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.opening import open_database
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.conflict import ConflictDialog
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.qas.editor import QaEditor
from erpai_desktop.views.qas.history import HistoryDialog
from erpai_desktop.workers.runner import Runner
from tests.views.qas.conftest import all_lines
from tests.waiting import eventually, settled


@pytest.fixture
def ids(sample: Database, marketing: ModelId) -> list[QaId]:
    return [line.id for line in all_lines(sample, QaFilter(marketing))]


@pytest.fixture
async def editor(runner: Runner, theme: Theme, marketing: ModelId, ids: list[QaId]) -> AsyncIterator[QaEditor]:
    made = QaEditor(runner, theme, marketing)
    made.resize(700, 260)
    made.show()
    made.load(ids[0])
    await settled(runner)
    yield made
    made.close()
    made.deleteLater()
    await settled(runner)


def stored(database: Database, qa_id: QaId) -> QaDetails:
    return database.read(qas_reading.qa_details, qa_id=qa_id)


def write(field: QPlainTextEdit, text: str) -> None:
    """Select all and type."""
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)


def elsewhere(sample: Database) -> Database:
    """The same file, open in another window by another person."""
    other = open_database(sample.location)
    other.actor = sample.actor
    return other


async def test_a_pause_in_typing_saves(editor: QaEditor, runner: Runner, sample: Database, ids: list[QaId]) -> None:
    write(editor.form.answer, "Five times a week.")
    assert stored(sample, ids[0]).answer != "Five times a week."
    await eventually(lambda: stored(sample, ids[0]).answer == "Five times a week.")
    await settled(runner)
    assert editor.facts.state_text == "Saved"


async def test_leaving_the_field_saves_at_once(
    editor: QaEditor, runner: Runner, sample: Database, ids: list[QaId]
) -> None:
    editor.activateWindow()
    write(editor.form.question, "How often?")
    editor.form.answer.setFocus()
    await settled(runner)
    assert stored(sample, ids[0]).question == "How often?"


async def test_ctrl_s_saves_at_once(editor: QaEditor, runner: Runner, sample: Database, ids: list[QaId]) -> None:
    write(editor.form.question, "When?")
    QTest.keyClick(editor.form.question, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    await settled(runner)
    assert stored(sample, ids[0]).question == "When?"


async def test_typing_on_while_a_save_is_under_way(
    editor: QaEditor, runner: Runner, sample: Database, ids: list[QaId]
) -> None:
    for text in ("one", "two", "three"):
        write(editor.form.answer, text)
        editor.flush()
    assert editor.form.answer.toPlainText() == "three"
    await settled(runner)
    assert stored(sample, ids[0]).answer == "three"
    assert editor.form.answer.toPlainText() == "three"
    assert not editor.findChildren(ConflictDialog)


async def test_closing_in_the_middle_of_it_all_loses_nothing(
    theme: Theme, runner: Runner, sample: Database, marketing: ModelId, ids: list[QaId]
) -> None:
    editor = QaEditor(runner, theme, marketing)
    editor.load(ids[0])
    await settled(runner)
    write(editor.form.answer, "first")
    editor.flush()
    write(editor.form.answer, "second")
    editor.flush()
    editor.deleteLater()
    await runner.close()
    assert stored(sample, ids[0]).answer == "second"


async def test_another_row_comes_after_the_edit_is_stored(
    editor: QaEditor, runner: Runner, sample: Database, ids: list[QaId]
) -> None:
    write(editor.form.answer, "Before I go.")
    editor.load(ids[1])
    await settled(runner)
    assert stored(sample, ids[0]).answer == "Before I go."
    assert editor.form.answer.toPlainText() == stored(sample, ids[1]).answer
    assert stored(sample, ids[1]).object_version == 1


async def test_what_cannot_be_stored_stays_and_says_why(
    editor: QaEditor, runner: Runner, sample: Database, ids: list[QaId]
) -> None:
    before = stored(sample, ids[0])
    write(editor.form.question, " ")
    editor.flush()
    await settled(runner)
    assert stored(sample, ids[0]).question == before.question
    assert "Not saved" in editor.facts.state_text
    assert "must not be empty" in editor.facts.state_text
    write(editor.form.question, "Now with words?")
    editor.flush()
    await settled(runner)
    assert stored(sample, ids[0]).question == "Now with words?"
    assert editor.facts.state_text == "Saved"


async def test_what_could_not_be_stored_is_there_again(
    editor: QaEditor, runner: Runner, sample: Database, ids: list[QaId]
) -> None:
    notices: list[Notice] = []
    wanted: list[object] = []
    editor.notice.connect(notices.append)
    editor.show_requested.connect(wanted.append)
    write(editor.form.answer, "   ")
    editor.load(ids[1])
    await settled(runner)
    assert "Not saved" in notices[-1].text
    assert notices[-1].callback is not None
    notices[-1].callback()
    assert wanted == [ids[0]]
    editor.load(ids[0])
    await settled(runner)
    assert editor.form.answer.toPlainText() == "   "
    assert "Not saved" in editor.facts.state_text


async def test_a_conflict_is_for_the_person_to_decide(
    editor: QaEditor, runner: Runner, sample: Database, ids: list[QaId]
) -> None:
    other = elsewhere(sample)
    other.write(qas.update_qa, qa_id=ids[0], object_version=1, answer="Theirs.")
    write(editor.form.answer, "Mine.")
    editor.flush()
    await settled(runner)
    dialog = editor.findChild(ConflictDialog)
    assert dialog is not None
    assert stored(sample, ids[0]).answer == "Theirs."
    assert editor.form.answer.toPlainText() == "Mine."
    assert "Not saved" in editor.facts.state_text
    dialog.resolved.emit({"answer": "Mine and theirs."})
    dialog.accept()
    await settled(runner)
    assert stored(sample, ids[0]).answer == "Mine and theirs."
    assert editor.form.answer.toPlainText() == "Mine and theirs."
    assert editor.facts.state_text == "Saved"
    other.close()


async def test_another_field_changed_elsewhere_is_no_conflict_and_not_undone(
    editor: QaEditor, runner: Runner, sample: Database, ids: list[QaId]
) -> None:
    other = elsewhere(sample)
    other.write(qas.update_qa, qa_id=ids[0], object_version=1, notes="Theirs.", section="Elsewhere")
    write(editor.form.answer, "Mine.")
    editor.flush()
    await settled(runner)
    assert not editor.findChildren(ConflictDialog)
    now = stored(sample, ids[0])
    assert (now.answer, now.notes, now.section) == ("Mine.", "Theirs.", "Elsewhere")
    assert editor.form.notes.toPlainText() == "Theirs."
    write(editor.form.answer, "Mine again.")
    editor.flush()
    await settled(runner)
    assert stored(sample, ids[0]).notes == "Theirs."
    other.close()


async def test_a_change_elsewhere_is_shown_unless_one_is_typing(
    editor: QaEditor, runner: Runner, sample: Database, ids: list[QaId]
) -> None:
    sample.write(qas.update_qa, qa_id=ids[0], object_version=None, answer="Newer.")
    editor.refresh()
    await settled(runner)
    assert editor.form.answer.toPlainText() == "Newer."
    write(editor.form.answer, "I am typing")
    sample.write(qas.update_qa, qa_id=ids[0], object_version=None, answer="Newest.")
    editor.refresh()
    await eventually(lambda: editor.findChild(ConflictDialog) is not None)
    assert editor.form.answer.toPlainText() == "I am typing"
    dialog = editor.findChild(ConflictDialog)
    assert dialog is not None
    dialog.reject()
    await settled(runner)


async def test_text_that_qt_cannot_hold_is_left_alone(
    editor: QaEditor, runner: Runner, sample: Database, ids: list[QaId]
) -> None:
    odd = "12\u00a0000 €\r\nsecond line"
    sample.write(
        qas.update_qa,
        qa_id=ids[1],
        object_version=None,
        answer=odd,
        qa_type=QaType.VALIDATION,
        required_terms=["1;2", "b"],
    )
    editor.load(ids[1])
    await settled(runner)
    write(editor.form.question, "Changed?")
    editor.flush()
    await settled(runner)
    now = stored(sample, ids[1])
    assert (now.question, now.answer, now.required_terms) == ("Changed?", odd, ("1;2", "b"))


async def test_what_tests_need_is_shown_with_rows_that_test(
    editor: QaEditor, runner: Runner, sample: Database, ids: list[QaId]
) -> None:
    form = editor.form
    assert form.required_terms.isHidden() or not form.required_terms.isVisible()
    form.qa_type.choose(QaType.VALIDATION.value)
    form.qa_type.chosen.emit(QaType.VALIDATION.value)
    await settled(runner)
    assert stored(sample, ids[0]).qa_type is QaType.VALIDATION
    assert form.required_terms.isVisible()
    form.expects_refusal.click()
    await settled(runner)
    assert stored(sample, ids[0]).expects_refusal
    assert not form.required_terms.isVisible()


async def test_a_new_row_is_stored_once_it_is_whole(
    editor: QaEditor, runner: Runner, sample: Database, marketing: ModelId, ids: list[QaId]
) -> None:
    added: list[QaId] = []
    editor.added.connect(added.append)
    editor.begin_new("Social", "May we post at night?")
    editor.flush()
    await settled(runner)
    assert len(all_lines(sample, QaFilter(marketing))) == len(ids)
    write(editor.form.answer, "No.")
    editor.flush()
    write(editor.form.answer, "No, never.")
    editor.flush()
    await settled(runner)
    assert len(added) == 1
    now = stored(sample, added[0])
    assert (now.section, now.question, now.answer) == ("Social", "May we post at night?", "No, never.")
    assert len(all_lines(sample, QaFilter(marketing))) == len(ids) + 1


async def test_an_unfinished_new_row_waits(
    editor: QaEditor, runner: Runner, sample: Database, marketing: ModelId, ids: list[QaId]
) -> None:
    notices: list[Notice] = []
    editor.notice.connect(notices.append)
    editor.begin_new("Social")
    write(editor.form.question, "Half a question")
    editor.load(ids[2])
    await settled(runner)
    assert "your text is kept" in notices[-1].text
    assert notices[-1].callback is not None
    notices[-1].callback()
    assert editor.form.question.toPlainText() == "Half a question"


async def test_an_earlier_version_comes_back(
    editor: QaEditor, runner: Runner, sample: Database, ids: list[QaId]
) -> None:
    original = stored(sample, ids[0])
    for text in ("Second.", "Third."):
        write(editor.form.answer, text)
        editor.flush()
        await settled(runner)
    editor.facts.history_requested.emit()
    await settled(runner)
    dialog = editor.findChild(HistoryDialog)
    assert dialog is not None
    assert dialog._list.count() == 3
    dialog._list.setCurrentRow(2)
    dialog._restore.click()
    await settled(runner)
    assert stored(sample, ids[0]).answer == original.answer
    assert editor.form.answer.toPlainText() == original.answer
    assert stored(sample, ids[0]).versions == 4


async def test_badges_say_what_is_known(
    editor: QaEditor, runner: Runner, sample: Database, marketing: ModelId, ids: list[QaId]
) -> None:
    question = stored(sample, ids[0]).question
    sample.write(qas.add_qa, model_id=marketing, section="Social", question=question.upper(), answer="Again.")
    copy = all_lines(sample, QaFilter(marketing))[-1].id
    editor.load(copy)
    await settled(runner)
    said = [badge.text() for badge in editor.facts.findChildren(type(editor.facts._added)) if badge.text()]
    assert "near-duplicate of 1 row" in said
    assert "added by you" in said


async def test_an_error_that_nobody_expected_keeps_the_text(
    editor: QaEditor, runner: Runner, ids: list[QaId], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise ConflictError("x", theirs={"answer": "t"}, mine={"answer": "m"}, current_version=99)

    monkeypatch.setattr(qas, "update_qa", broken)
    write(editor.form.answer, "Precious.")
    editor.flush()
    await settled(runner)
    assert editor.form.answer.toPlainText() == "Precious."
    dialog = editor.findChild(ConflictDialog)
    assert dialog is not None
    dialog.reject()
    editor.load(ids[1])
    await settled(runner)
    editor.load(ids[0])
    await settled(runner)
    assert editor.form.answer.toPlainText() == "Precious."
