"""The messages: ticks, place, keyboard, and that nothing is cut off."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QToolButton,
    QWidget,
)

from erpai_desktop.changes import Entity
from erpai_desktop.errors import EngineError
from erpai_desktop.models.ids import ChatId
from erpai_desktop.services import chats
from erpai_desktop.views.chat.message_list import MessageList
from erpai_desktop.views.chat.message_view import MessageView
from tests.views.chat.stage import Stage, answered, long_chat, refused, some_source
from tests.waiting import eventually, settled

LONG = "A rather long sentence that has to wrap several times in a narrow dock. " * 6 + "\n\n- one\n- two\n\nLast line."


async def open_long(stage: Stage, messages: int) -> MessageList:
    changes = stage.database.write(long_chat, model_id=stage.model_id, messages=messages)
    stage.dock.open_chat(ChatId(changes.new(Entity.CHAT)))
    made = stage.dock.message_list
    await eventually(lambda: len(made.shown) == min(30, messages))
    await settled(stage.runner)
    return made


def tick_of(view: MessageView) -> QAbstractButton:
    return view._tick


async def test_space_click_and_shift_tick(stage: Stage) -> None:
    shown = (await open_long(stage, 8)).shown
    ids = [view.message.id for view in shown]
    counts: list[int] = []
    stage.dock.selection_changed.connect(counts.append)
    QTest.mouseClick(tick_of(shown[1]), Qt.MouseButton.LeftButton)
    assert list(stage.dock.message_list.ticked) == [ids[1]]
    shown[4].setFocus()
    QTest.keyClick(shown[4], Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    assert list(stage.dock.message_list.ticked) == ids[1:5]
    assert [tick_of(view).isChecked() for view in shown[:6]] == [False, True, True, True, True, False]
    QTest.keyClick(shown[4], Qt.Key.Key_Space)
    assert list(stage.dock.message_list.ticked) == ids[1:4]
    shown[1].setFocus()
    QTest.keyClick(shown[1], Qt.Key.Key_Space)
    shown[3].setFocus()
    QTest.keyClick(shown[3], Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    assert not stage.dock.message_list.ticked  # A range is unticked as it is ticked.
    assert counts[-1] == 0


async def test_escape_unticks_then_goes_to_the_question(stage: Stage) -> None:
    shown = (await open_long(stage, 4)).shown
    shown[0].setFocus()
    QTest.keyClick(shown[0], Qt.Key.Key_Space)
    assert stage.containing(QAbstractButton, "Train AI") is not None
    QTest.keyClick(shown[0], Qt.Key.Key_Escape)
    assert len(stage.dock.message_list.ticked) == 0
    QTest.keyClick(shown[0], Qt.Key.Key_Escape)
    assert stage.dock.focusWidget() is stage.dock._composer._field


async def test_ticks_survive_a_new_message_and_end_with_the_conversation(stage: Stage) -> None:
    messages = await open_long(stage, 4)
    messages.tick(messages.messages[0].id)
    stage.dock.ask("Another?")
    await settled(stage.runner)
    assert len(messages.ticked) == 1
    stage.dock.new_conversation()
    assert not list(messages.ticked)


async def test_a_failed_answer_cannot_be_ticked_and_says_why(stage: Stage) -> None:
    stage.answering.answers["Q"] = EngineError("Died.")
    stage.dock.ask("Q")
    await settled(stage.runner)
    tick = tick_of(stage.dock.message_list.shown[-1])
    assert not tick.isEnabled()
    assert "nothing in it to learn" in tick.toolTip()


async def test_arrows_go_from_message_to_message_and_only_one_takes_tab(stage: Stage) -> None:
    messages = await open_long(stage, 6)
    messages.focus()
    shown = messages.shown
    assert stage.dock.focusWidget() is shown[-1]
    QTest.keyClick(shown[-1], Qt.Key.Key_Up)
    assert stage.dock.focusWidget() is shown[-2]
    QTest.keyClick(shown[-2], Qt.Key.Key_Home)
    assert stage.dock.focusWidget() is shown[0]
    by_tab = [view for view in shown if view.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert by_tab == [shown[0]]
    QTest.keyClick(shown[0], Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text().startswith("Message number 0")


async def test_tab_leads_to_the_newest_message_and_its_buttons(stage: Stage) -> None:
    for text in ("A", "B"):
        stage.dock.ask(text)
        await settled(stage.runner)
    shown = stage.dock.message_list.shown
    assert [bool(view.focusPolicy() & Qt.FocusPolicy.TabFocus) for view in shown] == [False, False, False, True]
    buttons = [button for button in shown[-1].findChildren(QAbstractButton) if button.isVisible()]
    assert {button.accessibleName() for button in buttons} >= {"Copy", "Good answer", "Bad answer"}
    assert stage.dock.focusWidget() is stage.dock._composer._field
    seen = set()
    for _ in range(12):
        focused = stage.dock.focusWidget()
        assert focused is not None
        seen.add(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert shown[-1] in seen
    assert tick_of(shown[-1]) in seen
    assert not seen & {shown[0], shown[1], shown[2]}


def _shows(messages: MessageList, count: int) -> bool:
    return len(messages.shown) == count


async def test_home_goes_to_the_first_message_and_makes_a_page_of_earlier_ones_there(stage: Stage) -> None:
    messages = await open_long(stage, 70)
    assert len(messages.shown) == 30
    messages.focus()
    for made in (30, 60, 70, 70):
        focused = stage.dock.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, Qt.Key.Key_Home)
        assert len(messages.shown) <= 36 or made > 36, "not all of a page at once: each takes a few milliseconds"
        await eventually(partial(_shows, messages, made))
        await eventually(lambda: stage.dock.focusWidget() is messages.shown[0])
    assert messages.shown[0].message == messages.messages[0]


async def test_show_earlier_keeps_what_one_reads_in_its_place(stage: Stage) -> None:
    messages = await open_long(stage, 100)
    bar = messages.verticalScrollBar()
    bar.setValue(0)
    await settled(stage.runner)
    first = messages.shown[0]
    before = first.mapTo(messages.viewport(), first.rect().topLeft()).y()
    button = stage.containing(QAbstractButton, "Show 70 earlier messages")
    assert isinstance(button, QAbstractButton)
    button.click()
    await eventually(lambda: len(messages.shown) == 60)
    await settled(stage.runner)
    # The button itself took a line above the first message, and still does.
    assert abs(first.mapTo(messages.viewport(), first.rect().topLeft()).y() - before) <= 2
    assert stage.containing(QAbstractButton, "Show 40 earlier messages") is not None


async def test_it_follows_only_from_the_foot(stage: Stage) -> None:
    messages = await open_long(stage, 20)
    bar = messages.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    stage.dock.ask("A?")
    await settled(stage.runner)
    await settled(stage.runner)
    assert bar.value() == bar.maximum()
    bar.setValue(40)
    chat_id = stage.dock.chat_id
    assert chat_id is not None
    stage.runner.write(None, chats.post_question, chat_id=chat_id, text="from elsewhere")
    await settled(stage.runner)
    assert bar.value() == 40
    jump = stage.containing(QAbstractButton, "1 new message")
    assert isinstance(jump, QAbstractButton)
    jump.click()
    assert bar.value() == bar.maximum()
    assert not jump.isVisible()


async def test_a_resized_dock_keeps_what_one_reads(stage: Stage) -> None:
    messages = await open_long(stage, 30)
    bar = messages.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    view = next(view for view in messages.shown if view.y() + view.height() > bar.value())
    offset = view.y() - bar.value()
    stage.dock.resize(460, 747)
    await settled(stage.runner)
    await settled(stage.runner)
    assert abs(view.y() - bar.value() - offset) <= 2


@pytest.mark.parametrize("height", [420, 747])
async def test_bubbles_fit_their_text(stage: Stage, height: int) -> None:
    source = stage.database.read(some_source, model_id=stage.model_id)
    stage.answering.answers["Q"] = answered(LONG, sources=[source, source])
    stage.answering.answers["R"] = refused(
        "Which metrics decide if a campaign went well?",
        "What is our rule about hashtags in a caption, and who decides it in the end?",
        "Who approves a post about a recall?",
    )
    for text in ("Q", "word" * 60, "R"):
        stage.dock.ask(text)
        await settled(stage.runner)
    for width in (520, 345, 330, 315, 300, 285, 270, 260, 253, 250, 253, 260, 300, 520):
        stage.dock.resize(width, height)
        for _ in range(4):
            await asyncio.sleep(0.002)
        for view in stage.dock.message_list.shown:
            _assert_whole(view)


def _assert_whole(view: MessageView) -> None:
    body = view._body
    assert body.verticalScrollBar().maximum() == 0
    assert body.horizontalScrollBar().maximum() == 0
    assert body.viewport().height() >= body.document().size().height() - 0.5
    for child in view.findChildren(QWidget):
        inside = child.parentWidget() or view
        scrolls = isinstance(inside, QAbstractScrollArea) or isinstance(inside.parentWidget(), QAbstractScrollArea)
        if child.isVisible() and not scrolls:
            assert inside.rect().contains(child.geometry()), (view.words, child)


async def test_ticking_does_not_widen_a_narrow_dock(stage: Stage) -> None:
    messages = await open_long(stage, 4)
    for message in messages.messages:
        messages.tick(message.id)
    stage.dock.resize(260, 747)
    await settled(stage.runner)
    assert stage.dock.width() == 260
    copy = stage.visible(QAbstractButton, "Copy")
    train = stage.visible(QAbstractButton, "Train AI")
    assert copy is not None and train is not None
    assert train.mapTo(stage.dock, train.rect().bottomRight()).x() <= 260
    assert train.width() >= train.minimumSizeHint().width()
    stage.dock.train()
    await settled(stage.runner)
    stage.dock.resize(260, 747)
    assert stage.dock.width() == 260


async def test_of_two_thousand_messages_only_the_newest_are_made(stage: Stage) -> None:
    changes = stage.database.write(long_chat, model_id=stage.model_id, messages=2_000)
    chat_id = ChatId(changes.new(Entity.CHAT))
    stage.dock.open_chat(chat_id)
    await eventually(lambda: stage.dock.message_list.shown)
    # However long the chat is, only the newest messages are made at once, and never more than a page of them.
    assert len(stage.dock.message_list.shown) < 30
    await eventually(lambda: len(stage.dock.message_list.shown) == 30)
    assert len(stage.dock.message_list.messages) == 2_000


async def test_every_control_has_a_name_and_a_tooltip(stage: Stage) -> None:
    stage.answering.answers["R"] = refused("Known?")
    for text in ("Q", "R"):
        stage.dock.ask(text)
        await settled(stage.runner)
    kinds = (QAbstractButton, QLineEdit, QPlainTextEdit, QTextEdit, QComboBox)
    checked = 0
    for widget in (*stage.dock.findChildren(QWidget), *stage.dock.header_buttons):
        if isinstance(widget, kinds) and not isinstance(widget, QToolButton):
            words = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
            assert words, widget
            assert widget.toolTip(), (widget, words)
            checked += 1
    assert checked > 25
