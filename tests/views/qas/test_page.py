"""The page of a model's Q&As, by mouse and by keyboard."""

from __future__ import annotations

import asyncio
import threading

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QInputDialog, QLineEdit, QWidget
from sqlalchemy.orm import Session

from erpai_desktop.models.enums import QaType
from erpai_desktop.models.ids import ModelId, QaId
from erpai_desktop.models.snapshots.qas import QaDetails, QaFilter, QaSort
from erpai_desktop.services import qas, qas_reading, tree
from erpai_desktop.storage.database import Database
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.qas.page import QaPage
from erpai_desktop.views.qas.rows_model import ACTIVE, ANSWER, QUESTION, SECTION, TYPE, Index, QaRows
from erpai_desktop.views.qas.table import QaTable
from erpai_desktop.workers.runner import Runner
from tests.views.qas.conftest import PageAndNotices, add_rows, all_lines, click, texts
from tests.views.qas.walk import nameless
from tests.waiting import settled

NONE = Qt.KeyboardModifier.NoModifier


def cell_editor(page: QaPage) -> QWidget:
    """The field over a cell."""
    found = [
        widget for kind in (QComboBox, QLineEdit) for widget in page._table.viewport().findChildren(kind)
        if widget.isVisible() and widget.parent() is page._table.viewport()
    ]  # fmt: skip
    assert len(found) == 1
    return found[0]


async def test_every_control_has_a_name_and_a_tooltip(shown: PageAndNotices) -> None:
    assert nameless(shown.page) == []


async def test_the_rows_and_the_first_of_them(shown: PageAndNotices, sample: Database, marketing: ModelId) -> None:
    lines = all_lines(sample, QaFilter(marketing))
    assert texts(shown.page) == [line.question for line in lines]
    assert shown.page._editor.form.question.toPlainText() == lines[0].question


async def test_searching_narrows_and_marks(shown: PageAndNotices, runner: Runner, sample: Database) -> None:
    page = shown.page
    page.focus_search()
    QTest.keyClicks(page._bar.search, "hashtag")
    QTest.keyClick(page._bar.search, Qt.Key.Key_Return)
    await settled(runner)
    assert page._rows.rowCount() == 2
    assert page._table.cells._terms == ("hashtag",)
    assert "2 found" in page._bar._found.text()
    QTest.keyClick(page._bar.search, Qt.Key.Key_Down)
    assert page._table.hasFocus() or QApplication.focusWidget() is not page._bar.search
    QTest.keyClicks(page._bar.search, " zebra")
    QTest.keyClick(page._bar.search, Qt.Key.Key_Return)
    await settled(runner)
    assert page._rows_stack.currentWidget() is page._nothing
    assert page._nothing.button is not None
    page._nothing.button.click()
    await settled(runner)
    assert page._rows_stack.currentWidget() is page._table
    assert not page._bar.narrows


