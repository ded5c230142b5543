"""The tree of models: what may be done to it, by whom, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from erpai_desktop.changes import Entity
from erpai_desktop.errors import ConflictError, InvalidInputError, NotFoundError, NotPermittedError
from erpai_desktop.models.entities import Change, Model, ModelQA, Provider
from erpai_desktop.models.enums import ProviderKind, Role, UserType
from erpai_desktop.models.ids import ActionId, ModelId, ProviderId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.qas import QaFilter
from erpai_desktop.services import conversations, history, qas, qas_reading, tree, tree_reading
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork
from tests.unit.services.conftest import ON_BOTH_DATABASES, Company


def stored(database: Database, model_id: ModelId) -> Model:
    with database.reading() as session:
        return session.get_one(Model, model_id)


def add_provider(database: Database, *, deleted: bool = False) -> ProviderId:
    def add(work: UnitOfWork) -> ProviderId:
        provider = Provider(
            id=new_id(),
            name={"en": "Lab"},
            provider_field=ProviderKind.OPENAI_COMPATIBLE,
            deleted_utc=work.now if deleted else None,
        )
        work.session.add(provider)
        work.finish()
        return ProviderId(provider.id)

    return database.write(add)


def test_add_model_tells_the_id_and_the_action(database: Database) -> None:
    changes = database.write(tree.add_model, names={"en": " Support ", "bg": "Поддръжка"}, build_assistant=False)
    model = stored(database, ModelId(changes.new(Entity.MODEL)))
    assert model.name == {"en": "Support", "bg": "Поддръжка"}
    assert not model.build_assistant
    assert not model.is_default
    assert changes.label == "Add “Support”"
    assert changes.action_id is not None


@pytest.mark.parametrize("names", [{}, {"en": "  "}, {"en": "x" * 257}, {"en": "a\nb"}, {"no language": "x"}], ids=str)
def test_names_that_cannot_be(database: Database, names: dict[str, str]) -> None:
    before = len(database.read(tree_reading.tree).nodes)
    with pytest.raises(InvalidInputError) as caught:
        database.write(tree.add_model, names=names)
    assert caught.value.problems
    assert len(database.read(tree_reading.tree).nodes) == before


def test_a_name_of_256_characters_in_each_language_is_legal(database: Database) -> None:
    database.write(tree.add_model, names={"en": "x" * 256, "bg": "ж" * 256})


def test_add_beneath_a_parent_that_is_gone(company: Company, database: Database) -> None:
    with pytest.raises(NotFoundError):
        database.write(tree.add_model, names={"en": "x"}, parent_id=ModelId(new_id()))
    database.write(tree.delete_model, model_id=company.marketing)
    with pytest.raises(NotFoundError):
        database.write(tree.add_model, names={"en": "x"}, parent_id=company.social)


def test_move_and_move_to_the_top(company: Company, database: Database) -> None:
    database.write(tree.move_model, model_id=company.social, parent_id=company.sales)
    assert stored(database, company.social).parent_id == company.sales
    database.write(tree.move_model, model_id=company.social, parent_id=None)
    assert stored(database, company.social).parent_id is None


def test_a_model_cannot_come_to_stand_beneath_itself(company: Company, database: Database) -> None:
    for target in (company.company, company.marketing, company.social):
        with pytest.raises(InvalidInputError):
            database.write(tree.move_model, model_id=company.company, parent_id=target)
    assert stored(database, company.company).parent_id is None


def test_moving_to_where_it_is_changes_nothing(company: Company, database: Database) -> None:
    assert not database.write(tree.move_model, model_id=company.social, parent_id=company.marketing)


@ON_BOTH_DATABASES
def test_two_windows_cannot_make_a_ring_together(company: Company, database: Database, other_window: Database) -> None:
    assert other_window.actor is not None
    other_window.actor = company.add_user("ada", Role.ADMINISTRATOR)
    database.write(tree.move_model, model_id=company.marketing, parent_id=company.sales)
    with pytest.raises(InvalidInputError):
        other_window.write(tree.move_model, model_id=company.sales, parent_id=company.marketing)


@ON_BOTH_DATABASES
def test_the_default_mark_moves(company: Company, database: Database) -> None:
    # In both orders of ids, whatever the order in which the session would write them.
    for model_id, name in (
        (company.company, "Company"),
        (company.sales, "Sales"),
        (company.marketing, "Marketing"),
        (company.company, "Company"),
    ):
        changes = database.write(tree.set_default, model_id=model_id)
        assert model_id in changes.of(Entity.MODEL)
        assert [node.name for node in company.nodes().values() if node.is_default] == [name]
    assert not database.write(tree.set_default, model_id=company.company)


def test_the_default_may_move_from_a_model_in_the_bin(company: Company, database: Database) -> None:
    database.write(tree.set_default, model_id=company.social)
    database.write(tree.delete_model, model_id=company.social)
    database.write(tree.set_default, model_id=company.sales)
    assert company.nodes()["Sales"].is_default


@ON_BOTH_DATABASES
def test_update_writes_only_what_is_given_and_differs(company: Company, database: Database) -> None:
    changes = database.write(
        tree.update_model,
        model_id=company.sales,
        object_version=1,
        system_message="Be brief.",
        notes="",
        build_assistant=True,
    )
    model = stored(database, company.sales)
    assert (model.system_message, model.object_version) == ("Be brief.", 2)
    with database.reading() as session:
        (change,) = session.scalars(select(Change).where(Change.action_id == changes.action_id))
    assert (change.before, change.after) == ({"system_message": ""}, {"system_message": "Be brief."})
    assert not database.write(tree.update_model, model_id=company.sales, object_version=2, system_message="Be brief.")
    assert stored(database, company.sales).object_version == 2


def test_update_tells_every_problem_at_once(company: Company, database: Database) -> None:
    person = company.add_user("pia")
    with pytest.raises(InvalidInputError) as caught:
        database.write(
            tree.update_model,
            model_id=company.sales,
            object_version=1,
            names={"en": ""},
            provider_id=ProviderId(new_id()),
            virtual_user_id=person.user_id,
            system_message="\0",
        )
    assert {problem.field for problem in caught.value.problems} == {
        "name",
        "provider_id",
        "virtual_user_id",
        "system_message",
    }
    assert stored(database, company.sales).object_version == 1


def test_a_provider_in_the_bin_is_refused_and_inherits_nothing(company: Company, database: Database) -> None:
    with pytest.raises(InvalidInputError):
        database.write(
            tree.update_model,
            model_id=company.sales,
            object_version=None,
            provider_id=add_provider(database, deleted=True),
        )
    provider_id = add_provider(database)
    database.write(tree.update_model, model_id=company.company, object_version=None, provider_id=provider_id)
    details = database.read(tree_reading.model_details, model_id=company.social)
    assert details.effective.provider.value == provider_id
    assert details.effective.provider.origin == company.company
    database.write(tree.update_model, model_id=company.company, object_version=None, provider_id=None)
    details = database.read(tree_reading.model_details, model_id=company.social)
    assert details.effective.provider.value is None


def test_a_virtual_user_speaks_for_one_model(company: Company, database: Database) -> None:
    voice = company.add_user("voice", user_type=UserType.VIRTUAL_NO_LOGIN).user_id
    database.write(tree.update_model, model_id=company.sales, object_version=None, virtual_user_id=voice)
    with pytest.raises(InvalidInputError, match="Sales"):
        database.write(tree.update_model, model_id=company.social, object_version=None, virtual_user_id=voice)
    (choice,) = database.read(tree_reading.model_details, model_id=company.social).virtual_users
    assert (choice.id, choice.taken_by) == (voice, "Sales")
    (choice,) = database.read(tree_reading.model_details, model_id=company.sales).virtual_users
    assert choice.taken_by is None
    database.write(tree.delete_model, model_id=company.sales)
    database.write(tree.update_model, model_id=company.social, object_version=None, virtual_user_id=voice)
    database.write(tree.update_model, model_id=company.social, object_version=None, virtual_user_id=None)
    assert stored(database, company.social).virtual_user_id is None


def test_two_windows_edit_the_same_setting(company: Company, database: Database, other_window: Database) -> None:
    other_window.actor = company.add_user("ada", Role.ADMINISTRATOR)
    database.write(
        tree.update_model, model_id=company.sales, object_version=1, names={"en": "Sales AI"}, system_message="Sell."
    )
    with pytest.raises(ConflictError) as caught:
        other_window.write(
            tree.update_model, model_id=company.sales, object_version=1, names={"en": "Vendite"}, notes="new"
        )
    # Named as the arguments are, so that the choice can be saved as it comes from the dialog.
    assert caught.value.mine == {"names": {"en": "Vendite"}, "notes": "new"}
    assert caught.value.theirs == {"names": {"en": "Sales AI"}, "notes": ""}
    assert caught.value.current_version == 2
    assert stored(database, company.sales).name == {"en": "Sales AI"}
    mine: dict[str, Any] = caught.value.mine
    other_window.write(tree.update_model, model_id=company.sales, object_version=None, **mine)
    model = stored(database, company.sales)
    assert (model.name, model.system_message, model.notes) == ({"en": "Vendite"}, "Sell.", "new")


def test_changes_of_other_settings_are_no_conflict(company: Company, database: Database) -> None:
    database.write(tree.set_default, model_id=company.sales)
    database.write(tree.move_model, model_id=company.sales, parent_id=None)
    database.write(tree.update_model, model_id=company.sales, object_version=1, notes="mine")
    model = stored(database, company.sales)
    assert (model.notes, model.is_default, model.parent_id) == ("mine", True, None)


def test_rename_keeps_both_texts_on_conflict(company: Company, database: Database) -> None:
    database.write(tree.rename_model, model_id=company.sales, names={"en": "One"}, object_version=1)
    with pytest.raises(ConflictError):
        database.write(tree.rename_model, model_id=company.sales, names={"en": "Two"}, object_version=1)
    changes = database.write(tree.rename_model, model_id=company.sales, names={"en": "Two"})
    assert changes.label == "Rename “Two”"


def test_a_copy_takes_the_qas_and_leaves_the_rest(company: Company, database: Database) -> None:
    voice = company.add_user("voice", user_type=UserType.VIRTUAL_NO_LOGIN).user_id
    database.write(
        tree.update_model,
        model_id=company.marketing,
        object_version=None,
        system_message="Be kind.",
        virtual_user_id=voice,
        build_assistant=False,
        auto_update_to_latest_build=False,
        notes="n",
    )
    database.write(tree.set_default, model_id=company.marketing)
    kept = company.add_qa(company.marketing, "What?", "That.", section="S", notes="why")
    off = company.add_qa(company.marketing, "When?", "Now.")
    gone = company.add_qa(company.marketing, "Where?", "Here.")
    database.write(qas.set_active, qa_ids=[off], is_active=False)
    database.write(qas.delete_qas, qa_ids=[gone])
    database.write(conversations.add_conversation, model_id=company.marketing, messages=[])
    changes = database.write(tree.copy_model, model_id=company.marketing, names={"en": "Copy"})
    copy_id = ModelId(changes.new(Entity.MODEL))
    copy, node = stored(database, copy_id), company.nodes()["Copy"]
    assert (copy.parent_id, copy.system_message, copy.notes) == (company.company, "Be kind.", "n")
    assert (copy.build_assistant, copy.auto_update_to_latest_build) == (False, False)
    assert (copy.is_default, copy.virtual_user_id, copy.conversational_compilation_id) == (False, None, None)
    assert (node.qa_count, node.conversation_count, node.compilation_count) == (2, 0, 0)
    with database.reading() as session:
        rows = session.scalars(select(ModelQA).where(ModelQA.model_id == copy_id).order_by(ModelQA.seq)).all()
    assert [(row.question, row.answer, row.is_active) for row in rows] == [
        ("What?", "That.", True),
        ("When?", "Now.", False),
    ]
    assert rows[0].notes == "why"
    assert rows[1].deactivation_time_utc is not None
    assert not {row.id for row in rows} & {kept, off, gone}
    assert company.nodes()["Marketing"].is_default


@ON_BOTH_DATABASES
def test_a_large_copy_is_searched_and_undone_like_any_other(company: Company, database: Database) -> None:
    def fill(work: UnitOfWork) -> None:
        work.session.add_all(
            ModelQA(model_id=company.sales, section="A", question=f"Article VT-{number}?", answer="Yes.")
            for number in range(2_500)
        )
        work.finish()

    database.write(fill)
    changes = database.write(tree.copy_model, model_id=company.sales, names={"en": "Copy"})
    assert changes.label == "Copy “Sales” with 2,500 Q&As"
    copy_id = ModelId(changes.new(Entity.MODEL))
    assert company.nodes()["Copy"].qa_count == 2_500
    assert len(database.read(qas_reading.numbers_of_qas, filter=QaFilter(copy_id, text="VT-2499"))) == 1
    assert len(database.read(qas_reading.numbers_of_qas, filter=QaFilter(company.sales, text="VT-2499"))) == 1
    assert changes.action_id is not None
    undone = database.write(history.undo, action_id=ActionId(changes.action_id))
    assert "Copy" not in company.nodes()
    assert company.nodes()["Sales"].qa_count == 2_500
    assert undone.action_id is not None
    database.write(history.undo, action_id=ActionId(undone.action_id))
    assert company.nodes()["Copy"].qa_count == 2_500


def test_delete_takes_the_whole_subtree_and_its_knowledge(company: Company, database: Database) -> None:
    company.add_qa(company.social)
    changes = database.write(tree.delete_model, model_id=company.marketing)
    assert changes.deleted[Entity.MODEL] == {company.marketing, company.social}
    assert set(company.nodes()) == {"Company", "Sales"}
    marketing, social = stored(database, company.marketing), stored(database, company.social)
    assert marketing.deleted_utc == social.deleted_utc is not None
    assert database.actor is not None
    assert marketing.deleted_by == social.deleted_by == database.actor.user_id
    with pytest.raises(NotFoundError, match="bin"):
        database.write(tree.rename_model, model_id=company.social, names={"en": "x"})
    with pytest.raises(NotFoundError):
        database.read(tree_reading.model_details, model_id=company.social)


@pytest.mark.parametrize("login", ["as_staff", "as_trainer"])
def test_only_administrators_change_the_tree(login: str, company: Company, request: pytest.FixtureRequest) -> None:
    database: Database = request.getfixturevalue(login)
    attempts: list[Callable[[], object]] = [
        lambda: database.write(tree.add_model, names={"en": "x"}),
        lambda: database.write(tree.rename_model, model_id=company.sales, names={"en": "x"}),
        lambda: database.write(tree.move_model, model_id=company.sales, parent_id=None),
        lambda: database.write(tree.set_default, model_id=company.sales),
        lambda: database.write(tree.update_model, model_id=company.sales, object_version=None, notes="x"),
        lambda: database.write(tree.copy_model, model_id=company.sales, names={"en": "x"}),
        lambda: database.write(tree.delete_model, model_id=company.sales),
    ]
    for attempt in attempts:
        with pytest.raises(NotPermittedError, match="administrator"):
            attempt()
    assert set(company.nodes()) == {"Company", "Marketing", "Social", "Sales"}


def test_nobody_may_do_anything_before_joining(company: Company, database: Database) -> None:
    database.actor = None
    with pytest.raises(NotPermittedError):
        database.write(tree.set_default, model_id=company.sales)


@pytest.mark.parametrize("missing", [UUID(int=1), UUID(int=2**128 - 1)], ids=str)
def test_models_that_never_were(database: Database, missing: UUID) -> None:
    model_id = ModelId(missing)
    attempts: list[Callable[[], object]] = [
        lambda: database.write(tree.rename_model, model_id=model_id, names={"en": "x"}),
        lambda: database.write(tree.move_model, model_id=model_id, parent_id=None),
        lambda: database.write(tree.set_default, model_id=model_id),
        lambda: database.write(tree.copy_model, model_id=model_id, names={"en": "x"}),
        lambda: database.write(tree.delete_model, model_id=model_id),
    ]
    for attempt in attempts:
        with pytest.raises(NotFoundError):
            attempt()
