"""Versions from the command line: listed, compared, reported, activated, rolled back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from erpai_desktop.models.enums import Target
from erpai_desktop.models.ids import ModelId
from erpai_desktop.services import tree_reading
from erpai_desktop.services.users import enter, os_user
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from tests.evaluated import add_evaluated, add_provider, record, records
from tests.unit.test_cli import Program, program

__all__ = ["program"]


@pytest.fixture
def shop(program: Program) -> Iterator[tuple[Database, ModelId]]:
    """A workspace with one model, which was never compiled."""
    assert program("init")[0] == 0
    assert program("models", "add", "Shop")[0] == 0
    database = open_database(WorkspaceLocation(path=program.workspace))
    person = os_user()
    database.actor = enter(database, login=person.login, name=person.name)
    yield database, database.read(tree_reading.find_model, name_or_id="Shop")
    database.close()


def two(shop: tuple[Database, ModelId]) -> None:
    database, model_id = shop
    add_evaluated(database, model_id, records("x" * 8 + "." * 12))
    billed = [dataclasses.replace(one, money_micros=410) for one in records("." * 20)]
    add_evaluated(
        database,
        model_id,
        [*billed, record(99)],
        target=Target.GROUNDED,
        provider_id=add_provider(database, shutdown="2001-01-01"),
        base_model="gpt-5",
        currency="EUR",
    )


def test_lists_versions_with_scores_and_days_left(program: Program, shop: tuple[Database, ModelId]) -> None:
    assert program("versions", "Shop")[2] == "erpai-desktop: Shop was never compiled.\n"
    two(shop)
    newest, oldest = program.objects("versions", "shop")
    assert (newest["version"], newest["state"], newest["active"]) == (2, "active", True)
    assert (newest["target"], newest["base_model"], newest["provider"]) == ("grounded", "gpt-5", "OpenAI Main")
    assert newest["days_left"] < 0 and newest["shutdown_date"] == "2001-01-01"
    assert (oldest["right"], oldest["total"], oldest["state"]) == (12, 20, "ready")
    assert oldest["interval"][0] < 0.6 < oldest["interval"][1]
    assert newest["cost_of_1000"] == pytest.approx(0.39, abs=0.01)
    text = program("versions", "Shop")[1]
    assert "v2   active, grounded, gpt-5, 100 % of 21 right (85 % to 100 %), 0.39 € for 1,000 answers" in text
    assert "base model has ended" in text and "v1   ready, built-in, 60 % of 20 right" in text


def test_compares_two_and_writes_the_report(program: Program, shop: tuple[Database, ModelId]) -> None:
    two(shop)
    path = program.folder / "parity.html"
    *questions, summary = program.objects("versions", "Shop", "--compare", "v1", "2", "--report", path)
    assert len(questions) == 8 and {one["better"] for one in questions} == {"right"}
    assert questions[0]["left"]["reason"] == "another answer than the desired one"
    assert (summary["better"], summary["worse"], summary["same"], summary["right_only"]) == (8, 0, 12, 1)
    assert summary["verdict"] == "right better" and summary["p_value"] == pytest.approx(2 * 0.5**8)
    assert summary["report"] == str(path) and "<svg" in path.read_text(encoding="utf-8")
    text = program("versions", "Shop", "--compare", "v1", "v2")[1]
    assert "v2 better: Question 1? (the other one: another answer than the desired one)" in text
    assert "v2 is better, beyond chance (p = 0.008)" in text
    assert "Not compared: 0 asked of v1 alone, 1 of v2 alone, 0 changed between them." in text


def test_activates_and_rolls_back(program: Program, shop: tuple[Database, ModelId]) -> None:
    two(shop)
    assert program("activate", "Shop", "v1")[1] == "v1 answers from now on.\n"
    assert program.objects("roll-back", "Shop") == [{"version": 2, "active": True}]
    assert program("roll-back", "Shop")[0] == 2


def test_what_cannot_be_done_is_one_line(program: Program, shop: tuple[Database, ModelId]) -> None:
    two(shop)
    assert "no version “v9”" in program.fails("activate", "Shop", "v9")
    assert "one and the same" in program.fails("versions", "Shop", "--compare", "v1", "1")
    assert "--compare" in program.fails("versions", "Shop", "--report", program.folder / "x.html")
    assert "could not be written" in program.fails(
        "versions", "Shop", "--compare", "1", "2", "--report", program.folder / "missing" / "x.html"
    )
    assert "There is no model" in program.fails("roll-back", "Nobody")
