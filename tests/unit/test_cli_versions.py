"""Versions from the command line: listed, compared, reported, activated, rolled back."""

from __future__ import annotations

import dataclasses
import io
import sys
from collections.abc import Iterator

import pytest

from erpai_desktop.changes import Entity
from erpai_desktop.models.enums import Target
from erpai_desktop.models.ids import ModelId, QaId
from erpai_desktop.services import qas, tree, tree_reading
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


def test_tells_what_each_was_made_of(program: Program, shop: tuple[Database, ModelId]) -> None:
    database, model_id = shop
    instructions = (("Be kind.\nBe brief.", "Nine."), ("Be kind.\nBe exact.", "Ten."))
    row = database.write(
        qas.add_qa, model_id=model_id, section="Shop", question="When?", answer="Eight."
    ).new(Entity.QA)  # fmt: skip
    for text, answer in instructions:
        database.write(qas.update_qa, qa_id=QaId(row), object_version=None, answer=answer)
        database.write(tree.update_model, model_id=model_id, object_version=None, system_message=text)
        add_evaluated(database, model_id, records(".."), knowledge=True)
    *told, summary = program.objects("versions", "Shop", "--compare", "v1", "v2")
    (changed,) = [one for one in told if one["event"] == "row"]
    assert (changed["change"], changed["before"]["answer"], changed["after"]["answer"]) == ("changed", "Nine.", "Ten.")
    assert summary["instructions_differ"] and summary["instructions"][-2:] == ["-Be brief.", "+Be exact."]
    text = program("versions", "Shop", "--compare", "v1", "v2")[1]
    assert "~ Shop, When?\n    Nine. → Ten.\n" in text and "\n Be kind.\n-Be brief.\n+Be exact.\n" in text


def test_deletes_one_that_does_not_answer(
    program: Program, shop: tuple[Database, ModelId], monkeypatch: pytest.MonkeyPatch
) -> None:
    two(shop)
    assert "is the version that answers" in program.fails("versions", "Shop", "--delete", "v2", "--yes")
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert "--yes" in program.fails("versions", "Shop", "--delete", "v1")
    terminal = io.StringIO("n\n")
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", terminal)
    status, _, error = program("versions", "Shop", "--delete", "v1")
    assert status == 2 and "Delete v1 of Shop here? It cannot be undone. [y/N] " in error
    assert "Nothing was deleted" in error and program.objects("versions", "Shop")[1]["state"] == "ready"
    *_, deleted = program.objects("versions", "Shop", "--delete", "v1", "--yes")
    assert (deleted["event"], deleted["version"], deleted["at_provider"]) == ("deleted", 1, False)
    assert program.objects("versions", "Shop")[1]["state"] == "deleted"
    *_, summary = program.objects("versions", "Shop", "--compare", "v1", "v2")
    assert summary["knowledge"] is None
    assert "is not kept any more" in program("versions", "Shop", "--compare", "v1", "v2")[1]
    assert "by --delete" in program.fails("versions", "Shop", "--only-here")


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
