"""Who may not teach reads, searches and copies Q&As; whatever would change them is off and says why."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView

from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.qas import QaFilter
from erpai_desktop.storage.database import Database
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.qas.history import HistoryDialog
from erpai_desktop.views.qas.page import QaPage
from erpai_desktop.workers.runner import Runner
from tests.views.qas.conftest import PageAndNotices, all_lines
from tests.waiting import settled

WHY = "Only trainers and administrators"


@pytest.fixture
async def read_only(runner: Runner, theme: Theme, marketing: ModelId) -> AsyncIterator[PageAndNotices]:
    page = QaPage(runner, theme, marketing, role=Role.STAFF)
    made = PageAndNotices(page)
    page.resize(700, 640)
    page.show()
    await settled(runner)
    yield made
    page.close()
    await settled(runner)
    page.deleteLater()


async def test_no_key_and_no_menu_changes_a_row(
    read_only: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    page = read_only.page
    before = all_lines(sample, QaFilter(marketing))
    table = page._table
    table.go_to(0)
    await settled(runner)
    for key in (Qt.Key.Key_Delete, Qt.Key.Key_Space, Qt.Key.Key_F2):
        QTest.keyClick(table, key)
    QTest.keyClick(table, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(page, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    page.delete_selected()
    page.draft_qa("What now?")
    page.import_file()
    await settled(runner)
    assert table.state() is not QAbstractItemView.State.EditingState
    assert all_lines(sample, QaFilter(marketing)) == before
    assert page._editor.form.question.toPlainText() == before[0].question
    assert read_only.said == []
    menu = table.make_menu()
    on = [action.text() for action in menu.actions() if action.isEnabled() and not action.isSeparator()]
    assert on == ["Read\tEnter"]
    assert all(WHY in action.toolTip() for action in menu.actions() if not action.isEnabled() and action.text())
    menu.deleteLater()


async def test_each_control_says_why_it_is_off(read_only: PageAndNotices, runner: Runner) -> None:
    page = read_only.page
    bar, form = page._bar, page._editor.form
    assert not bar.new.isEnabled() and WHY in bar.new.toolTip()
    assert not bar._import.isEnabled() and "Only an administrator" in bar._import.toolTip()
    assert bar._export.isEnabled()
    for text in (form.question, form.answer, form.notes, form.required_terms):
        assert text.isReadOnly() and WHY in text.toolTip()
    for choice in (form.section, form.qa_type, form.is_active, form.expects_refusal):
        assert not choice.isEnabled() and WHY in choice.toolTip()
    assert page._empty.button is not None and not page._empty.button.isEnabled()
    page._table.select_rows(0, 2)
    await settled(runner)
    assert not any(button.isEnabled() for button in page._editor.bulk._buttons)
    page._table.go_to(0)
    await settled(runner)
    page._editor._open_history()
    await settled(runner)
    (dialog,) = page.findChildren(HistoryDialog)
    assert WHY in dialog._restore.toolTip()
    dialog.reject()


async def test_a_trainer_writes_and_does_not_import(runner: Runner, theme: Theme, marketing: ModelId) -> None:
    page = QaPage(runner, theme, marketing, role=Role.TRAINER)
    assert page._bar.new.isEnabled() and not page._editor.form.question.isReadOnly()
    assert not page._bar._import.isEnabled()
    await settled(runner)
    page.deleteLater()
