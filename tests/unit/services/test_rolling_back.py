"""The way back to the version that answered before."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from erpai_desktop.errors import NotPermittedError, UserError
from erpai_desktop.models.entities import Change, Model
from erpai_desktop.models.ids import ActionId, CompilationId
from erpai_desktop.services import compilations, deleting_versions, history, tree
from erpai_desktop.services.rolling_back import roll_back, version_before
from erpai_desktop.storage.database import Database
from tests.evaluated import add_evaluated, compilation, record
from tests.unit.services.conftest import ON_BOTH_DATABASES, Company


def active(company: Company) -> str:
    id_ = company.database.read(lambda session: session.get_one(Model, company.sales).conversational_compilation_id)
    return f"v{compilation(company.database, CompilationId(id_)).number}" if id_ is not None else ""


def three(company: Company) -> list[CompilationId]:
    """v1, v2 and v3, each of which answered in its turn."""
    return [add_evaluated(company.database, company.sales, [record(n)]) for n in (1, 2, 3)]


def back(company: Company) -> str:
    company.database.write(roll_back, model_id=company.sales)
    return active(company)


@ON_BOTH_DATABASES
def test_step_by_step_to_the_first_and_then_no_further(company: Company) -> None:
    three(company)
    company.database.write(tree.update_model, model_id=company.sales, object_version=None, notes="seen")
    assert active(company) == "v3"
    assert [back(company), back(company)] == ["v2", "v1"]
    with pytest.raises(UserError, match="No version answered before"):
        back(company)
    assert active(company) == "v1"
    assert company.database.read(version_before, model_id=company.sales) is None


def test_from_an_older_one_that_was_activated_it_leads_to_where_one_came_from(company: Company) -> None:
    first, _second, _third = three(company)
    company.database.write(compilations.activate, compilation_id=first)
    assert [back(company), back(company)] == ["v3", "v2"]
    fourth = add_evaluated(company.database, company.sales, [record(4)])
    assert company.database.read(version_before, model_id=company.sales) != fourth
    assert back(company) == "v2"


def test_a_deleted_version_is_passed_over(company: Company) -> None:
    _first, second, _third = three(company)
    company.database.write(deleting_versions.begin_deletion, compilation_id=second)
    assert back(company) == "v1"


def test_an_undone_roll_back_can_be_rolled_back_again(company: Company) -> None:
    three(company)
    assert back(company) == "v2"
    company.database.write(history.undo, action_id=_last_action(company.database))
    assert active(company) == "v3"
    assert back(company) == "v2"
    assert back(company) == "v1"


def test_a_model_that_never_answered_has_no_way_back(company: Company) -> None:
    with pytest.raises(UserError, match="No version answered before"):
        company.database.write(roll_back, model_id=company.sales)


def test_only_an_administrator_may(company: Company, as_trainer: Database) -> None:
    with pytest.raises(NotPermittedError):
        as_trainer.write(roll_back, model_id=company.sales)


def _last_action(database: Database) -> ActionId:
    return database.read(
        lambda session: ActionId(session.scalars(select(Change.action_id).order_by(Change.seq.desc())).first())  # type: ignore[arg-type] # there is one
    )