async def test_sections_with_their_counts(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    bar = shown.page._bar
    wanted = {entry.section: entry.count for entry in sample.read(qas_reading.sections, model_id=marketing)}
    offered = [bar.section.itemText(n) for n in range(1, bar.section.count())]
    assert offered == [f"{name} ({count})" for name, count in wanted.items()]
    bar.section.choose("=Campaigns")
    bar.section.chosen.emit("=Campaigns")
    await settled(runner)
    assert set(texts(shown.page, SECTION)) == {"Campaigns"}
    assert shown.page._rows.rowCount() == wanted["Campaigns"]


async def test_type_and_state_filters(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    off = [line.question for line in all_lines(sample, QaFilter(marketing)) if not line.is_active]
    menu = shown.page._bar.make_menu()
    actions = {action.text(): action for action in menu.actions()}
    actions["Switched off only"].trigger()
    await settled(runner)
    assert off
    assert texts(shown.page) == off
    assert "switched off" in shown.page._bar._found.text()
    actions["Validation only"].trigger()
    actions["Active and switched off"].trigger()
    await settled(runner)
    assert set(texts(shown.page, TYPE)) == {"Validation", "Refuse"}
    menu.deleteLater()


async def test_a_click_on_a_header_sorts(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    header = shown.page._table.horizontalHeader()
    where = QPoint(header.sectionViewportPosition(QUESTION) + 20, header.height() // 2)
    for sort, descending in ((QaSort.QUESTION, False), (QaSort.QUESTION, True), (QaSort.CREATED, False)):
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, NONE, where)
        await settled(runner)
        wanted = all_lines(sample, QaFilter(marketing, sort=sort, descending=descending))
        assert texts(shown.page) == [line.question for line in wanted]


async def test_delete_and_undo(shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId) -> None:
    page = shown.page
    before = all_lines(sample, QaFilter(marketing))
    click(page, 1)
    click(page, 3, keys=Qt.KeyboardModifier.ShiftModifier)
    await settled(runner)
    assert page._editor._pages.currentWidget() is page._editor.bulk
    QTest.keyClick(page._table, Qt.Key.Key_Delete)
    await settled(runner)
    assert shown.said == ["Deleted 3 Q&As"]
    assert texts(page) == [line.question for line in (*before[:1], *before[4:])]
    assert page._editor.form.question.toPlainText() == before[4].question
    shown.undo()
    await settled(runner)
    assert texts(page) == [line.question for line in before]


async def test_space_switches_off_and_on(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    page = shown.page
    click(page, 2)
    for is_active in (False, True):
        QTest.keyClick(page._table, Qt.Key.Key_Space)
        await settled(runner)
        assert all_lines(sample, QaFilter(marketing))[2].is_active is is_active
        line = page._rows.known_line(2)
        assert line is not None
        assert line.is_active is is_active
        assert page._editor.form.is_active.isChecked() is is_active
    assert shown.said == ["Switched off 1 Q&A", "Switched on 1 Q&A"]


async def test_duplicate(shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId) -> None:
    page = shown.page
    before = all_lines(sample, QaFilter(marketing))
    click(page, 4)
    await settled(runner)
    QTest.keyClick(page._table, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    await settled(runner)
    now = all_lines(sample, QaFilter(marketing))
    assert len(now) == len(before) + 1
    assert now[-1].question == before[4].question
    assert page._editor.qa_id == now[-1].id
    assert page._table.currentIndex().row() == len(now) - 1


async def test_editing_a_question_in_its_cell(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    page = shown.page
    click(page, 2, QUESTION)
    await settled(runner)
    QTest.keyClick(page._table, Qt.Key.Key_F2)
    field = cell_editor(page)
    assert field.accessibleName() == "Question"
    QTest.keyClicks(field, "Typed in the cell?")
    QTest.keyClick(field, Qt.Key.Key_Return)
    await settled(runner)
    assert all_lines(sample, QaFilter(marketing))[2].question == "Typed in the cell?"
    assert texts(page)[2] == "Typed in the cell?"
    assert page._editor.form.question.toPlainText() == "Typed in the cell?"


async def test_editing_section_and_type_in_their_cells(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    page = shown.page
    where = click(page, 0, SECTION)
    await settled(runner)
    QTest.mouseDClick(page._table.viewport(), Qt.MouseButton.LeftButton, NONE, where)
    box = cell_editor(page)
    assert isinstance(box, QComboBox)
    assert "Campaigns" in [box.itemText(n) for n in range(box.count())]
    box.setEditText("  Brand   new ")
    line = box.lineEdit()
    assert line is not None
    QTest.keyClick(line, Qt.Key.Key_Return)
    await settled(runner)
    assert all_lines(sample, QaFilter(marketing))[0].section == "Brand new"
    assert "Brand new" in [page._bar.section.itemText(n).split(" (")[0] for n in range(page._bar.section.count())]
    page._table.setCurrentIndex(page._rows.index(0, TYPE))
    QTest.keyClick(page._table, Qt.Key.Key_F2)
    box = cell_editor(page)
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findData("V"))
    page._table.commitData(box)
    page._table.closeEditor(box, page._table.itemDelegate().EndEditHint.NoHint)
    await settled(runner)
    assert all_lines(sample, QaFilter(marketing))[0].qa_type is QaType.VALIDATION


async def test_a_double_click_on_the_mark_switches(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    where = click(shown.page, 1, ACTIVE)
    QTest.mouseDClick(shown.page._table.viewport(), Qt.MouseButton.LeftButton, NONE, where)
    await settled(runner)
    assert not all_lines(sample, QaFilter(marketing))[1].is_active


async def test_a_long_answer_is_never_cut_by_editing_its_cell(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    page = shown.page
    long = "word " * 100
    for row, answer in ((1, long), (2, "two\nlines")):
        qa_id = all_lines(sample, QaFilter(marketing))[row].id
        runner.write(None, qas.update_qa, qa_id=qa_id, object_version=None, answer=answer)
        await settled(runner)
        click(page, row, ANSWER)
        await settled(runner)
        QTest.keyClick(page._table, Qt.Key.Key_F2)
        await settled(runner)
        assert sample.read(qas_reading.qa_details, qa_id=qa_id).answer == answer
        assert QApplication.focusWidget() is page._editor.form.answer
        assert page._editor.form.answer.toPlainText() == answer


async def test_several_rows_at_once(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    page = shown.page
    page._table.select_rows(0, 2)
    page._editor.bulk.section_requested.emit()
    dialog = page._table.findChild(QInputDialog)
    assert dialog is not None
    dialog.setTextValue("Gathered")
    dialog.accept()
    await settled(runner)
    assert [line.section for line in all_lines(sample, QaFilter(marketing))[:4]].count("Gathered") == 3
    assert shown.said == ["3 Q&As are now in “Gathered”"]
    page._table.select_rows(0, 2)
    page._editor.bulk.type_requested.emit(QaType.VALIDATION)
    await settled(runner)
    assert {line.qa_type for line in all_lines(sample, QaFilter(marketing))[:3]} == {QaType.VALIDATION}
    shown.undo()
    await settled(runner)
    assert {line.qa_type for line in all_lines(sample, QaFilter(marketing))[:3]} == {QaType.TRAINING}


async def test_what_cannot_be_done_says_why(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    page = shown.page
    refusals = [n for n, line in enumerate(all_lines(sample, QaFilter(marketing))) if line.expects_refusal]
    page._table.go_to(refusals[0])
    page._actions.set_type(QaType.TRAINING)
    await settled(runner)
    assert "no answer to teach" in shown.said[-1]


async def test_all_of_many_rows_that_were_never_read(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    add_rows(sample, marketing, 2_500)
    page = shown.page
    page._rows.choose(QaFilter(marketing, section="Section 1"))
    await settled(runner)
    page._table.selectAll()
    assert page._table.known_selection() is None
    page._actions.set_active(False)
    await settled(runner)
    assert not any(line.is_active for line in all_lines(sample, QaFilter(marketing, section="Section 1")))
    assert all(line.is_active for line in all_lines(sample, QaFilter(marketing, section="Section 2")))


class Counting(QaRows):
    """Counts how often Qt asks whether a row can be selected."""

    asked = 0

    def flags(self, index: Index) -> Qt.ItemFlag:
        Counting.asked += 1
        return super().flags(index)


async def test_drawing_the_titles_asks_nothing_of_the_selected_rows(
    runner: Runner, theme: Theme, sample: Database, marketing: ModelId
) -> None:
    add_rows(sample, marketing, 3_000)
    rows = Counting(runner, marketing)
    table = QaTable(theme, rows)
    table.resize(800, 400)
    table.show()
    rows.choose(QaFilter(marketing))
    await settled(runner)
    table.selectAll()
    Counting.asked = 0
    table.horizontalHeader().grab()
    assert Counting.asked < 100
    assert table.selected_count > 3_000
    table.hide()
    table.deleteLater()
    rows.deleteLater()


async def test_showing_a_row_from_elsewhere(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    add_rows(sample, marketing, 3_000)
    page = shown.page
    runner.changed.emit(sample.write(qas.set_active, qa_ids=[page_line(page, 0)], is_active=True), None)
    page._bar.search_for("hashtag")
    await settled(runner)
    lines = all_lines(sample, QaFilter(marketing))
    for place in (2_000, 12, len(lines) - 1):
        page.show_qa(lines[place].id)
        await settled(runner)
        assert page._table.currentIndex().row() == place
        assert not page._bar.narrows
        assert page._editor.qa_id == lines[place].id
        assert page._table.viewport().rect().intersects(page._table.visualRect(page._table.currentIndex()))
        assert page._table.selected_count == 1


def page_line(page: QaPage, row: int) -> QaId:
    line = page._rows.known_line(row)
    assert line is not None
    return line.id


async def test_a_row_that_is_gone_is_not_there(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    gone = all_lines(sample, QaFilter(marketing))[3].id
    sample.write(qas.delete_qas, qa_ids=[gone])
    shown.page.show_qa(gone)
    await settled(runner)
    assert "bin" in shown.said[-1]


async def test_a_draft_from_the_chat_becomes_a_row(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    page = shown.page
    before = len(all_lines(sample, QaFilter(marketing)))
    page.draft_qa("May we post on Sundays?")
    assert QApplication.focusWidget() is page._editor.form.answer
    QTest.keyClicks(page._editor.form.answer, "Never on Sunday.")
    page.flush()
    await settled(runner)
    now = all_lines(sample, QaFilter(marketing))
    assert len(now) == before + 1
    assert (now[-1].question, now[-1].answer) == ("May we post on Sundays?", "Never on Sunday.")
    assert page._table.currentIndex().row() == len(now) - 1
    assert QApplication.focusWidget() is page._editor.form.answer


async def test_typing_does_not_move_the_row_away(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    page = shown.page
    page._table.sort_requested.emit(QaSort.QUESTION, False)
    await settled(runner)
    page._table.go_to(0)
    await settled(runner)
    form = page._editor.form
    form.question.setPlainText("zzz at the end of the alphabet?")
    page.flush()
    await settled(runner)
    assert page._table.currentIndex().row() == 0
    assert texts(page)[0] == "zzz at the end of the alphabet?"


async def test_hiding_the_page_saves(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    shown.page._editor.form.answer.setPlainText("Saved on the way out.")
    shown.page.hide()
    await settled(runner)
    assert all_lines(sample, QaFilter(marketing))[0].answer == "Saved on the way out."


async def test_an_empty_model_offers_the_first_step(
    runner: Runner, theme: Theme, sample: Database, qapp: QApplication
) -> None:
    from erpai_desktop.changes import Entity

    changes = sample.write(tree.add_model, names={"en": "Empty"})
    page = QaPage(runner, theme, ModelId(changes.new(Entity.MODEL)))
    page.show()
    await settled(runner)
    assert page._rows_stack.currentWidget() is page._empty
    assert page._empty.button is not None
    page._empty.button.click()
    assert page._editor._pages.currentWidget() is page._editor._scroll
    form = page._editor.form
    QTest.keyClicks(form.question, "First?")
    QTest.keyClicks(form.answer, "Yes.")
    page.flush()
    await settled(runner)
    assert page._rows_stack.currentWidget() is page._table
    assert texts(page) == ["First?"]
    assert form.section.currentText() == "General"
    page.hide()
    page.deleteLater()


async def test_copying_rows(shown: PageAndNotices, runner: Runner) -> None:
    click(shown.page, 0)
    QTest.keyClick(shown.page._table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    line = shown.page._rows.known_line(0)
    assert line is not None
    assert QGuiApplication.clipboard().text() == f"{line.question}\t{line.answer}"


async def test_the_menu_offers_what_fits(shown: PageAndNotices) -> None:
    page = shown.page
    click(page, 0)
    one = {action.text().split("\t")[0]: action for action in page._table.make_menu().actions()}
    assert one["Duplicate"].isEnabled()
    page._table.select_rows(0, 1)
    several = {action.text().split("\t")[0]: action for action in page._table.make_menu().actions()}
    assert not several["Duplicate"].isEnabled()
    assert several["Duplicate"].toolTip() == "Select one row first"
    assert several["Delete"].isEnabled()


async def test_a_row_that_changes_while_it_is_being_read_is_shown_as_it_is_now(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = shown.page
    line = all_lines(sample, QaFilter(marketing))[2]
    was_read = threading.Event()
    read = qas_reading.qa_details

    def noted(session: Session, qa_id: QaId) -> QaDetails:
        details = read(session, qa_id)
        was_read.set()
        return details

    monkeypatch.setattr(qas_reading, "qa_details", noted)
    click(page, 2)
    await asyncio.sleep(0)
    # The row has been read; before the page is told, somebody else's change is committed and announced.
    assert was_read.wait(10)
    changes = sample.write(qas.set_active, qa_ids=[line.id], is_active=False)
    runner.changed.emit(changes, None)
    await settled(runner)
    assert page._editor.qa_id == line.id
    assert not page._editor.form.is_active.isChecked()
