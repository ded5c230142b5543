"""The command line from the first line to the last: what it prints, writes and refuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from erpai_desktop.__main__ import main
from erpai_desktop.cli.output import Output
from tests.postgres import PostgresServer

CSV = """question,answer,section,type
What are your opening hours?,"Nine to five, Monday to Friday.",Shop,training
Where is the head office?,"In Plovdiv, 12 River Street.",Shop,training
Колко струва доставката?,Пет лева.,Доставка,training
When do you open?,"Nine to five, Monday to Friday.",Shop,validation
Who won the cup final?,,Shop,refuse
"""

MORE = """question,answer,section,type
Do you sell umbrellas?,Yes: in the shop by the river.,Shop,validation
"""


class Program:
    """Runs commands on one workspace; answers exit status, objects or text, and standard error."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.workspace = folder / "company.erpai"
        self.address = ""
        """Of a workspace that is no file."""
        self._capsys = capsys

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        self._capsys.readouterr()
        try:
            status = main(["--workspace", self.address or str(self.workspace), *map(str, arguments)])
        except SystemExit as end:
            status = int(str(end.code))
        out, error = self._capsys.readouterr()
        return status, out, error

    def objects(self, *arguments: object) -> list[dict[str, Any]]:
        """The lines of a command that must succeed."""
        status, out, error = self(*arguments, "--json")
        assert (status, error) == (0, "")
        return [json.loads(line) for line in out.splitlines()]

    def written(self) -> list[str]:
        """The lines that stand on standard output since it was last looked at."""
        return self._capsys.readouterr().out.splitlines()

    def fails(self, *arguments: object) -> str:
        """The one line of a command that must fail."""
        status, _out, error = self(*arguments)
        assert status == 2
        assert error.count("\n") == 1 and error.startswith("erpai-desktop"), error
        return error

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture
def program(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Program:
    for name in ("DATA", "CACHE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    monkeypatch.delenv("ERPAI_WORKSPACE", raising=False)
    return Program(tmp_path, capsys)


@pytest.fixture
def ready(program: Program) -> Program:
    """A workspace with one model that has knowledge."""
    assert program("init")[0] == 0
    assert program("models", "add", "Shop")[0] == 0
    assert program("qas", "import", "Shop", program.write("qas.csv", CSV))[0] == 0
    return program


def test_import_compile_ask_and_batch(ready: Program) -> None:
    *events, compiled = ready.objects("compile", "shop")
    assert {"reading", "evaluating"} <= {event["stage"] for event in events if event["event"] == "stage"}
    assert compiled["event"] == "compiled" and (compiled["version"], compiled["active"]) == (1, True)
    assert compiled["rows"] == 3 and compiled["validation"] == {"right": 2, "total": 2}
    (answer,) = ready.objects("ask", "Shop", "What are your opening hours")
    assert answer["answer"] == "Nine to five, Monday to Friday." and answer["refused"] is False
    assert set(answer) == {"question", "answer", "confidence", "refused", "sources", "nearest", "elapsed_ms"}
    (source,) = answer["sources"]
    assert set(source) == {"qa_id", "question", "section", "model"}
    assert (source["question"], source["section"], source["model"]) == ("What are your opening hours?", "Shop", "Shop")
    questions = ["Колко струва доставката", "Who won the cup final?", "", 'Where is the "head office"?', "a\x00b"]
    asked = ready.write("q.jsonl", "".join(json.dumps({"question": question}) + "\n" for question in questions))
    status, _, _ = ready("ask", "Shop", "--batch", asked, "--out", ready.folder / "a.jsonl")
    assert status == 0
    answers = [json.loads(line) for line in (ready.folder / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [answer["question"] for answer in answers] == questions
    assert answers[0]["answer"] == "Пет лева." and answers[3]["answer"] == "In Plovdiv, 12 River Street."
    assert all(answer["refused"] and not answer["answer"] and not answer["sources"] for answer in answers[1:3])
    assert 1 <= len(answers[1]["nearest"]) <= 5
    assert set(answers[1]["nearest"][0]) == {"qa_id", "question", "answer", "score"}
    assert all(answer["elapsed_ms"] > 0 for answer in answers)
    error = ready.fails("ask", "Shop", "--batch", ready.folder / "no.jsonl", "--out", ready.folder / "b.jsonl")
    assert error == f"erpai-desktop: {ready.folder / 'no.jsonl'}: No such file or directory.\n"
    # The same knowledge again: nothing is built.
    *_, again = ready.objects("compile", "Shop")
    assert (again["version"], again["unchanged"]) == (1, True)
    status, out, _ = ready("compile", "Shop")
    assert status == 0 and out.splitlines()[-1] == "Nothing has changed since v1."


def test_a_version_is_evaluated_again_and_every_question_explained(ready: Program) -> None:
    assert "has no provider" in ready.fails("compile", "Shop", "--target", "grounded")
    ready("compile", "Shop")
    assert ready("qas", "import", "Shop", ready.write("more.csv", MORE))[0] == 0
    found = ready.objects("evaluate", "Shop", "--explain")
    ended = next(line for line in found if line.get("event") == "evaluated")
    assert (ended["version"], ended["right"], ended["total"]) == (1, 2, 3)
    explained = [line for line in found if "question" in line]
    assert [line["right"] for line in explained].count(False) == 1
    assert all(line["reason"] and set(line) >= {"expected", "answer", "score"} for line in explained)
    status, out, _ = ready("evaluate", "Shop", "--version", "1")
    assert status == 0 and out.splitlines()[-1] == "v1: 2 of 3 validation questions right."
    assert "no version “7”" in ready.fails("evaluate", "Shop", "--version", "7")
    assert "Nobody" in ready.fails("evaluate", "Shop", "--judge", "Nobody")


def test_a_model_is_named_by_id_or_name_and_an_ambiguous_name_lists_the_ids(ready: Program) -> None:
    parent = ready.objects("models", "list")[0]["id"]
    twin = ready.objects("models", "add", "shop", "--parent", parent)[0]["id"]
    error = ready.fails("compile", "SHOP")
    assert parent in error and twin in error
    assert ready("qas", "export", parent, ready.folder / "out.csv")[0] == 0
    assert "There is no model" in ready.fails("ask", "Nobody", "Hello?")


def test_the_tree_is_listed_parents_first(ready: Program) -> None:
    arbiter = ready.objects("models", "add", "Judge", "--parent", "Shop", "--arbiter")[0]["id"]
    shop, judge = ready.objects("models", "list")
    assert (shop["name"], shop["parent"], shop["qas"], shop["active_version"]) == ("Shop", None, 5, None)
    assert (judge["id"], judge["parent"], judge["arbiter"]) == (arbiter, shop["id"], True)
    status, out, _ = ready("models", "list")
    assert status == 0 and out.splitlines()[1].startswith("  Judge")


def test_without_an_active_version_ask_fails(ready: Program) -> None:
    assert "has no active version" in ready.fails("ask", "Shop", "Hello?")
    asked = ready.write("q.jsonl", '{"question": "Hello?"}\n')
    ready.fails("ask", "Shop", "--batch", asked, "--out", ready.folder / "a.jsonl")
    assert not (ready.folder / "a.jsonl").exists()


def test_a_wrong_file_imports_nothing_but_its_good_rows_on_demand(ready: Program) -> None:
    wrong = ready.write(
        "wrong.csv", "question,answer,section,type\nGood?,Yes.,A,training\n,No question.,A,training\nType?,Odd.,A,odd\n"
    )
    error = ready.fails("qas", "import", "Shop", wrong)
    assert "row 3" in error and "row 4" in error and "question" in error and "type" in error
    assert ready.objects("models", "list")[0]["qas"] == 5
    (told,) = ready.objects("qas", "import", "Shop", wrong, "--good-rows")
    assert told["imported"] == 1 and len(told["left_out"]) == 2
    assert ready.objects("models", "list")[0]["qas"] == 6


def test_export_gives_back_what_was_imported(ready: Program) -> None:
    out = ready.folder / "out.csv"
    assert ready.objects("qas", "export", "Shop", out)[0]["exported"] == 5
    assert out.read_text(encoding="utf-8").splitlines() == CSV.splitlines()


def test_batch_questions_that_are_none_are_named_and_nothing_is_written(ready: Program) -> None:
    asked = ready.write("q.jsonl", '{"question": "Fine?"}\n{"query": "Not."}\nnot json\n{"question": 3}\n[]\n')
    error = ready.fails("ask", "Shop", "--batch", asked, "--out", ready.folder / "a.jsonl")
    assert all(f"row {number}" in error for number in (2, 3, 4, 5)) and "row 1" not in error
    assert not (ready.folder / "a.jsonl").exists()


def test_check_and_backup(ready: Program) -> None:
    assert ready.objects("check")[-1] == {"whole": True}
    copy = ready.folder / "copy.erpai"
    ready.objects("backup", copy)
    ready.workspace = copy
    assert ready.objects("models", "list")[0]["name"] == "Shop"
    ready.fails("backup", copy)


@pytest.mark.parametrize(
    "make",
    [
        lambda path: None,
        lambda path: path.write_bytes(b"SQLite format 3\x00 but no more"),
        lambda path: path.write_text("a letter to the editor"),
        lambda path: path.mkdir(),
    ],
    ids=["missing", "cut", "text", "folder"],
)
def test_a_workspace_that_cannot_be_used_is_said_in_one_line(program: Program, make: Callable[[Path], object]) -> None:
    make(program.workspace)
    before = program.workspace.read_bytes() if program.workspace.is_file() else None
    program.fails("models", "list")
    assert (program.workspace.read_bytes() if program.workspace.is_file() else None) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["no such command"],
        ["models"],
        ["ask", "Shop"],
        ["ask", "Shop", "--batch", "q.jsonl"],
        ["ask", "Shop", "--batch", "missing.jsonl", "--out", "a.jsonl"],
        ["qas", "import", "Shop", "missing.csv"],
        ["compile"],
        ["init"],
        ["ask", "Shop", "Why?", "--out", "a.jsonl"],
        ["versions", "Shop", "--resume", "--delete", "v1"],
        ["golden", "record"],
        ["jobs", "pause", "Nobody"],
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_one_line_and_status_2(ready: Program, arguments: list[str]) -> None:
    ready.fails(*arguments)


def test_an_address_with_a_password_is_refused_without_repeating_it(program: Program) -> None:
    status = main(["--workspace", "postgresql://me:secret@localhost/db", "models", "list"])
    error = program._capsys.readouterr().err
    assert status == 2 and "secret" not in error and error.count("\n") == 1


def test_an_interrupted_build_is_told_on_standard_error(ready: Program) -> None:
    import sqlite3
    from contextlib import closing

    ready.objects("compile", "Shop")
    with closing(sqlite3.connect(ready.workspace)) as connection, connection:
        connection.execute("UPDATE compilations SET status = 'R', is_successful = NULL")
        connection.execute("UPDATE job_intentions SET state = 'running', owner = ''")
    status, _out, error = ready("models", "list")
    assert status == 0 and "while it was building Shop v1" in error
    assert ready("models", "list")[2] == ""


def test_a_pipe_is_written_into_and_a_link_followed(ready: Program) -> None:
    pipe, file, link = (ready.folder / name for name in ("pipe", "out.csv", "link.csv"))
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    try:
        ready.objects("qas", "export", "Shop", pipe)
        assert os.read(reading, 4096).decode().splitlines() == CSV.splitlines()
    finally:
        os.close(reading)
    file.write_text("before")
    link.symlink_to(file)
    ready.objects("qas", "export", "Shop", link)
    assert link.is_symlink() and file.read_text(encoding="utf-8").splitlines() == CSV.splitlines()


@pytest.mark.parametrize("name", ["", "N\udcff", "n" * 257], ids=["empty", "no text", "long"])
def test_a_company_needs_a_name_that_can_be_stored(program: Program, name: str) -> None:
    assert "name cannot be used" in program.fails("init", "--name", name)
    assert not program.workspace.exists()


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from erpai_desktop.__main__ import main\n"
        "sys.argv = ['erpai-desktop', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "heavy = {'numpy', 'sqlalchemy', 'PySide6', 'openai', 'orjson', 'platformdirs'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "compile" in done.stdout


def test_a_reader_that_has_seen_enough_is_no_error(empty_file: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "erpai_desktop", "--workspace", str(empty_file), "check"],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=500,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_a_terminal_would_obey_is_shown_instead(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "an answer\x1b]0;title\x07\x9b2J\r\nand \u202edecnis\tmore"
    output = Output(as_json=False)
    output.result({}, hostile)
    output.warn(hostile)
    out, error = capsys.readouterr()
    assert out == "an answer�]0;title��2J\nand �decnis\tmore\n"
    assert error == "erpai-desktop: an answer�]0;title��2J and �decnis more\n"


def test_a_file_whose_name_is_no_text_is_told_of(ready: Program) -> None:
    (told,) = ready.objects("qas", "export", "Shop", ready.folder / "a\udcff.csv")
    assert told["file"].endswith("a?.csv")
    assert (ready.folder / "a\udcff.csv").exists()


def test_help_says_what_each_command_is_for(program: Program) -> None:
    assert "\nBuild a new version of a model.\n" in program("compile", "--help")[1]
    assert "\nRecorded answers, the measure for a successor.\n" in program("golden", "--help")[1]


def test_the_workspace_may_be_named_behind_the_command(ready: Program, tmp_path: Path) -> None:
    assert main(["models", "list", "--workspace", str(ready.workspace), "--json"]) == 0
    assert json.loads(ready.written()[0])["name"] == "Shop"


def test_a_service_manager_ends_a_command_as_a_person_does(ready: Program) -> None:
    command = [sys.executable, "-m", "erpai_desktop", "--workspace", str(ready.workspace), "compile", "Shop"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as building:
        assert building.stdout is not None and building.stderr is not None
        assert building.stdout.readline().startswith("Compiling Shop")
        building.send_signal(signal.SIGTERM)
        out, error = building.communicate(timeout=60)
    assert building.returncode == 2 and out.splitlines()[-1].startswith("Cancelled by ")
    assert error == "erpai-desktop: stopped; nothing half done is kept\n"
    status, out, error = ready("versions", "Shop")
    # Not left for the next command to find.
    assert (status, error) == (0, "") and out.startswith("v1   failed")


def test_a_workspace_on_a_server(program: Program, postgres_server: PostgresServer) -> None:
    program.address = str(postgres_server.new_workspace().url)
    program.objects("models", "add", "Магазин")
    program.objects("qas", "import", "магазин", program.write("qas.csv", CSV))
    assert program.objects("qas", "export", "Магазин", program.folder / "out.csv")[0]["exported"] == 5
    program.objects("providers", "add", "Lab", "--kind", "openai", "--base-model", "gpt-test")
    program.objects("providers", "set", "lab", "--base-model", "gpt-new")
    program.objects("models", "set", "Магазин", "--provider", "LAB")
    program.objects("budgets", "set", "5", "--model", "магазин")
    *_, version, _saved = program.objects("compile", "Магазин", "--target", "export", "--out", program.folder / "files")
    assert version["rows"] == 3
    assert "cannot answer" in program.fails("golden", "record", "Магазин", "--version", "v1")
    assert program.objects("versions", "Магазин", "--delete", "v1", "--yes")[-1]["version"] == 1
    for command in (["models", "list"], ["versions", "Магазин"], ["budgets", "list"], ["usage"], ["check"]):
        assert program.objects(*command)
    assert program("jobs", "list")[0] == 0 and program("golden", "list", "Магазин")[0] == 0
    assert program("golden", "questions", "Магазин")[0] == 0
