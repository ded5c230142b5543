"""The list of conversations, and the room Review."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from erpai_desktop.changes import Entity
from erpai_desktop.models.enums import ReviewState
from erpai_desktop.models.ids import ModelId
from erpai_desktop.services import conversations, conversations_reading, tree
from erpai_desktop.storage.database import Database
from erpai_desktop.views.conversations.line_model import BadgesRole, Entry, Lines
from erpai_desktop.views.conversations.page import ConversationsPage
from erpai_desktop.views.conversations.review_page import ReviewPage
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.workers.runner import Runner
from tests.views.conversations.conftest import Shown, listed
from tests.views.qas.walk import nameless
from tests.waiting import settled


def titles(page: ConversationsPage | ReviewPage) -> list[str]:
    lines = page.list._lines
    return [str(lines.index(row).data()) for row in range(lines.rowCount())]


async def test_satisfies_qt(sample: Database, marketing: ModelId, qtmodeltester: Any) -> None:
    lines = Lines()
    qtmodeltester.check(lines)
    lines.show_entries([Entry(line) for line in listed(sample, marketing)])
    lines.show_entries([])


async def test_every_control_has_a_name_and_a_tooltip(shown: Shown) -> None:
    assert nameless(shown.page) == []


async def test_the_list_and_the_first_of_it(shown: Shown, sample: Database, marketing: ModelId) -> None:
    lines = listed(sample, marketing)
    assert titles(shown.page) == [line.title for line in lines]
    assert shown.page.editor.conversation_id == lines[0].id


async def test_search_and_filter(shown: Shown, runner: Runner, sample: Database, marketing: ModelId) -> None:
    page = shown.page
    page.list.search.setText("campaign pitch")
    QTest.keyClick(page.list.search, Qt.Key.Key_Return)
    await settled(runner)
    wanted = sample.read(conversations_reading.conversations_of, model_id=marketing, text="campaign pitch")
    assert 0 < len(wanted) < 5
    assert titles(page) == [line.title for line in wanted]
    page.list.clear_filter()
    page.list.state.choose(ReviewState.PENDING.value)
    page.list.state.chosen.emit(ReviewState.PENDING.value)
    await settled(runner)
    pending = [line for line in listed(sample, marketing) if line.review_state is ReviewState.PENDING]
    assert pending
    assert titles(page) == [line.title for line in pending]
    page.list.search.setText("zebra")
    QTest.keyClick(page.list.search, Qt.Key.Key_Return)
    await settled(runner)
    assert page.list._stack.currentWidget() is page.list._nothing


async def test_a_filtered_conversation_is_shown_when_asked_for(
    shown: Shown, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    page = shown.page
    page.list.search.setText("zebra")
    QTest.keyClick(page.list.search, Qt.Key.Key_Return)
    await settled(runner)
    wanted = listed(sample, marketing)[3].id
    page.show_conversation(wanted)
    await settled(runner)
    assert page.editor.conversation_id == wanted
    assert page.list.selected_ids == (wanted,)


async def test_deleting_and_undo(shown: Shown, runner: Runner, sample: Database, marketing: ModelId) -> None:
    page = shown.page
    before = listed(sample, marketing)
    page.list.view.selectAll()
    QTest.keyClick(page.list.view, Qt.Key.Key_Delete)
    await settled(runner)
    assert listed(sample, marketing) == ()
    assert shown.said == ["Deleted 5 conversations"]
    assert page.list._stack.currentWidget() is page.list._empty
    assert page.editor.conversation_id is None
    shown.undo()
    await settled(runner)
    assert [line.id for line in listed(sample, marketing)] == [line.id for line in before]
    assert page.editor.conversation_id == before[0].id


async def test_an_empty_page_offers_the_first_step(runner: Runner, theme: Theme, sample: Database) -> None:
    changes = sample.write(tree.add_model, names={"en": "Empty"})
    page = ConversationsPage(runner, theme, ModelId(changes.new(Entity.MODEL)))
    page.show()
    await settled(runner)
    button = page.list._empty.button
    assert button is not None
    button.click()
    assert len(page.editor.bubbles) == 1
    page.hide()
    page.deleteLater()


async def test_narrow_pages_put_the_list_above(shown: Shown) -> None:
    shown.page.resize(400, 600)
    assert shown.page.width() == 400
    assert shown.page._splitter.orientation() == Qt.Orientation.Vertical


async def test_review_takes_what_waits_from_all_models(
    runner: Runner, theme: Theme, sample: Database, marketing: ModelId
) -> None:
    page = ReviewPage(runner, theme)
    page.resize(900, 600)
    page.show()
    await settled(runner)
    waiting = sample.read(conversations_reading.waiting_for_review)
    assert len({model_id for model_id, _name, _line in waiting}) > 1
    assert titles(page) == [line.title for _model_id, _name, line in waiting]
    badges = page.list._lines.index(0).data(BadgesRole)
    assert (waiting[0][1], "accent") in badges
    assert nameless(page) == []
    QTest.keyClick(page.list.view, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    await settled(runner)
    assert titles(page) == [line.title for _model_id, _name, line in waiting[1:]]
    assert page.editor.conversation_id == waiting[1][2].id
    page.list.review_requested.emit([line.id for _m, _n, line in waiting[1:]], ReviewState.REJECTED)
    await settled(runner)
    assert page.list._stack.currentWidget() is page.list._empty
    changes = sample.write(conversations.review, conversation_ids=[waiting[0][2].id], review_state=ReviewState.PENDING)
    runner.changed.emit(changes, None)
    await settled(runner)
    assert titles(page) == [waiting[0][2].title]
    page.hide()
    page.deleteLater()
