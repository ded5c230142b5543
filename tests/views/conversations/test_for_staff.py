"""Who may not teach reads training conversations; whatever would change them is off and says why."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import ModelId
from erpai_desktop.storage.database import Database
from erpai_desktop.views.conversations.page import ConversationsPage
from erpai_desktop.views.conversations.review_page import ReviewPage
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.workers.runner import Runner
from tests.views.conversations.conftest import Shown, details, listed
from tests.waiting import settled

WHY = "Only trainers and administrators"


@pytest.fixture
async def read_only(runner: Runner, theme: Theme, marketing: ModelId) -> AsyncIterator[Shown]:
    page = ConversationsPage(runner, theme, marketing, role=Role.STAFF)
    made = Shown(page)
    page.resize(760, 600)
    page.show()
    await settled(runner)
    yield made
    page.close()
    await settled(runner)
    page.deleteLater()


async def test_no_key_changes_a_conversation(
    read_only: Shown, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    page = read_only.page
    lines = listed(sample, marketing)
    page.list.pick(lines[0].id)
    await settled(runner)
    before = details(sample, lines[0].id)
    bubble = page.editor.bubbles[0]
    bubble.setFocus()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_F2, Qt.Key.Key_Delete):
        QTest.keyClick(bubble, key)
    QTest.keyClick(bubble, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    QTest.mouseDClick(bubble._view.viewport(), Qt.MouseButton.LeftButton)
    control, both = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Backspace):
        QTest.keyClick(page, key, control)
    QTest.keyClick(page, Qt.Key.Key_Return, control | both)
    QTest.keyClick(page.list.view, Qt.Key.Key_Delete)
    page.new_conversation()
    await settled(runner)
    assert not bubble._text.isVisible()
    assert (details(sample, lines[0].id), listed(sample, marketing)) == (before, lines)
    assert len(page.editor.bubbles) == len(before.messages)
    assert read_only.said == []


async def test_each_control_says_why_it_is_off(
    read_only: Shown, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    page = read_only.page
    lines = listed(sample, marketing)
    page.list.pick(lines[0].id)
    await settled(runner)
    editor, bubble = page.editor, page.editor.bubbles[0]
    head = editor._head
    for control in (
        page.list.new,
        head._approve,
        head._reject,
        head._delete,
        head._origin,
        editor._add,
        bubble._badge,
        *bubble._controls,
    ):
        assert not control.isEnabled() and WHY in control.toolTip(), control.accessibleName()
    for text in (editor._notes, bubble._name):
        assert text.isReadOnly() and text.toolTip().count(WHY) == 1
    menu = page.list.make_menu([lines[0].id])
    assert not any(action.isEnabled() for action in menu.actions())
    menu.deleteLater()
    # Another one, read into the same fields, does not say it twice.
    page.list.pick(lines[1].id)
    await settled(runner)
    assert editor._notes.toolTip().count(WHY) == 1


async def test_staff_decide_nothing_in_the_review(runner: Runner, theme: Theme) -> None:
    page = ReviewPage(runner, theme, role=Role.STAFF)
    page.show()
    await settled(runner)
    head = page.editor._head
    assert not head._approve.isEnabled() and WHY in head._approve.toolTip()
    page.close()
    await settled(runner)
    page.deleteLater()
