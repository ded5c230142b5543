"""The dock: asking, what becomes of a question, and that nothing typed is lost."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QPlainTextEdit
from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.changes import Entity
from erpai_desktop.errors import EngineError
from erpai_desktop.models.entities import AssistantConversation, AssistantConversationMessage
from erpai_desktop.models.enums import ParticipantRole, Role
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.tree import TreeSnapshot
from erpai_desktop.services import chats, chats_reading
from erpai_desktop.views.chat.chip import Chip, QuestionLink
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge
from erpai_desktop.workers.runner import Runner
from tests.views.chat.stage import Stage, activate, answered, conflicting, refused, some_source
from tests.waiting import eventually, settled


async def ask(stage: Stage, text: str) -> None:
    stage.dock._composer.set_text(text)
    QTest.keyClick(stage.dock.focusWidget() or stage.dock, Qt.Key.Key_Return)
    await settled(stage.runner)


def stored(session: Session) -> list[str]:
    rows = session.scalars(select(AssistantConversationMessage).order_by(AssistantConversationMessage.message_time_utc))
    return [row.contents for row in rows]


def press(stage: Stage, kind: type[QAbstractButton], part: str) -> None:
    button = stage.containing(kind, part)
    assert isinstance(button, QAbstractButton), part
    button.click()


async def test_a_question_is_stored_and_answered_in_a_new_conversation(stage: Stage) -> None:
    await ask(stage, "How often do we post?")
    assert stage.texts == ["How often do we post?", "**Answer** to: How often do we post?"]
    assert stage.composer_text == ""
    await ask(stage, "And where?")
    assert len(stage.texts) == 4
    assert len({chat_id for chat_id, _text in stage.answering.asked}) == 1


async def test_the_question_stands_there_while_its_answer_is_being_made(stage: Stage) -> None:
    stage.answering.gate = asyncio.Event()
    stage.dock.ask("How long?")
    await eventually(lambda: "How long?" in stage.texts)
    assert stage.containing(QLabel, "Looking for the answer") is not None
    assert stage.containing(QAbstractButton, "Stop") is not None
    assert stage.containing(QAbstractButton, "Send") is None
    stage.answering.gate.set()
    await settled(stage.runner)
    assert stage.containing(QLabel, "Looking for the answer") is None
    assert stage.texts[-1] == "**Answer** to: How long?"


async def test_enter_pressed_twice_asks_once(stage: Stage) -> None:
    stage.dock.ask("Once?")
    stage.dock.ask("Once?")
    await settled(stage.runner)
    assert [text for _chat, text in stage.answering.asked] == ["Once?"]
    assert stage.composer_text == "Once?"  # The second is kept to be sent later.


async def test_an_answer_shows_its_source_and_how_sure_it_is(stage: Stage) -> None:
    source = stage.database.read(some_source, model_id=stage.model_id)
    stage.answering.answers["Q"] = answered("A", sources=[source], confidence=0.91)
    opened: list[object] = []
    stage.dock.open_source.connect(opened.append)
    await ask(stage, "Q")
    assert stage.visible(Badge, "0.91") is not None
    press(stage, Chip, source.question[:20])
    assert [getattr(link, "row_id", None) for link in opened] == [source.row_id]


async def test_a_refusal_offers_the_nearest_and_a_draft(stage: Stage) -> None:
    stage.answering.answers["Odd?"] = refused("Known & loved?", "Another?")
    drafts: list[tuple[object, str]] = []
    stage.dock.draft_qa.connect(lambda model_id, question: drafts.append((model_id, question)))
    await ask(stage, "Odd?")
    assert stage.texts[-1] == "I have no curated answer for that."
    assert stage.visible(Badge, "not known · 0.31") is not None
    press(stage, Chip, "Draft a Q&A")
    assert drafts == [(stage.model_id, "Odd?")]
    stage.dock._composer.set_text("half a thought")
    press(stage, QuestionLink, "Known & loved?")
    await settled(stage.runner)
    assert stage.texts[-1] == "**Answer** to: Known & loved?"
    assert stage.composer_text == "half a thought"


async def test_staff_are_not_offered_to_draft(runner: Runner, theme: Theme) -> None:
    stage = Stage(runner, theme, role=Role.STAFF)
    stage.dock.show()
    stage.answering.answers["Odd?"] = refused("Known?")
    drafts: list[object] = []
    stage.dock.draft_qa.connect(lambda *draft: drafts.append(draft))
    await ask(stage, "Odd?")
    chip = stage.containing(Chip, "Draft a Q&A")
    assert isinstance(chip, Chip) and not chip.isEnabled()
    assert "Only trainers" in chip.toolTip()
    chip.click()
    assert drafts == []
    stage.dock.close()
    stage.dock.deleteLater()


async def test_a_conflict_says_that_a_person_has_to_decide(stage: Stage) -> None:
    stage.answering.answers["Who signs?"] = conflicting("Who signs?", "Sales.", "Legal.")
    asked: list[object] = []
    stage.dock.compile_model.connect(asked.append)
    await ask(stage, "Who signs?")
    assert "a person has to decide" in stage.texts[-1]
    assert "> Sales." in stage.texts[-1]
    assert "> Legal." in stage.texts[-1]
    assert stage.containing(Chip, "Draft") is None
    press(stage, Chip, "Show the contradiction")
    assert asked == [stage.model_id]


async def test_a_failure_says_so_and_offers_to_try_again(stage: Stage) -> None:
    stage.answering.answers["Q"] = EngineError("The answering process died.")
    await ask(stage, "Q")
    assert stage.texts[-1] == "The answering process died."
    assert stage.visible(Badge, "failed") is not None
    assert stage.notices == []  # The conversation says it already.
    stage.answering.answers.clear()
    press(stage, Chip, "Try again")
    await settled(stage.runner)
    assert stage.texts[-2:] == ["Q", "**Answer** to: Q"]


async def test_a_question_that_cannot_be_stored_comes_back(stage: Stage) -> None:
    stage.answering.post = False
    await ask(stage, "Precious words")
    assert stage.composer_text == "Precious words"
    assert [notice.kind for notice in stage.notices] == ["bad"]
    assert "locked" in stage.notices[0].text
    stage.answering.post = True
    await ask(stage, stage.composer_text)
    assert stage.texts[-1] == "**Answer** to: Precious words"


async def test_a_conversation_that_cannot_be_made_gives_the_question_back(stage: Stage) -> None:
    stage.dock._addressee.model_id = ModelId(uuid4())
    stage.dock._addressee.nodes = {stage.dock._addressee.model_id: next(iter(stage.dock._addressee.nodes.values()))}
    await ask(stage, "Precious words")
    assert stage.composer_text == "Precious words"
    assert len(stage.notices) == 1
    assert stage.containing(QAbstractButton, "Send") is not None


async def test_escape_stops_an_answer_and_keeps_the_question(stage: Stage) -> None:
    stage.answering.gate = asyncio.Event()
    stage.dock.ask("How long?")
    await eventually(lambda: "How long?" in stage.texts)
    stage.dock._composer.set_text("next one")
    QTest.keyClick(stage.dock._composer._field, Qt.Key.Key_Escape)
    await settled(stage.runner)
    assert stage.texts == ["How long?", "You stopped this answer."]
    assert stage.composer_text == "next one"
    assert stage.containing(Chip, "Try again") is not None


async def test_an_answer_comes_to_its_own_conversation_while_another_is_read(stage: Stage) -> None:
    await ask(stage, "First")
    first = stage.dock.chat_id
    assert first is not None
    stage.answering.gate = asyncio.Event()
    stage.dock.new_conversation()
    stage.dock.ask("Slow")
    await eventually(lambda: "Slow" in stage.texts)
    stage.dock.open_chat(first)
    await eventually(lambda: "First" in stage.texts)
    assert stage.containing(QAbstractButton, "Stop") is None
    stage.answering.gate.set()
    await settled(stage.runner)
    assert stage.texts == ["First", "**Answer** to: First"]
    assert "**Answer** to: Slow" in stage.database.read(stored)


async def test_what_is_typed_in_a_conversation_waits_there(stage: Stage) -> None:
    await ask(stage, "First")
    first = stage.dock.chat_id
    stage.dock.new_conversation()
    await ask(stage, "Second")
    second = stage.dock.chat_id
    assert first is not None and second is not None and first != second
    stage.dock._composer.set_text("unsent")
    stage.dock.open_chat(first)
    await settled(stage.runner)
    assert stage.composer_text == ""
    stage.dock.open_chat(second)
    await settled(stage.runner)
    assert stage.composer_text == "unsent"
    stage.dock.new_conversation()
    assert stage.composer_text == "unsent"  # A new conversation takes it along.


async def test_an_answer_late_for_a_conversation_that_was_left_is_not_shown(stage: Stage) -> None:
    await ask(stage, "First")
    first = stage.dock.chat_id
    assert first is not None
    stage.dock.open_chat(first)
    stage.dock.new_conversation()
    await settled(stage.runner)
    assert stage.texts == []


async def test_a_model_without_a_version_says_what_to_do(runner: Runner, theme: object) -> None:
    stage = Stage(runner, theme, compiled=False)  # type: ignore[arg-type]
    stage.dock.show()
    asked: list[object] = []
    stage.dock.compile_model.connect(asked.append)
    send = stage.containing(QAbstractButton, "Send")
    assert send is not None and not send.isEnabled()
    assert "Compile this model first" in send.toolTip()
    field = stage.visible(QPlainTextEdit, "Question")
    assert isinstance(field, QPlainTextEdit) and not field.isReadOnly()  # One can write it down meanwhile.
    press(stage, QAbstractButton, "Compile")
    assert asked == [stage.model_id]
    stage.dock._composer.set_text("Ready?")
    runner.database.write(activate, model_id=stage.model_id, number=1)
    stage.show_tree()
    assert send.isEnabled()
    assert stage.composer_text == "Ready?"
    stage.dock.close()


async def test_without_models_it_says_so(stage: Stage) -> None:
    stage.dock.show_tree(TreeSnapshot(()))
    stage.dock.new_conversation()
    assert stage.containing(QLabel, "Nobody to ask yet") is not None


async def test_another_persons_conversation_is_never_shown(stage: Stage) -> None:
    await ask(stage, "Mine")
    other = stage.someone_elses_chat("secret words")
    stage.dock.show_history()
    await settled(stage.runner)
    view = stage.dock._history._view
    titles = [view.model().index(row, 0).data() for row in range(view.model().rowCount())]
    assert titles == ["Mine"]
    stage.dock.open_chat(other)
    await settled(stage.runner)
    assert stage.texts == []
    assert "not exist" in stage.notices[-1].text
    stage.dock.show_history()
    stage.dock._history._search.setText("secret")
    stage.dock._history._search._emit()
    await settled(stage.runner)
    assert view.model().rowCount() == 0


async def test_rating_is_stored_and_taken_back(stage: Stage) -> None:
    await ask(stage, "Q")
    press(stage, QAbstractButton, "Good answer")
    await settled(stage.runner)
    assert stage.database.read(_ratings) == [1]
    press(stage, QAbstractButton, "Bad answer")
    await settled(stage.runner)
    assert stage.database.read(_ratings) == [-1]
    press(stage, QAbstractButton, "Bad answer")
    await settled(stage.runner)
    assert stage.database.read(_ratings) == [None]


async def test_title_is_edited_in_place(stage: Stage) -> None:
    titles: list[str] = []
    stage.dock.title_changed.connect(titles.append)
    await ask(stage, "How often?")
    assert titles[-1] == "How often?"
    stage.dock._look._header.actions[0].trigger()
    field = stage.dock._deeds._title._field
    field.setText("Posting")
    QTest.keyClick(field, Qt.Key.Key_Return)
    await settled(stage.runner)
    assert titles[-1] == "Posting"
    assert not stage.dock._deeds._title.isVisible()


async def test_deleting_the_conversation_on_show_can_be_undone(stage: Stage) -> None:
    await ask(stage, "Q")
    stage.dock._look._header.actions[2].trigger()
    await settled(stage.runner)
    assert stage.texts == []
    assert stage.notices[-1].action == "Undo"
    callback = stage.notices[-1].callback
    assert callback is not None
    callback()
    await settled(stage.runner)
    assert stage.database.read(_live_chats) == 1


async def test_a_conversation_deleted_while_it_waits_does_not_close_another(stage: Stage) -> None:
    await ask(stage, "First")
    first = stage.dock.chat_id
    stage.answering.gate = asyncio.Event()
    stage.dock.new_conversation()
    stage.dock.ask("Slow")
    await eventually(lambda: "Slow" in stage.texts)
    slow = stage.dock.chat_id
    assert first is not None and slow is not None
    stage.dock.open_chat(first)
    await eventually(lambda: "First" in stage.texts)
    stage.database.write(chats.delete_chat, chat_id=slow)
    stage.dock._conversation.questions.stop(slow)
    await settled(stage.runner)
    assert stage.texts == ["First", "**Answer** to: First"]


async def test_copying_says_who_said_what(stage: Stage) -> None:
    await ask(stage, "Q")
    for message in stage.dock.message_list.messages:
        stage.dock.message_list.tick(message.id)
    copy = stage.dock._selection._copy
    assert copy.isVisible()
    copy.click()
    assert QGuiApplication.clipboard().text() == f"You: Q\n\n{stage.model_name}: **Answer** to: Q"


async def test_messages_are_never_taken_for_html(stage: Stage) -> None:
    hostile = '<img src="file:///etc/passwd"><b>bold</b> <script>x</script>'
    stage.answering.answers[hostile] = answered(hostile)
    await ask(stage, hostile)
    for view in stage.dock.message_list.shown:
        assert "<b>bold</b>" in view._body.toPlainText()


async def test_choosing_another_model_begins_a_conversation_with_it(stage: Stage) -> None:
    await ask(stage, "Q")
    other = next(node for node in stage.dock._addressee.nodes.values() if node.id != stage.model_id)
    stage.dock._composer.set_text("typed")
    stage.dock._composer.model_chosen.emit(str(other.id))
    assert stage.dock.model_id == other.id
    assert stage.texts == []
    assert stage.composer_text == "typed"


async def test_what_another_window_adds_appears(stage: Stage) -> None:
    await ask(stage, "Q")
    assert stage.dock.chat_id is not None
    stage.runner.write(None, chats.post_question, chat_id=stage.dock.chat_id, text="from elsewhere")
    await settled(stage.runner)
    assert stage.texts[-1] == "from elsewhere"


@pytest.mark.parametrize("text", ["\0", "   a   ", "🙂" * 2000, "مرحبا", "x" * 100_000])
async def test_any_text_is_a_question(stage: Stage, text: str) -> None:
    stage.answering.answers[text] = answered("A")
    stage.dock.ask(text)
    await settled(stage.runner)
    assert len(stage.texts) == 2


def _ratings(session: Session) -> list[int | None]:
    rows = session.scalars(
        select(AssistantConversationMessage).where(AssistantConversationMessage.role == ParticipantRole.ASSISTANT)
    )
    return [row.rating for row in rows]


def _live_chats(session: Session) -> int:
    return len(session.scalars(select(AssistantConversation).where(AssistantConversation.deleted_utc.is_(None))).all())


async def test_changes_of_other_conversations_do_not_move_this_one(stage: Stage) -> None:
    await ask(stage, "Q")
    before = stage.dock._conversation.details
    changes = stage.database.write(chats.start_chat, model_id=stage.model_id)
    stage.runner.changed.emit(changes, None)
    await settled(stage.runner)
    assert stage.dock._conversation.details is before
    assert changes.touches(Entity.CHAT)
    assert len(stage.database.read(chats_reading.chats, user_id=stage.user_id)) == 2
