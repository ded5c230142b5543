"""Undo and redo: rows become what they were, whole or not at all, and never over what somebody else did since."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import NotFoundError, NotPermittedError, UserError
from erpai_desktop.models.entities import Model, TrainingConversation, TrainingConversationMessage
from erpai_desktop.models.enums import Origin, ParticipantRole, QaType, Role, UserType
from erpai_desktop.models.ids import ActionId, ChatId, ModelId, QaId, TrainingConversationId, TrainingMessageId
from erpai_desktop.models.snapshots.conversations import MessageDraft
from erpai_desktop.services import chats, conversations, history, qas, qas_reading, tree, tree_reading, workspace
from erpai_desktop.storage.database import Database
from tests.unit.services.conftest import Company


def _undo(database: Database, changes: Changes) -> Changes:
    assert changes.action_id is not None
    return database.write(history.undo, action_id=ActionId(changes.action_id))


def _answer(database: Database, qa_id: QaId) -> str:
    return database.read(qas_reading.qa_details, qa_id=qa_id).answer


def test_an_edit_is_undone_and_redone(company: Company) -> None:
    qa_id = company.add_qa(company.sales, answer="Before.")
    edited = company.database.write(
        qas.update_qa, qa_id=qa_id, object_version=None, answer="After.", qa_type=QaType.VALIDATION, is_active=False
    )
    undone = _undo(company.database, edited)
    details = company.database.read(qas_reading.qa_details, qa_id=qa_id)
    assert (details.answer, details.qa_type, details.is_active) == ("Before.", QaType.TRAINING, True)
    assert details.deactivation_time_utc is None
    assert undone.label == f"Undo: {edited.label}"
    assert undone.touches(Entity.QA, [qa_id])
    redone = _undo(company.database, undone)
    details = company.database.read(qas_reading.qa_details, qa_id=qa_id)
    assert (details.answer, details.is_active) == ("After.", False)
    assert details.deactivation_time_utc is not None
    assert redone.label == f"Redo: {edited.label}"


def test_a_creation_goes_to_the_bin_and_a_deletion_comes_back(company: Company) -> None:
    database = company.database
    added = database.write(qas.add_qa, model_id=company.sales, section="S", question="Q?", answer="A.")
    qa_id = QaId(added.new(Entity.QA))
    undone = _undo(database, added)
    with pytest.raises(NotFoundError):
        database.read(qas_reading.qa_details, qa_id=qa_id)
    _undo(database, undone)
    assert _answer(database, qa_id) == "A."
    deleted = database.write(qas.delete_qas, qa_ids=[qa_id])
    _undo(database, deleted)
    assert _answer(database, qa_id) == "A."


def test_nothing_is_undone_over_a_later_edit(company: Company) -> None:
    qa_id, other = company.add_qa(company.sales, answer="One."), company.add_qa(company.sales, answer="Alone.")
    moved = company.database.write(qas.set_section, qa_ids=[other, qa_id], section="New")
    company.database.write(qas.set_section, qa_ids=[qa_id], section="Newer")
    with pytest.raises(UserError, match="cannot be undone any more") as caught:
        _undo(company.database, moved)
    assert caught.value.safe == "Nothing was changed."
    assert company.database.read(qas_reading.qa_details, qa_id=other).section == "New"


def test_a_later_edit_of_another_field_is_no_obstacle(company: Company) -> None:
    qa_id = company.add_qa(company.sales, answer="Before.")
    edited = company.database.write(qas.update_qa, qa_id=qa_id, object_version=None, answer="After.")
    company.database.write(qas.set_section, qa_ids=[qa_id], section="Moved")
    _undo(company.database, edited)
    details = company.database.read(qas_reading.qa_details, qa_id=qa_id)
    assert (details.answer, details.section) == ("Before.", "Moved")


def test_an_action_is_undone_once(company: Company) -> None:
    qa_id = company.add_qa(company.sales, answer="Before.")
    edited = company.database.write(qas.update_qa, qa_id=qa_id, object_version=None, answer="After.")
    _undo(company.database, edited)
    with pytest.raises(UserError, match="already"):
        _undo(company.database, edited)


def test_the_default_mark_returns(company: Company) -> None:
    company.database.write(tree.set_default, model_id=company.company)
    moved = company.database.write(tree.set_default, model_id=company.sales)
    undone = _undo(company.database, moved)
    assert [name for name, node in company.nodes().items() if node.is_default] == ["Company"]
    _undo(company.database, undone)
    assert [name for name, node in company.nodes().items() if node.is_default] == ["Sales"]


def test_a_deleted_subtree_comes_back_with_its_knowledge(company: Company) -> None:
    company.add_qa(company.social)
    deleted = company.database.write(tree.delete_model, model_id=company.marketing)
    assert set(company.nodes()) == {"Company", "Sales"}
    _undo(company.database, deleted)
    assert set(company.nodes()) == {"Company", "Marketing", "Social", "Sales"}
    assert company.nodes()["Social"].qa_count == 1


def test_no_undo_makes_a_ring(company: Company) -> None:
    moved = company.database.write(tree.move_model, model_id=company.social, parent_id=None)
    company.database.write(tree.move_model, model_id=company.marketing, parent_id=company.social)
    with pytest.raises(UserError, match="below itself"):
        _undo(company.database, moved)
    assert workspace.check(company.database) == ()


def test_no_undo_leaves_a_model_without_its_parent(company: Company) -> None:
    moved = company.database.write(tree.move_model, model_id=company.social, parent_id=company.sales)
    company.database.write(tree.delete_model, model_id=company.marketing)
    with pytest.raises(UserError, match="lies in the bin"):
        _undo(company.database, moved)
    added = company.database.write(tree.add_model, names={"en": "New"})
    company.add_model("Below", ModelId(added.new(Entity.MODEL)))
    with pytest.raises(UserError, match="stand below"):
        _undo(company.database, added)


def test_what_was_taken_meanwhile_stays_taken(company: Company) -> None:
    voice = company.add_user("voice", user_type=UserType.VIRTUAL_NO_LOGIN)
    for model_id in (company.sales, company.social):
        company.database.write(tree.update_model, model_id=model_id, object_version=None, build_assistant=False)
    company.database.write(
        tree.update_model, model_id=company.sales, object_version=None, virtual_user_id=voice.user_id
    )
    taken = company.database.write(tree.update_model, model_id=company.sales, object_version=None, virtual_user_id=None)
    company.database.write(
        tree.update_model, model_id=company.social, object_version=None, virtual_user_id=voice.user_id
    )
    with pytest.raises(UserError, match="stands in its way"):
        _undo(company.database, taken)


def test_messages_return_to_their_places(company: Company) -> None:
    database = company.database
    drafts = [
        MessageDraft(role, text)
        for role, text in [
            (ParticipantRole.USER, "Who?"),
            (ParticipantRole.ASSISTANT, "They."),
            (ParticipantRole.ASSISTANT, "We."),
        ]
    ]
    made = database.write(
        conversations.add_conversation, model_id=company.sales, messages=drafts, origin=Origin.USER_ENTERED
    )
    conversation_id = TrainingConversationId(made.new(Entity.CONVERSATION))

    def texts() -> list[tuple[int, str]]:
        message = TrainingConversationMessage
        return database.read(
            lambda session: [
                (number, contents)
                for number, contents in session.execute(
                    select(message.message_no, message.contents)
                    .where(message.conversation_id == conversation_id, message.deleted_utc.is_(None))
                    .order_by(message.message_no)
                )
            ]
        )

    before = texts()
    message_id = database.read(
        lambda session: session.scalar(
            select(TrainingConversationMessage.id).where(TrainingConversationMessage.contents == "They.")
        )
    )
    assert message_id is not None
    deleted = database.write(conversations.delete_message, message_id=TrainingMessageId(message_id))
    assert texts() == [(1, "Who?"), (2, "We.")]
    updated = database.read(lambda session: session.get_one(TrainingConversation, conversation_id).last_update_time_utc)
    _undo(database, deleted)
    assert texts() == before
    now = database.read(lambda session: session.get_one(TrainingConversation, conversation_id).last_update_time_utc)
    assert now > updated, "the conversation is as new as its undo"
    assert workspace.check(database) == ()


def test_a_deleted_chat_returns_to_its_owner_alone(company: Company) -> None:
    database = company.database
    owner = database.actor
    chat_id = ChatId(database.write(chats.start_chat, model_id=company.sales).new(Entity.CHAT))
    deleted = database.write(chats.delete_chat, chat_id=chat_id)
    database.actor = company.add_user("admin2", Role.ADMINISTRATOR)
    with pytest.raises(NotFoundError):
        _undo(database, deleted)
    database.actor = owner
    _undo(database, deleted)
    database.write(chats.delete_chat, chat_id=chat_id)


def test_roles(company: Company) -> None:
    qa = company.database.write(qas.add_qa, model_id=company.sales, section="S", question="Q?", answer="A.")
    model = company.database.write(tree.rename_model, model_id=company.sales, names={"en": "Trade"})
    company.database.actor = company.add_user("staff")
    with pytest.raises(NotPermittedError):
        _undo(company.database, qa)
    company.database.actor = company.add_user("trainer", Role.TRAINER)
    with pytest.raises(NotPermittedError):
        _undo(company.database, model)
    _undo(company.database, qa)


def test_an_unknown_action(company: Company) -> None:
    with pytest.raises(NotFoundError):
        company.database.write(history.undo, action_id=ActionId(company.sales))


def test_undo_and_redo_walk_the_actions_like_an_editor(company: Company) -> None:
    database = company.database
    assert database.actor is not None
    user_id = database.actor.user_id
    qa_id = company.add_qa(company.sales, answer="0")
    for answer in ("1", "2", "3"):
        database.write(qas.update_qa, qa_id=qa_id, object_version=None, answer=answer)

    def offered() -> tuple[history.RecentAction | None, history.RecentAction | None]:
        return history.undo_and_redo(database.read(history.recent_actions, user_id=user_id))

    def step(*, redo: bool) -> str:
        action = offered()[redo]
        assert action is not None
        database.write(history.undo, action_id=action.action_id)
        return _answer(database, qa_id)

    assert offered()[1] is None
    assert [step(redo=False) for _ in range(3)] == ["2", "1", "0"]
    assert [step(redo=True) for _ in range(2)] == ["1", "2"]
    assert step(redo=False) == "1"
    assert [step(redo=True) for _ in range(2)] == ["2", "3"]
    assert offered()[1] is None
    assert step(redo=False) == "2"
    database.write(qas.update_qa, qa_id=qa_id, object_version=None, answer="new")
    assert offered()[1] is None, "something new ends redo"
    assert step(redo=False) == "2"


def test_recent_actions_are_the_persons_own(company: Company) -> None:
    database = company.database
    mine = database.actor
    assert mine is not None
    company.add_qa(company.sales)
    other = company.add_user("tara", Role.TRAINER)
    database.actor = other
    company.add_qa(company.sales)
    assert len(database.read(history.recent_actions, user_id=other.user_id)) == 1
    labels = [action.label for action in database.read(history.recent_actions, user_id=mine.user_id, limit=2)]
    assert len(labels) == 2
    assert labels[1] == "Add a Q&A"


def test_undo_of_an_old_action_keeps_the_tree_readable(company: Company) -> None:
    copied = company.database.write(tree.copy_model, model_id=company.sales, names={"en": "Copy"})
    _undo(company.database, copied)
    assert "Copy" not in company.nodes()
    assert company.database.read(
        lambda session: session.scalar(select(Model.deleted_by).where(Model.deleted_utc.is_not(None)))
    )
    assert len(company.database.read(tree_reading.tree).nodes) == 4
