"""The tree as it is read: names, counts, staleness by lineage, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select

from erpai_desktop.changes import Entity
from erpai_desktop.errors import NotFoundError
from erpai_desktop.models.asset_keys import EVALUATION_SUMMARY
from erpai_desktop.models.entities import Change, Compilation, CompilationAsset, Model
from erpai_desktop.models.enums import CompilationStatus, Origin, ParticipantRole, Role, UserType
from erpai_desktop.models.ids import ModelId, TrainingConversationId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.conversations import MessageDraft
from erpai_desktop.services import conversations, qas, tree, tree_reading
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork
from tests.unit.services.conftest import ON_BOTH_DATABASES, Company

QUESTION = MessageDraft(ParticipantRole.USER, "How often?")
ANSWER = MessageDraft(ParticipantRole.ASSISTANT, "Twice a week.")


def compile_now(database: Database, model_id: ModelId, evaluation: str | None = None, number: int = 1) -> None:
    """A completed, active version that has seen all there is."""

    def build(work: UnitOfWork) -> None:
        compilation = Compilation(
            id=new_id(),
            model_id=model_id,
            number=number,
            status=CompilationStatus.COMPLETED,
            is_successful=True,
            knowledge_revision=work.session.scalar(select(func.max(Change.seq))) or 0,
        )
        work.session.add(compilation)
        work.session.flush()
        if evaluation is not None:
            work.session.add(
                CompilationAsset(compilation_id=compilation.id, asset_key=EVALUATION_SUMMARY, value=evaluation)
            )
        work.session.get_one(Model, model_id).conversational_compilation_id = compilation.id
        work.finish()

    database.write(build)


def changes_since_build(company: Company) -> dict[str, int | None]:
    return {name: node.changes_since_build for name, node in company.nodes().items()}


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_parents_stand_before_children_and_siblings_by_name(company: Company) -> None:
    company.add_model("accounting", company.company)
    assert list(company.nodes()) == ["Company", "accounting", "Marketing", "Social", "Sales"]
    assert company.nodes()["Social"].parent_id == company.marketing


def test_names_follow_the_language(company: Company, database: Database) -> None:
    names = {"bg": "Продажби", "de": "Verkauf"}
    database.write(tree.rename_model, model_id=company.sales, names=names)
    shown = {
        language: {node.id: node.name for node in database.read(tree_reading.tree, language=language).nodes}
        for language in ("bg", "en", "de")
    }
    assert shown["bg"][company.sales] == "Продажби"
    assert shown["de"][company.sales] == "Verkauf"
    assert shown["en"][company.sales] == "Продажби"
    assert dict(company.nodes()["Продажби"].names) == names


@ON_BOTH_DATABASES
def test_counts_are_of_live_rows(company: Company, database: Database) -> None:
    gone = company.add_qa(company.sales)
    company.add_qa(company.sales)
    database.write(qas.delete_qas, qa_ids=[gone])
    made = database.write(conversations.add_conversation, model_id=company.sales, messages=[QUESTION, ANSWER])
    database.write(conversations.add_conversation, model_id=company.sales, messages=[QUESTION, ANSWER])
    database.write(conversations.delete_conversations, ids=[TrainingConversationId(made.new(Entity.CONVERSATION))])
    compile_now(database, company.sales)
    node = company.nodes()["Sales"]
    assert (node.qa_count, node.conversation_count, node.compilation_count) == (1, 1, 1)


@ON_BOTH_DATABASES
def test_statements_do_not_grow_with_the_tree(company: Company, database: Database) -> None:
    def statements() -> int:
        with counted_statements() as seen:
            database.read(tree_reading.tree)
        return len(seen)

    compile_now(database, company.company, '{"right": 1, "total": 2}')
    few = statements()
    for number in range(20):
        model_id = company.add_model(f"M{number}", company.sales)
        company.add_qa(model_id)
        compile_now(database, model_id)
    assert statements() == few <= 8


@ON_BOTH_DATABASES
def test_staleness_follows_the_lineage_and_never_reaches_siblings(company: Company, database: Database) -> None:
    for model_id in (company.company, company.marketing, company.social, company.sales):
        compile_now(database, model_id)
    assert set(changes_since_build(company).values()) == {0}
    company.add_qa(company.marketing)
    assert changes_since_build(company) == {"Company": 1, "Marketing": 1, "Social": 1, "Sales": 0}
    company.add_qa(company.company, "And?")
    assert changes_since_build(company) == {"Company": 2, "Marketing": 2, "Social": 2, "Sales": 1}


def test_a_model_without_an_active_version_is_not_stale(company: Company, database: Database) -> None:
    company.add_qa(company.sales)
    node = company.nodes()["Sales"]
    assert (node.changes_since_build, node.active_version, node.active_compilation_id) == (None, None, None)


def test_a_row_counts_once_however_often_it_changes(company: Company, database: Database) -> None:
    qa_id = company.add_qa(company.sales)
    compile_now(database, company.sales)
    for answer in ("One.", "Two.", "Three."):
        database.write(qas.update_qa, qa_id=qa_id, object_version=None, answer=answer)
    assert changes_since_build(company)["Sales"] == 1


def test_what_no_build_reads_makes_nothing_stale(company: Company, database: Database) -> None:
    qa_id = company.add_qa(company.sales)
    compile_now(database, company.sales)
    database.write(qas.update_qa, qa_id=qa_id, object_version=None, notes="Ask Ivan.")
    database.write(tree.update_model, model_id=company.sales, object_version=None, notes="x")
    database.write(tree.set_default, model_id=company.sales)
    assert changes_since_build(company)["Sales"] == 0


@ON_BOTH_DATABASES
def test_a_conversation_counts_once_with_all_its_messages(company: Company, database: Database) -> None:
    compile_now(database, company.sales)
    changes = database.write(
        conversations.add_conversation,
        model_id=company.sales,
        messages=[QUESTION, ANSWER, QUESTION, ANSWER],
        origin=Origin.CHAT,
    )
    assert changes_since_build(company)["Sales"] == 1
    compile_now(database, company.sales, number=2)
    database.write(
        conversations.add_message,
        conversation_id=TrainingConversationId(changes.new(Entity.CONVERSATION)),
        role=ParticipantRole.USER,
        contents="And?",
    )
    assert changes_since_build(company)["Sales"] == 1
    assert company.nodes()["Sales"].active_version == 2


@ON_BOTH_DATABASES
def test_an_import_counts_its_rows(company: Company, database: Database) -> None:
    compile_now(database, company.sales)

    def import_rows(work: UnitOfWork) -> None:
        work.recorder.batch(Entity.QA, batch=new_id(), row_count=97, model_id=company.sales)
        work.finish("Import")

    database.write(import_rows)
    company.add_qa(company.sales)
    assert changes_since_build(company)["Sales"] == 98
    assert changes_since_build(company)["Marketing"] is None


def test_moving_a_qa_away_is_missed_where_it_was(company: Company, database: Database) -> None:
    qa_id = company.add_qa(company.social)
    for model_id in (company.marketing, company.social, company.sales):
        compile_now(database, model_id)
    changes = database.write(qas.move_qas, qa_ids=[qa_id], model_id=company.sales)
    assert {company.social, company.sales} <= changes.owners
    assert changes_since_build(company) == {"Company": None, "Marketing": 1, "Social": 1, "Sales": 1}


@ON_BOTH_DATABASES
def test_a_deleted_child_is_missed_by_its_ancestors_alone(company: Company, database: Database) -> None:
    company.add_qa(company.social)
    for model_id in (company.company, company.marketing, company.sales):
        compile_now(database, model_id)
    database.write(tree.delete_model, model_id=company.social)
    assert changes_since_build(company) == {"Company": 1, "Marketing": 1, "Sales": 0}


def test_moving_a_model_is_seen_by_the_old_and_the_new_ancestors(company: Company, database: Database) -> None:
    for model_id in (company.company, company.marketing, company.social, company.sales):
        compile_now(database, model_id)
    database.write(tree.move_model, model_id=company.social, parent_id=company.sales)
    stale = changes_since_build(company)
    assert all(stale[name] for name in ("Company", "Marketing", "Social", "Sales"))


@pytest.mark.parametrize(
    ("summary", "score"),
    [
        ('{"right": 38, "total": 40}', 0.95),
        ('{"right": 0, "total": 3}', 0.0),
        ('{"right": 0, "total": 0}', None),
        ("not JSON", None),
        ("[]", None),
        (None, None),
    ],
)
def test_validation_score(company: Company, database: Database, summary: str | None, score: float | None) -> None:
    compile_now(database, company.sales, summary)
    assert company.nodes()["Sales"].validation_score == score


@ON_BOTH_DATABASES
def test_details_say_what_takes_effect(company: Company, database: Database) -> None:
    for model_id, text in ((company.company, "Be kind."), (company.social, "Be brief.")):
        database.write(tree.update_model, model_id=model_id, object_version=None, system_message=text)
    details = database.read(tree_reading.model_details, model_id=company.social)
    assert details.effective.system_message == "Be kind.\n\nBe brief."
    assert details.system_message == "Be brief."
    assert (details.parent_id, details.parent_name) == (company.marketing, "Marketing")
    assert dict(details.model_names) == {
        company.company: "Company",
        company.marketing: "Marketing",
        company.social: "Social",
    }
    assert details.object_version == 2


def test_virtual_users_are_offered_and_people_are_not(company: Company, database: Database) -> None:
    company.add_user("pia", Role.TRAINER)
    voice = company.add_user("voice", user_type=UserType.VIRTUAL_NO_LOGIN)
    details = database.read(tree_reading.model_details, model_id=company.sales)
    assert [choice.id for choice in details.virtual_users] == [voice.user_id]


def test_find_a_model_by_id_or_by_its_name_in_any_language(company: Company, database: Database) -> None:
    database.write(tree.rename_model, model_id=company.sales, names={"en": "Sales", "bg": "Продажби"})
    for asked in (str(company.sales), company.sales.hex, "sales", " SALES ", "ПРОДАЖБИ"):
        assert database.read(tree_reading.find_model, name_or_id=asked) == company.sales


def test_an_ambiguous_name_lists_the_ids(company: Company, database: Database) -> None:
    other = company.add_model("Sales", company.marketing)
    with pytest.raises(NotFoundError) as caught:
        database.read(tree_reading.find_model, name_or_id="sales")
    assert str(other) in str(caught.value)
    assert str(company.sales) in str(caught.value)
    assert "Company › Marketing › Sales" in str(caught.value)


@pytest.mark.parametrize("asked", ["", "nobody", "00000000-0000-0000-0000-000000000001"])
def test_a_name_that_leads_nowhere(asked: str, company: Company, database: Database) -> None:
    with pytest.raises(NotFoundError):
        database.read(tree_reading.find_model, name_or_id=asked)


def test_models_in_the_bin_are_not_found(company: Company, database: Database) -> None:
    database.write(tree.delete_model, model_id=company.sales)
    for asked in ("Sales", str(company.sales)):
        with pytest.raises(NotFoundError):
            database.read(tree_reading.find_model, name_or_id=asked)
    assert company.sales not in database.read(tree_reading.hierarchy)
