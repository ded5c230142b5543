"""`usage` and `budgets` from the first line to the last."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from erpai_desktop.cli.estimating import tell_compile
from erpai_desktop.cli.output import Output
from erpai_desktop.models.entities import Model, Provider
from erpai_desktop.models.enums import QaType, Target
from erpai_desktop.services import qas, tree_reading
from erpai_desktop.services.users import enter, os_user
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from tests.unit.services.spender import Spender
from tests.unit.test_cli import Program, program

__all__ = ["program"]


@pytest.fixture
def spent(program: Program) -> Program:
    """A workspace where the person at the keyboard spent 2 $ this month and 1 $ in October 2026 of long ago."""
    program("init")
    program("models", "add", "Sales")
    database = open_database(WorkspaceLocation(path=program.workspace))
    enter(database, login=os_user().login)
    spender = Spender(database)
    spender.spend(2)
    spender.spend(1, at=datetime(2020, 2, 29, 23, tzinfo=UTC))
    database.close()
    return program


def test_a_month_in_figures(spent: Program) -> None:
    part, total = spent.objects("usage")
    assert (part["model"], part["money"], part["calls"]) == ("No model", 2.0, 1)
    assert (total["total"], total["calls"], total["tokens_in"]) == ({"USD": 2.0}, 1, 5_000_000)
    day, total = spent.objects("usage", "--month", "2020-02", "--by", "day")
    assert (day["day"], day["money"], total["last_day"]) == ("2020-02-29", 1.0, "2020-02-29")
    _status, out, _error = spent("usage", "--by", "purpose")
    assert out.splitlines() == [
        "chat  2.00 $, 5,000,000 tokens, 1 call",
        "2.00 $ in 1 call, 5,000,000 tokens",
    ]


def test_every_call_as_csv(spent: Program, tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    assert spent.objects("usage", "--month", "2020-02", "--csv", path) == [{"exported": 1, "file": str(path)}]
    with path.open(encoding="utf-8", newline="") as file:
        (line,) = csv.DictReader(file)
    assert (line["money"], line["purpose"]) == ("1.000000", "chat")


@pytest.mark.parametrize("month", ["2026-13", "yesterday", "2026", "-1-1", "99999-01"])
def test_a_month_that_there_is_not(program: Program, month: str) -> None:
    program("init")
    assert "2026-11" in program.fails("usage", f"--month={month}")


def test_budgets_are_set_listed_and_removed(spent: Program) -> None:
    login = os_user().login
    _status, out, _error = spent("budgets", "list")
    assert "nothing is refused" in out
    (company,) = spent.objects("budgets", "set", "2.50")
    assert (company["scope"], company["spent"], company["left"], company["level"]) == ("company", 2.0, 0.5, "warning")
    spent.objects("budgets", "set", "1", "--model", "Sales", "--warn", "50")
    spent.objects("budgets", "set", "2", "--user", login)
    _status, out, _error = spent("budgets", "list")
    assert out.splitlines()[0] == "the company: 2.00 $ of 2.50 $ this month (80%, warning)"
    assert out.splitlines()[1] == "model Sales: 0.00 $ of 1.00 $ this month (0%, fine)"
    assert out.splitlines()[2].endswith("2.00 $ of 2.00 $ this month (100%, spent)")
    spent.objects("budgets", "remove", "--model", "Sales")
    assert len(spent.objects("budgets", "list")) == 2
    assert "no such budget" in spent.fails("budgets", "remove", "--model", "Sales")


def test_what_a_budget_cannot_be(spent: Program) -> None:
    assert "must be a number" in spent.fails("budgets", "set", "much")
    assert "at most 1,000,000,000" in spent.fails("budgets", "set", "1e30")
    assert "100 %" in spent.fails("budgets", "set", "5", "--warn", "120")
    assert "nobody" in spent.fails("budgets", "set", "5", "--user", "nobody").lower()
    assert "Nowhere" in spent.fails("budgets", "set", "5", "--model", "Nowhere")


def test_a_damaged_price_list_is_told_of(spent: Program, tmp_path: Path) -> None:
    folder = tmp_path / "CONFIG" / "erpai-desktop"
    folder.mkdir(parents=True)
    (folder / "prices.json").write_text("{")
    status, out, error = spent("usage")
    assert status == 0 and "prices.json cannot be used" in error and "2.00 $" in out


def test_what_a_command_may_cost_is_told_before_it_sends(spent: Program, capsys: pytest.CaptureFixture[str]) -> None:
    database = open_database(WorkspaceLocation(path=spent.workspace))
    enter(database, login=os_user().login)
    model_id = database.read(tree_reading.find_model, name_or_id="Sales")
    for qa_type in (QaType.TRAINING, QaType.VALIDATION):
        database.write(
            qas.add_qa, model_id=model_id, section="Shop", question="When?", answer="Nine to five.", qa_type=qa_type
        )
    (provider,) = database.read(lambda session: session.scalars(select(Provider.id)).all())
    database.write(lambda work: setattr(work.session.get_one(Model, model_id), "provider_id", provider))
    capsys.readouterr()
    for target, evaluate, told in (
        (Target.BUILT_IN, True, 0),
        (Target.GROUNDED, True, 1),
        (Target.GROUNDED, False, 0),
        (Target.FINE_TUNE, False, 1),
    ):
        tell_compile(database, Output(as_json=False), model_id=model_id, target=target, evaluate=evaluate)
        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == told and all(line.startswith("May cost: about ") and "$" in line for line in lines)
    database.close()
