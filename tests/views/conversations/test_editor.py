"""A training conversation edited as a chat."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from erpai_desktop.models.enums import ParticipantRole, ReviewState
from erpai_desktop.models.ids import ModelId, TrainingConversationId
from erpai_desktop.models.snapshots.conversations import MessageDraft
from erpai_desktop.services import conversations
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.opening import open_database
from erpai_desktop.views.conversations.bubble import Bubble
from erpai_desktop.views.conversations.editor import ConversationEditor
from erpai_desktop.views.conversations.page import ConversationsPage
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.conflict import ConflictDialog
from erpai_desktop.workers.runner import Runner
from tests.views.conversations.conftest import Shown, details, listed
from tests.waiting import eventually, settled

U, A, S = ParticipantRole.USER, ParticipantRole.ASSISTANT, ParticipantRole.SYSTEM


@pytest.fixture
async def four(shown: Shown, runner: Runner, sample: Database, marketing: ModelId) -> TrainingConversationId:
    """A conversation of four messages, on show."""
    line = next(line for line in listed(sample, marketing) if line.message_count == 4)
    shown.page.show_conversation(line.id)
    await settled(runner)
    return line.id


def contents(database: Database, conversation_id: TrainingConversationId) -> list[str]:
    return [message.contents for message in details(database, conversation_id).messages]


def words(page: ConversationsPage) -> list[str]:
    return [bubble.values()["contents"] for bubble in page.editor.bubbles]


def retype(bubble: Bubble, text: str) -> None:
    """Edit as a person does: Enter, all of it replaced."""
    bubble.setFocus()
    QTest.keyClick(bubble, Qt.Key.Key_Return)
    bubble._text.selectAll()
    QTest.keyClicks(bubble._text, text)


async def test_words_are_shown_as_markdown_and_edited_in_place(
    shown: Shown, runner: Runner, sample: Database, four: TrainingConversationId
) -> None:
    bubble = shown.page.editor.bubbles[1]
    assert bubble._view.isVisible()
    assert not bubble._text.isVisible()
    retype(bubble, "Now **bold**.")
    assert bubble._text.isVisible()
    QTest.keyClick(bubble._text, Qt.Key.Key_Escape)
    await settled(runner)
    assert bubble._view.isVisible()
    assert bubble._view.toPlainText().strip() == "Now bold."
    assert contents(sample, four)[1] == "Now **bold**."


async def test_a_pause_in_typing_saves(
    shown: Shown, runner: Runner, sample: Database, four: TrainingConversationId
) -> None:
    retype(shown.page.editor.bubbles[0], "Typed and left?")
    await eventually(lambda: contents(sample, four)[0] == "Typed and left?")
    await settled(runner)
    assert shown.page.editor.bubbles[0]._text.isVisible()


async def test_role_and_name(shown: Shown, runner: Runner, sample: Database, four: TrainingConversationId) -> None:
    bubble = shown.page.editor.bubbles[2]
    bubble.choose_role(S)
    bubble.set_current(True)
    bubble._name.setFocus()
    bubble._name.selectAll()
    QTest.keyClicks(bubble._name, "Petya")
    bubble.autosave.flush()
    await settled(runner)
    message = details(sample, four).messages[2]
    assert (message.role, message.participant_name) == (S, "Petya")


@pytest.mark.parametrize(("key", "order"), [(Qt.Key.Key_Down, [0, 2, 1, 3]), (Qt.Key.Key_Up, [1, 0, 2, 3])])
async def test_alt_and_an_arrow_move_a_message(
    shown: Shown, runner: Runner, sample: Database, four: TrainingConversationId, key: Qt.Key, order: list[int]
) -> None:
    before = contents(sample, four)
    bubble = shown.page.editor.bubbles[1]
    bubble.setFocus()
    QTest.keyClick(bubble, key, Qt.KeyboardModifier.AltModifier)
    await settled(runner)
    assert contents(sample, four) == [before[n] for n in order]
    assert words(shown.page) == contents(sample, four)
    assert QApplication.focusWidget() is bubble


async def test_dragging_a_message_by_its_handle(
    shown: Shown, runner: Runner, sample: Database, four: TrainingConversationId
) -> None:
    before = contents(sample, four)
    bubbles = shown.page.editor.bubbles
    bubbles[0].set_current(True)
    handle = bubbles[0]._handle
    end = handle.mapFromGlobal(bubbles[3].mapToGlobal(QPoint(20, bubbles[3].height() - 4)))
    QTest.mousePress(handle, Qt.MouseButton.LeftButton)
    QTest.mouseMove(handle, end)
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)
    await settled(runner)
    assert contents(sample, four) == [*before[1:], before[0]]
    assert words(shown.page) == contents(sample, four)


async def test_deleting_a_message_and_undo(
    shown: Shown, runner: Runner, sample: Database, four: TrainingConversationId
) -> None:
    before = contents(sample, four)
    bubble = shown.page.editor.bubbles[2]
    bubble.setFocus()
    QTest.keyClick(bubble, Qt.Key.Key_Delete)
    await settled(runner)
    assert contents(sample, four) == [*before[:2], before[3]]
    assert words(shown.page) == contents(sample, four)
    assert shown.said == ["Deleted a message"]
    shown.undo()
    await settled(runner)
    assert contents(sample, four) == before
    assert words(shown.page) == before


async def test_a_message_is_added_by_whose_turn_it_is(
    shown: Shown, runner: Runner, sample: Database, four: TrainingConversationId
) -> None:
    page = shown.page
    last = details(sample, four).messages[-1].role
    QTest.keyClick(
        page.list.view, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    draft = page.editor.bubbles[-1]
    assert QApplication.focusWidget() is draft._text
    page.editor.add_message()
    assert page.editor.bubbles[-1] is draft
    await settled(runner)
    assert len(contents(sample, four)) == 4
    QTest.keyClicks(draft._text, "And then")
    draft.autosave.flush()
    QTest.keyClicks(draft._text, "?")
    draft.autosave.flush()
    await settled(runner)
    message = details(sample, four).messages[-1]
    assert (message.contents, message.role) == ("And then?", U if last is A else A)
    assert page.editor.bubbles[-1] is draft
    assert len(page.editor.bubbles) == 5


async def test_an_empty_message_is_not_stored_and_what_fails_stays(
    shown: Shown, runner: Runner, sample: Database, four: TrainingConversationId
) -> None:
    before = contents(sample, four)
    bubble = shown.page.editor.bubbles[1]
    retype(bubble, " ")
    bubble.autosave.flush()
    await settled(runner)
    assert contents(sample, four) == before
    assert "Not saved" in bubble._problem.text()
    assert bubble._text.toPlainText() == " "
    retype(bubble, "Words again.")
    bubble.autosave.flush()
    await settled(runner)
    assert contents(sample, four)[1] == "Words again."
    assert not bubble._problem.isVisible()


async def test_two_windows_and_one_message(
    shown: Shown, runner: Runner, sample: Database, four: TrainingConversationId
) -> None:
    other = open_database(sample.location)
    other.actor = sample.actor
    message = details(sample, four).messages[1]
    other.write(conversations.update_message, message_id=message.id, object_version=None, contents="Theirs.")
    bubble = shown.page.editor.bubbles[1]
    retype(bubble, "Mine.")
    bubble.autosave.flush()
    await settled(runner)
    dialog = shown.page.findChild(ConflictDialog)
    assert dialog is not None
    assert contents(sample, four)[1] == "Theirs."
    dialog.resolved.emit({"contents": "Both."})
    dialog.accept()
    await settled(runner)
    assert contents(sample, four)[1] == "Both."
    assert bubble.values()["contents"] == "Both."
    other.close()


async def test_what_another_window_changes_is_shown_but_not_over_ones_typing(
    shown: Shown, runner: Runner, sample: Database, four: TrainingConversationId
) -> None:
    messages = details(sample, four).messages
    typing = shown.page.editor.bubbles[0]
    retype(typing, "I am typing")
    changes = sample.write(
        conversations.update_message, message_id=messages[1].id, object_version=None, contents="From elsewhere."
    )
    changes |= sample.write(conversations.add_message, conversation_id=four, role=U, contents="One more?", at=1)
    runner.changed.emit(changes, None)
    await settled(runner)
    assert words(shown.page)[0] == "One more?"
    assert words(shown.page)[1] == "I am typing"
    assert words(shown.page)[2] == "From elsewhere."
    assert shown.page.editor.bubbles[1] is typing


async def test_approving_and_rejecting(
    shown: Shown, runner: Runner, sample: Database, four: TrainingConversationId
) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    view = shown.page.list.view
    QTest.keyClick(view, Qt.Key.Key_Backspace, control)
    await settled(runner)
    assert details(sample, four).review_state is ReviewState.REJECTED
    QTest.keyClick(view, Qt.Key.Key_Return, control)
    await settled(runner)
    assert details(sample, four).review_state is ReviewState.APPROVED
    assert not shown.page.editor._head._approve.isEnabled()
    assert "approved" in shown.page.editor._head._approve.toolTip()
    shown.undo()
    await settled(runner)
    assert details(sample, four).review_state is ReviewState.REJECTED


async def test_ctrl_backspace_in_a_text_deletes_a_word_and_rejects_nothing(
    shown: Shown, runner: Runner, sample: Database, four: TrainingConversationId
) -> None:
    bubble = shown.page.editor.bubbles[0]
    retype(bubble, "one two")
    before = details(sample, four).review_state
    QTest.keyClick(bubble._text, Qt.Key.Key_Backspace, Qt.KeyboardModifier.ControlModifier)
    bubble.autosave.flush()
    await settled(runner)
    assert contents(sample, four)[0].strip() == "one"
    assert details(sample, four).review_state is before


async def test_notes(shown: Shown, runner: Runner, sample: Database, four: TrainingConversationId) -> None:
    shown.page.editor._notes.setPlainText("Ask Legal.")
    shown.page.flush()
    await settled(runner)
    assert details(sample, four).notes == "Ask Legal."


async def test_leaving_in_the_middle_of_typing_saves(
    shown: Shown, runner: Runner, sample: Database, marketing: ModelId, four: TrainingConversationId
) -> None:
    retype(shown.page.editor.bubbles[0], "Before I go?")
    other = next(line for line in listed(sample, marketing) if line.id != four)
    shown.page.show_conversation(other.id)
    await settled(runner)
    assert contents(sample, four)[0] == "Before I go?"
    assert words(shown.page) == contents(sample, other.id)


async def test_closing_in_the_middle_of_it_all_loses_nothing(
    theme: Theme, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    line = listed(sample, marketing)[0]
    editor = ConversationEditor(runner, theme)
    editor.load(line.id)
    await settled(runner)
    editor.add_message()
    draft = editor.bubbles[-1]
    for text in ("first", "second"):
        draft._text.setPlainText(text)
        editor.flush()
    editor.bubbles[0]._text.setPlainText("Changed too?")
    editor.flush()
    editor.deleteLater()
    await runner.close()
    assert contents(sample, line.id)[0] == "Changed too?"
    assert contents(sample, line.id)[-1] == "second"


async def test_a_new_conversation_is_stored_with_its_first_message(
    shown: Shown, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    page = shown.page
    before = listed(sample, marketing)
    page.new_conversation()
    first = page.editor.bubbles[0]
    assert QApplication.focusWidget() is first._text
    first.autosave.flush()
    await settled(runner)
    assert listed(sample, marketing) == before
    QTest.keyClicks(first._text, "What is new?")
    first.end_edit()
    await settled(runner)
    (line,) = [line for line in listed(sample, marketing) if line not in before]
    assert line.title == "What is new?"
    assert page.editor.conversation_id == line.id
    assert page.list.selected_ids == (line.id,)
    page.editor.add_message()
    QTest.keyClicks(page.editor.bubbles[1]._text, "This.")
    page.flush()
    await settled(runner)
    assert [message.role for message in details(sample, line.id).messages] == [U, A]


async def test_a_long_conversation_comes_bit_by_bit(
    shown: Shown, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    drafts = [MessageDraft((U, A)[n % 2], f"Turn {n}") for n in range(60)]
    from erpai_desktop.changes import Entity

    changes = sample.write(conversations.add_conversation, model_id=marketing, messages=drafts)
    runner.changed.emit(changes, None)
    shown.page.show_conversation(TrainingConversationId(changes.new(Entity.CONVERSATION)))
    await eventually(lambda: 0 < len(shown.page.editor.bubbles) < 60)
    await eventually(lambda: len(shown.page.editor.bubbles) == 60)
    assert words(shown.page) == [f"Turn {n}" for n in range(60)]
