"""Golden answers from the command line: recorded, listed, held against a successor, deleted."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from erpai_desktop.models.snapshots.golden import GoldenQuestion, GoldenReply
from erpai_desktop.services.golden import add_golden_set
from erpai_desktop.services.tree_reading import find_model
from erpai_desktop.services.users import enter, os_user
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from tests.evaluated import add_evaluated, records
from tests.unit.test_cli import Program, program, ready

__all__ = ["program", "ready"]

LATER = """question,answer,section,type
Do you sell umbrellas?,"Yes, by the river.",Shop,training
"""


def test_answers_are_recorded_and_a_successor_is_held_against_them(ready: Program) -> None:
    ready.objects("compile", "Shop")
    # Refused before anything is asked, which may cost.
    status, out, error = ready("golden", "record", "Shop", "--name", "n" * 257)
    assert (status, out) == (2, "") and "at most 256" in error
    more = ready.write(
        "more.jsonl", '{"question": "Where is the head office?"}\n{"question": "Do you sell umbrellas?"}\n'
    )
    *_, made = ready.objects(
        "golden", "record", "Shop", "--name", "Преди", "--question", "where is the HEAD office", "--questions", more
    )
    # Two validation questions, and of the others each once.
    assert (made["name"], made["version"], made["answers"], made["judged"], made["right"]) == ("Преди", 1, 4, 2, 2)
    assert ready.objects("golden", "list", "shop") == [made]
    ready.objects("qas", "import", "Shop", ready.write("later.csv", LATER))
    ready.objects("compile", "Shop")
    report = ready.folder / "parity.html"
    *told, summary = ready.objects("golden", "parity", "Shop", "--set", "преди", "--version", "v2", "--to", report)
    (differing,) = [line for line in told if line["event"] == "question"]
    assert differing["question"] == "Do you sell umbrellas?" and differing["agreement"] == "different"
    assert (differing["before"]["refused"], differing["after"]["answer"]) == (True, "Yes, by the river.")
    assert (summary["same"], summary["different"], summary["questions"]) == (3, 1, 4)
    assert summary["report"] == str(report) and "<svg" in report.read_text(encoding="utf-8")
    with closing(sqlite3.connect(ready.workspace)) as connection, connection:
        connection.execute("UPDATE users SET role = 'staff'")
    for arguments in (("record", "Shop"), ("parity", "Shop", "--set", "Преди")):
        status, out, error = ready("golden", *arguments)
        assert (status, out) == (2, "") and "Only a user with the role “trainer”" in error
    with closing(sqlite3.connect(ready.workspace)) as connection, connection:
        connection.execute("UPDATE users SET role = 'administrator'")
    assert ready("golden", "delete", "Shop", "Преди")[1] == "Moved “Преди” to the bin.\n"
    status, out, error = ready("golden", "list", "Shop")
    assert (status, out) == (0, "") and "No golden answers" in error


def test_what_cannot_be_recorded_or_compared_is_one_line(ready: Program) -> None:
    assert "No version is active" in ready.fails("golden", "record", "Shop")
    database = open_database(WorkspaceLocation(path=ready.workspace))
    person = os_user()
    database.actor = enter(database, login=person.login, name=person.name)
    model_id = database.read(find_model, name_or_id="Shop")
    version = add_evaluated(database, model_id, records("."))
    reply = GoldenReply(GoldenQuestion("Open?"), "Yes.", refused=False, confidence=1.0, right=None)
    for _ in range(2):
        database.write(add_golden_set, compilation_id=version, name="Twice", replies=[reply])
    database.close()
    assert "row 1" in ready.fails("golden", "record", "Shop", "--questions", ready.write("q.jsonl", "no\n"))
    assert "There are no golden answers “Before”" in ready.fails("golden", "parity", "Shop", "--set", "Before")
    first, second = ready.objects("golden", "list", "Shop")
    error = ready.fails("golden", "delete", "Shop", "twice")
    assert first["id"] in error and second["id"] in error
    pdf = ready.folder / "parity.pdf"
    assert "would be something else" in ready.fails("golden", "parity", "Shop", "--set", first["id"], "--to", pdf)
    assert not pdf.exists()
    status, out, error = ready("golden", "questions", "Shop", "--json")
    assert (status, out) == (0, "") and "not asked Shop anything" in error
