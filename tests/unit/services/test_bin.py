"""The bin: what is in it, what comes back with what, and what goes for good after 30 days."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from erpai_desktop.changes import Entity
from erpai_desktop.errors import NotFoundError, NotPermittedError, UserError
from erpai_desktop.models.entities import (
    AssistantConversationMessage,
    Base,
    Change,
    Compilation,
    CompilationAsset,
    Model,
    ModelQA,
)
from erpai_desktop.models.enums import Origin, ParticipantRole, Role, UserType
from erpai_desktop.models.ids import ChatId, ModelId, TrainingConversationId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.conversations import MessageDraft
from erpai_desktop.models.snapshots.qas import QaFilter
from erpai_desktop.services import bin as bin_
from erpai_desktop.services import chats, conversations, qas, tree, workspace
from erpai_desktop.storage import blobs
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.queries import qas as queries
from tests.unit.services.conftest import Company

LATER = timedelta(days=31)


def _titles(database: Database) -> list[tuple[str, str, str, str]]:
    return [(item.kind, item.title, item.model_name, item.deleted_by) for item in database.read(bin_.bin_contents)]


def _conversation(company: Company, model_id: ModelId) -> TrainingConversationId:
    drafts = [MessageDraft(ParticipantRole.USER, "Who comes?"), MessageDraft(ParticipantRole.ASSISTANT, "We do.")]
    made = company.database.write(
        conversations.add_conversation, model_id=model_id, messages=drafts, origin=Origin.CASE
    )
    return TrainingConversationId(made.new(Entity.CONVERSATION))


def test_what_is_in_it_newest_first(company: Company) -> None:
    database = company.database
    qa_id, kept = company.add_qa(company.sales, "Gone?"), company.add_qa(company.sales, "Kept?")
    conversation_id = _conversation(company, company.social)
    assert _titles(database) == []
    database.write(qas.delete_qas, qa_ids=[qa_id])
    database.write(conversations.delete_conversations, ids=[conversation_id])
    database.write(tree.delete_model, model_id=company.marketing)
    assert _titles(database) == [
        (Entity.MODEL, "Marketing", "Company", "Tester"),
        (Entity.CONVERSATION, "Who comes?", "Social", "Tester"),
        (Entity.QA, "Gone?", "Sales", "Tester"),
    ]
    database.write(bin_.restore, entity=Entity.QA, ids=[qa_id])
    assert {line.id for line in database.read(queries.select_first, QaFilter(company.sales), 256)} == {qa_id, kept}


def test_a_model_brings_along_what_went_with_it_and_no_more(company: Company) -> None:
    database = company.database
    deeper = company.add_model("Deeper", company.social)
    database.write(tree.delete_model, model_id=deeper)
    database.write(tree.delete_model, model_id=company.marketing)
    with pytest.raises(UserError, match="lies in the bin itself"):
        database.write(bin_.restore, entity=Entity.MODEL, ids=[deeper])
    database.write(bin_.restore, entity=Entity.MODEL, ids=[company.marketing])
    assert set(company.nodes()) == {"Company", "Marketing", "Social", "Sales"}
    database.write(bin_.restore, entity=Entity.MODEL, ids=[deeper])
    assert company.nodes()["Deeper"].parent_id == company.social


def test_several_models_come_back_whatever_their_order(company: Company) -> None:
    database = company.database
    database.write(tree.delete_model, model_id=company.social)
    database.write(tree.delete_model, model_id=company.marketing)
    database.write(bin_.restore, entity=Entity.MODEL, ids=[company.social, company.marketing])
    assert company.nodes()["Social"].parent_id == company.marketing


def test_what_belongs_to_a_model_in_the_bin_waits_for_it(company: Company) -> None:
    qa_id = company.add_qa(company.social)
    company.database.write(qas.delete_qas, qa_ids=[qa_id])
    company.database.write(tree.delete_model, model_id=company.social)
    with pytest.raises(UserError, match="Social"):
        company.database.write(bin_.restore, entity=Entity.QA, ids=[qa_id])


def test_the_default_mark_and_the_virtual_user_stay_where_they_went(company: Company) -> None:
    database = company.database
    voice = company.add_user("voice", user_type=UserType.VIRTUAL_NO_LOGIN)
    for model_id in (company.sales, company.social):
        database.write(tree.update_model, model_id=model_id, object_version=None, build_assistant=False)
    database.write(tree.set_default, model_id=company.sales)
    database.write(tree.update_model, model_id=company.sales, object_version=None, virtual_user_id=voice.user_id)
    database.write(tree.delete_model, model_id=company.sales)
    database.write(tree.set_default, model_id=company.social)
    database.write(tree.update_model, model_id=company.social, object_version=None, virtual_user_id=voice.user_id)
    database.write(bin_.restore, entity=Entity.MODEL, ids=[company.sales])
    assert [name for name, node in company.nodes().items() if node.is_default] == ["Social"]
    assert database.read(lambda session: session.get_one(Model, company.sales).virtual_user_id) is None
    assert workspace.check(database) == ()


def test_chats_are_listed_and_restored_for_their_owner_alone(company: Company) -> None:
    database = company.database
    owner = database.actor
    assert owner is not None
    chat_id = ChatId(database.write(chats.start_chat, model_id=company.sales).new(Entity.CHAT))
    database.write(chats.delete_chat, chat_id=chat_id)
    assert _titles(database) == []
    assert [item.kind for item in database.read(bin_.bin_contents, user_id=owner.user_id)] == [Entity.CHAT]
    other = company.add_user("other", Role.ADMINISTRATOR)
    assert database.read(bin_.bin_contents, user_id=other.user_id) == ()
    database.actor = other
    with pytest.raises(NotFoundError):
        database.write(bin_.restore, entity=Entity.CHAT, ids=[chat_id])
    database.actor = owner
    database.write(bin_.restore, entity=Entity.CHAT, ids=[chat_id])
    assert database.read(bin_.bin_contents, user_id=owner.user_id) == ()


def test_roles(company: Company) -> None:
    qa_id = company.add_qa(company.sales)
    company.database.write(qas.delete_qas, qa_ids=[qa_id])
    company.database.write(tree.delete_model, model_id=company.marketing)
    company.database.actor = company.add_user("staff")
    with pytest.raises(NotPermittedError):
        company.database.write(bin_.restore, entity=Entity.QA, ids=[qa_id])
    company.database.actor = company.add_user("trainer", Role.TRAINER)
    with pytest.raises(NotPermittedError):
        company.database.write(bin_.restore, entity=Entity.MODEL, ids=[company.marketing])
    with pytest.raises(NotPermittedError):
        company.database.write(bin_.purge_expired)
    company.database.write(bin_.restore, entity=Entity.QA, ids=[qa_id])


def test_after_thirty_days_things_go_for_good(company: Company) -> None:
    database = company.database
    young, old, kept = (company.add_qa(company.sales, f"{age}?") for age in ("young", "old", "kept"))
    conversation_id = _conversation(company, company.sales)
    database.write(qas.delete_qas, qa_ids=[young, old])
    database.write(conversations.delete_conversations, ids=[conversation_id])
    database.write(
        lambda work: work.session.execute(update(ModelQA).where(ModelQA.id == old).values(deleted_utc=work.now - LATER))
    )
    before = database.read(lambda session: session.scalar(select(func.max(Change.seq)))) or 0
    database.write(bin_.purge_expired)
    left = set(database.read(lambda session: session.scalars(select(ModelQA.id)).all()))
    assert left == {young, kept}
    assert [item.kind for item in database.read(bin_.bin_contents)] == [Entity.CONVERSATION, Entity.QA]
    recorded = database.read(
        lambda session: session.execute(
            select(Change.entity, Change.row_count, Change.affects_build).where(Change.seq > before)
        ).all()
    )
    assert recorded == [(Entity.QA, 1, False)]
    assert workspace.check(database) == ()


def _everything(database: Database) -> dict[str, int]:
    def count(table: str) -> int:
        return database.read(
            lambda session: session.scalar(select(func.count()).select_from(Base.metadata.tables[table])) or 0
        )

    return {table: count(table) for table in Base.metadata.tables}


def test_a_model_takes_its_knowledge_and_builds_with_it(company: Company, tmp_path: Path) -> None:
    database = company.database
    before = _everything(database)
    gone = company.add_model("Gone", company.marketing)
    below = company.add_model("Below", gone)
    company.add_qa(below)
    deleted_message = _conversation(company, gone)
    source = tmp_path / "index"
    source.write_bytes(b"index")
    sha256 = blobs.store_blob(database, source)

    def build(work: object) -> None:
        session = work.session  # type: ignore[attr-defined]
        compilation = Compilation(id=new_id(), model_id=gone, number=1, is_successful=True)
        session.add(compilation)
        session.flush()
        session.add(CompilationAsset(compilation_id=compilation.id, asset_key="index", blob_sha256=sha256))
        session.get_one(Model, gone).conversational_compilation_id = compilation.id

    database.write(build)
    assert deleted_message
    database.write(tree.delete_model, model_id=gone)
    database.write(lambda work: bin_.purge_expired(work, now=work.now + LATER))
    after = _everything(database)
    # The file itself goes a day later, since another compilation may be about to name it.
    assert {table: after[table] - before[table] for table in after if after[table] != before[table]} == {
        "changes": after["changes"] - before["changes"],
        "blobs": 1,
        "blob_parts": 1,
    }
    assert workspace.check(database) == ()


def test_a_model_stays_hidden_while_somebodys_chat_needs_it(company: Company) -> None:
    database = company.database
    chat_id = ChatId(database.write(chats.start_chat, model_id=company.social).new(Entity.CHAT))
    database.write(chats.post_question, chat_id=chat_id, text="Who?")
    database.write(tree.delete_model, model_id=company.marketing)
    database.write(lambda work: bin_.purge_expired(work, now=work.now + LATER))
    assert database.read(lambda session: session.get(Model, company.social)) is not None
    database.write(chats.delete_chat, chat_id=chat_id)
    database.write(lambda work: bin_.purge_expired(work, now=work.now + LATER))
    assert database.read(lambda session: session.get(Model, company.social)) is None
    assert database.read(lambda session: session.get(Model, company.marketing)) is None
    assert (
        database.read(lambda session: session.scalar(select(func.count()).select_from(AssistantConversationMessage)))
        == 0
    )
