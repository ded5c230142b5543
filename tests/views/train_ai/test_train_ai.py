"""Train AI: from ticked messages to a stored training conversation."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from erpai_desktop.changes import Changes
from erpai_desktop.models.entities import TrainingConversation, TrainingConversationMessage, User
from erpai_desktop.models.enums import Origin, ParticipantRole, Role
from erpai_desktop.storage.unit_of_work import Actor, UnitOfWork
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.workers.runner import Runner
from tests.views.chat.stage import Stage, activate, answered
from tests.waiting import eventually, settled

QUESTION = "How often should we post on LinkedIn?"
CORRECTION = "That is Instagram. LinkedIn is twice a week."


@pytest.fixture
async def taught_stage(runner: Runner, theme: Theme) -> AsyncIterator[Stage]:
    """A conversation with a wrong answer and a correction, question and correction ticked, the sheet open."""
    stage = Stage(runner, theme)
    stage.dock.show()
    stage.answering.answers[QUESTION] = answered("Four times a week.")
    for text in (QUESTION, CORRECTION):
        stage.dock.ask(text)
        await settled(runner)
    ids = [message.id for message in stage.dock.message_list.messages]
    stage.dock.message_list.tick(ids[0])
    stage.dock.message_list.tick(ids[2])
    stage.dock.train()
    await settled(runner)
    yield stage
    await settled(runner)
    stage.dock.close()
    stage.dock.deleteLater()


def conversations(session: Session) -> list[TrainingConversation]:
    return list(
        session.scalars(
            select(TrainingConversation).where(
                TrainingConversation.origin_object.is_not(None),
                TrainingConversation.origin == Origin.CHAT,
                TrainingConversation.deleted_utc.is_(None),
                TrainingConversation.id.in_(
                    select(TrainingConversationMessage.conversation_id).where(
                        TrainingConversationMessage.contents.contains("LinkedIn is twice")
                    )
                ),
            )
        )
    )


def taught(session: Session) -> list[tuple[ParticipantRole, str]]:
    (conversation,) = conversations(session)
    rows = session.scalars(
        select(TrainingConversationMessage)
        .where(TrainingConversationMessage.conversation_id == conversation.id)
        .order_by(TrainingConversationMessage.message_no)
    )
    return [(row.participant_role, row.contents) for row in rows]


async def test_the_correction_is_proposed_as_the_answer(taught_stage: Stage) -> None:
    panel = taught_stage.dock.train_panel
    assert panel.isVisible()
    assert [(draft.role, draft.contents) for draft in panel.drafts()] == [
        (ParticipantRole.USER, QUESTION),
        (ParticipantRole.ASSISTANT, CORRECTION),
    ]
    assert "correction" in panel._hint.text()
    assert panel._model.current == str(taught_stage.model_id)
    # The keyboard is in the answer, which is what one mends.
    assert taught_stage.dock.focusWidget() is panel.rows[-1]._text


async def test_confirming_stores_it_and_offers_open_undo_and_compile(taught_stage: Stage) -> None:
    stage, panel = taught_stage, taught_stage.dock.train_panel
    opened: list[tuple[object, object]] = []
    stage.dock.open_conversation.connect(lambda *ids: opened.append(ids))
    panel.rows[-1]._text.setPlainText("LinkedIn is twice a week.")
    QTest.keyClick(panel.rows[-1]._text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    # A button pressed by its key shows itself pressed for a moment first.
    await eventually(lambda: not panel.isVisible())
    await settled(stage.runner)
    assert stage.database.read(taught) == [
        (ParticipantRole.USER, QUESTION),
        (ParticipantRole.ASSISTANT, "LinkedIn is twice a week."),
    ]
    assert not panel.isVisible()
    assert stage.dock.message_list.ticked == ()
    undo, open_ = stage.notices[-2:]
    assert (undo.action, open_.action) == ("Undo", "Open")
    assert stage.model_name in open_.text
    assert open_.callback is not None and undo.callback is not None
    open_.callback()
    (stored,) = stage.database.read(conversations)
    assert opened == [(stage.model_id, stored.id)]
    undo.callback()
    await settled(stage.runner)
    assert stage.database.read(conversations) == []


async def test_it_asks_to_compile_until_that_was_done(taught_stage: Stage) -> None:
    stage = taught_stage
    asked: list[object] = []
    stage.dock.compile_model.connect(asked.append)
    stage.dock.train_panel._confirm.click()
    await settled(stage.runner)
    stage.show_tree()
    hint = stage.dock._look._hint
    assert hint.isVisible()
    hint._button.click()
    assert asked == [stage.model_id]
    stage.database.write(activate, model_id=stage.model_id, number=8)
    stage.show_tree()
    assert not hint.isVisible()


async def test_roles_texts_and_order_can_be_edited(taught_stage: Stage) -> None:
    panel = taught_stage.dock.train_panel
    panel._add_turn()
    assert panel.drafts()[-1].role is ParticipantRole.USER
    added = panel.rows[-1]
    assert taught_stage.dock.focusWidget() is added._text
    added._text.setPlainText("Answer briefly.")
    added._role.choose(ParticipantRole.SYSTEM.value)
    added._role.chosen.emit(ParticipantRole.SYSTEM.value)
    added.up.click()
    added.up.click()
    assert [draft.role for draft in panel.drafts()] == [
        ParticipantRole.SYSTEM,
        ParticipantRole.USER,
        ParticipantRole.ASSISTANT,
    ]
    assert not added.up.isEnabled()
    panel._confirm.click()
    await settled(taught_stage.runner)
    assert taught_stage.database.read(taught)[0] == (ParticipantRole.SYSTEM, "Answer briefly.")


async def test_what_teaches_nothing_cannot_be_confirmed_and_says_why(taught_stage: Stage) -> None:
    panel = taught_stage.dock.train_panel
    panel.rows[-1]._text.setPlainText("  ")
    assert not panel._confirm.isEnabled()
    assert "empty" in panel._problem.text()
    assert panel.rows[-1]._problem.isVisible()
    panel._remove(panel.rows[-1])
    assert "no answer" in panel._problem.text()
    assert "no answer" in panel._confirm.toolTip()
    panel._remove(panel.rows[-1])
    assert "no question" in panel._problem.text()


async def test_escape_stores_nothing_and_keeps_what_was_edited(taught_stage: Stage) -> None:
    stage, panel = taught_stage, taught_stage.dock.train_panel
    panel.rows[-1]._text.setPlainText("My careful wording: LinkedIn is twice a week.")
    QTest.keyClick(panel.rows[-1]._text, Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert len(stage.dock.message_list.ticked) == 2
    assert stage.database.read(conversations) == []
    stage.dock.train()
    await settled(stage.runner)
    assert panel.drafts()[-1].contents == "My careful wording: LinkedIn is twice a week."
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    stage.dock.message_list.tick(stage.dock.message_list.messages[1].id)
    stage.dock.train()
    await settled(stage.runner)
    assert panel.drafts()[-1].contents == CORRECTION  # Other ticks, another proposal.


async def test_who_may_not_train_is_told_and_loses_nothing(taught_stage: Stage) -> None:
    stage, panel = taught_stage, taught_stage.dock.train_panel
    actor = stage.database.actor
    assert actor is not None
    stage.database.write(_demote, user_id=actor.user_id)
    stage.database.actor = Actor(actor.user_id, actor.login, actor.name, Role.STAFF)
    panel._confirm.click()
    await settled(stage.runner)
    assert panel.isVisible()
    assert "trainer" in panel._problem.text()
    assert panel.drafts()[-1].contents == CORRECTION
    assert panel._confirm.isEnabled()
    assert stage.database.read(conversations) == []


def _demote(work: UnitOfWork, *, user_id: object) -> Changes:
    work.session.execute(update(User).where(User.id == user_id).values(role=Role.STAFF))
    return work.finish("Demote")


async def test_pressing_twice_teaches_once(taught_stage: Stage) -> None:
    panel = taught_stage.dock.train_panel
    panel._on_confirm()
    panel._on_confirm()
    await settled(taught_stage.runner)
    assert len(taught_stage.database.read(conversations)) == 1
