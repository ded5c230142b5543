"""CSV in and out: every problem of a bad file at once, nothing imported unless asked, texts unchanged both ways."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from erpai_desktop.changes import Entity
from erpai_desktop.errors import InvalidInputError, NotFoundError, NotPermittedError, Problem, ServiceError
from erpai_desktop.models.entities import Change, ModelQA
from erpai_desktop.models.enums import QaType
from erpai_desktop.models.ids import ActionId, ModelId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.new_qa import NewQa
from erpai_desktop.models.snapshots.qas import QaFilter
from erpai_desktop.services import history, qa_csv, qa_transfer, qas, workspace
from erpai_desktop.services.checks import TEXT_LIMIT
from erpai_desktop.services.qa_csv import ParsedCsv, parse_csv
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.queries import qas as queries
from tests.unit.services.conftest import Company

GOOD = "question,answer,section,type\nWho?,We.,People,training\n"


def _parsed(tmp_path: Path, content: str | bytes) -> ParsedCsv:
    path = tmp_path / "qas.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return parse_csv(path)


def _problems(tmp_path: Path, content: str | bytes) -> list[tuple[int | None, str | None]]:
    parsed = _parsed(tmp_path, content)
    assert all(problem.file == "qas.csv" and problem.message for problem in parsed.problems)
    return [(problem.row, problem.field) for problem in parsed.problems]


# --- reading ------------------------------------------------------------------------------------------------------


def test_all_types_and_defaults(tmp_path: Path) -> None:
    parsed = _parsed(
        tmp_path,
        "question,answer,section,type\n"
        'One?,"With, comma, ""quotes""\nand a line",People,training\n'
        "Two?,Yes.,  , Validation \n"
        "Three?,,Unknown  things,REFUSE\n"
        "\n"
        "Четири?,Да.,Разни,\n",
    )
    assert parsed.problems == ()
    assert parsed.rows == (
        NewQa("One?", 'With, comma, "quotes"\nand a line', "People", QaType.TRAINING, False),
        NewQa("Two?", "Yes.", "General", QaType.VALIDATION, False),
        NewQa("Three?", "", "Unknown things", QaType.VALIDATION, True),
        NewQa("Четири?", "Да.", "Разни", QaType.TRAINING, False),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str, line_end: str) -> None:
    text = "question,answer,section,type\nКой?,Ние.,Хора,training\n".replace("\n", line_end)
    assert _parsed(tmp_path, text.encode(encoding)) == ParsedCsv(
        "qas.csv", (NewQa("Кой?", "Ние.", "Хора", QaType.TRAINING, False),), ()
    )


def test_columns_in_another_order_and_the_two_that_suffice(tmp_path: Path) -> None:
    assert _parsed(tmp_path, "type,Answer, question \nvalidation,A,Q\n").rows == (
        NewQa("Q", "A", "General", QaType.VALIDATION, False),
    )
    assert _parsed(tmp_path, "question,answer\nQ,A\n").rows == (NewQa("Q", "A", "General", QaType.TRAINING, False),)


@pytest.mark.parametrize(
    ("header", "problems"),
    [
        ("", 1),
        ("Frage,Antwort", 4),
        ("question,section,type", 1),
        ("question,answer,section,type,notes", 1),
        ("question,answer,answer,type", 1),
        ("question;answer;section;type", 1),
        ("question\tanswer", 1),
        ("Who?,We.,People,training", 6),
        ("question,answer,", 1),
    ],
)
def test_wrong_headers(tmp_path: Path, header: str, problems: int) -> None:
    parsed = _parsed(tmp_path, f"{header}\nWho?,We.,People,training\n" if header else "")
    assert parsed.rows == ()
    assert [problem.row for problem in parsed.problems] == [1] * problems


def test_all_problems_at_once_each_with_row_and_field(tmp_path: Path) -> None:
    content = (
        "question,answer,section,type\n"
        "Fine?,Yes.,S,training\n"
        " ,No question.,S,training\n"
        "No answer?,,S,training\n"
        f"Long?,Yes.,{'s' * 129},training\n"
        "Kind?,Yes.,S,traning\n"
        ",,S,bad\n"
        "Short?,Yes.\n"
        "Many?,a,b,c,d\n"
        'Quote?,"a "wrong" quote",S,training\n'
        "Nul\0?,Yes.,S\0,training\n"
        "Refused?,,S,refuse\n"
        "Unanswered?,,S,validation\n"
    )
    assert _problems(tmp_path, content) == [
        (3, "question"),
        (4, "answer"),
        (5, "section"),
        (6, "type"),
        (7, "question"),
        (7, "type"),
        (8, None),
        (9, None),
        (10, None),
        (11, "question"),
        (11, "section"),
        (13, "answer"),
    ]
    assert [row.question for row in _parsed(tmp_path, content).rows] == ["Fine?", "Refused?"]


def test_a_row_of_several_lines_counts_once(tmp_path: Path) -> None:
    assert _problems(tmp_path, 'question,answer\n"a\nb\nc",A\n,A\n') == [(3, "question")]


def test_a_quote_that_never_ends(tmp_path: Path) -> None:
    parsed = _parsed(tmp_path, 'question,answer\nQ,A\n"Q2,A2\nQ3,A3\n')
    assert [problem.row for problem in parsed.problems] == [3]
    assert len(parsed.rows) == 1


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ("question,answer\nQ,A\nЩо?,A\n".encode("cp1251"), 3),
        (b"question,answer\nQ,\xff\xfe\n", 2),
        (b"\xff\xfe\0\0q\0\0\0", 1),
        ("question,answer\nQ,A\n".encode("utf-16") + b"\0", 3),
    ],
    ids=["cp1251", "stray bytes", "utf-32", "half a character"],
)
def test_wrong_encodings(tmp_path: Path, content: bytes, row: int) -> None:
    assert _problems(tmp_path, content) == [(row, None)]


def test_utf_16_without_a_mark_is_a_problem(tmp_path: Path) -> None:
    parsed = _parsed(tmp_path, GOOD.encode("utf-16-le"))
    assert parsed.rows == () and parsed.problems


def test_huge_fields(tmp_path: Path) -> None:
    parsed = _parsed(tmp_path, f"question,answer\nBig?,{'x' * TEXT_LIMIT}\nToo big?,{'x' * (TEXT_LIMIT + 1)}\n")
    assert [len(row.answer) for row in parsed.rows] == [TEXT_LIMIT]
    assert [(problem.row, problem.field) for problem in parsed.problems] == [(3, "answer")]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    parsed = parse_csv(tmp_path / "none.csv")
    assert parsed.rows == () and [problem.file for problem in parsed.problems] == ["none.csv"]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda text: "question,answer\n" + text)))
def test_no_content_raises(tmp_path: Path, content: bytes | str) -> None:
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    parsed = _parsed(tmp_path, data)
    assert all(row.question and row.section for row in parsed.rows)


# --- writing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\ttab", "\rcr", "=cmd|' /C calc'!A0", "＝1", "'=1", "''-"]
)
def test_a_cell_is_never_a_formula_and_comes_back(text: str) -> None:
    cell = qa_csv.escaped(text)
    assert cell[0] == "'"
    assert qa_csv.unescaped(cell) == text


@pytest.mark.parametrize("text", ["", "1+1", "a=b", "'quoted'", "'", "''", "e-mail"])
def test_other_texts_stay(text: str) -> None:
    assert qa_csv.escaped(text) == text == qa_csv.unescaped(text)


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30).filter(
    lambda text: text.strip() == text
)
_FORMULA = st.builds(str.__add__, st.sampled_from(["=", "+", "-", "@", "'", "'=", '"', ",", "\n="]), _TEXT).filter(
    lambda text: text.strip() == text
)
_SECTION = _TEXT.map(lambda text: " ".join(text.split())).filter(bool)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.builds(
            NewQa,
            question=_TEXT | _FORMULA,
            answer=_TEXT | _FORMULA,
            section=_SECTION,
            qa_type=st.just(QaType.VALIDATION),
            expects_refusal=st.booleans(),
        ),
        max_size=5,
    )
)
def test_what_is_written_is_read_unchanged(tmp_path: Path, rows: list[NewQa]) -> None:
    path = tmp_path / "qas.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        assert qa_csv.write_csv(file, rows) == len(rows)
    parsed = parse_csv(path)
    assert parsed.problems == ()
    assert list(parsed.rows) == rows


# --- into and out of a model --------------------------------------------------------------------------------------


def _count(database: Database, model_id: ModelId, text: str = "") -> int:
    return len(database.read(queries.select_numbers, QaFilter(model_id, text=text)))


def _import(company: Company, tmp_path: Path, content: str, *, good_rows: bool = False) -> ActionId:
    rows = qa_transfer.usable_rows(_parsed(tmp_path, content), good_rows=good_rows)
    changes = company.database.write(qa_transfer.import_qas, model_id=company.sales, rows=rows, file="qas.csv")
    assert changes.owners == {company.sales}
    assert changes.action_id is not None
    return ActionId(changes.action_id)


def test_nothing_is_imported_of_a_file_with_problems(company: Company, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError) as caught:
        _import(company, tmp_path, GOOD + ",No.,S,training\n")
    assert caught.value.problems == (Problem("must not be empty", field="question", row=3, file="qas.csv"),)
    assert "Nothing was imported" in caught.value.safe
    assert _count(company.database, company.sales) == 0


def test_the_good_rows_are_imported_on_request(company: Company, tmp_path: Path) -> None:
    _import(company, tmp_path, GOOD + ",No.,S,training\n", good_rows=True)
    assert _count(company.database, company.sales) == 1
    with pytest.raises(InvalidInputError):
        _import(company, tmp_path, "question,answer\n,A\n", good_rows=True)
    with pytest.raises(InvalidInputError):
        _import(company, tmp_path, "question,answer\n")


def test_an_import_is_one_batch_that_is_undone_and_redone(company: Company, tmp_path: Path) -> None:
    database = company.database
    company.add_qa(company.sales, "Was there before?")
    action = _import(company, tmp_path, GOOD + "What is a giraffe?,An animal.,S,training\n")
    recorded = database.read(
        lambda session: session.execute(
            select(Change.entity, Change.row_count, Change.affects_build).where(Change.action_id == action)
        ).all()
    )
    assert recorded == [(Entity.QA, 2, True)]
    assert _count(database, company.sales, "giraffe") == 1
    undone = database.write(history.undo, action_id=action)
    assert _count(database, company.sales) == 1
    assert _count(database, company.sales, "giraffe") == 0
    assert undone.action_id is not None
    database.write(history.undo, action_id=ActionId(undone.action_id))
    assert _count(database, company.sales) == 3
    assert _count(database, company.sales, "giraffe") == 1
    again = database.write(history.undo, action_id=action)
    assert again.label == "Undo: Import 2 Q&As from qas.csv"
    assert _count(database, company.sales) == 1
    assert workspace.check(database) == ()


def test_an_import_is_not_undone_over_later_deletions(company: Company, tmp_path: Path) -> None:
    action = _import(company, tmp_path, GOOD)
    (line,) = company.database.read(queries.select_first, QaFilter(company.sales), 256)
    company.database.write(qas.delete_qas, qa_ids=[line.id])
    with pytest.raises(Exception, match="cannot be undone any more"):
        company.database.write(history.undo, action_id=action)


def test_only_administrators_import_and_only_into_a_model(company: Company, as_trainer: Database) -> None:
    rows = (NewQa("Q", "A", "S", QaType.TRAINING, False),)
    with pytest.raises(NotPermittedError):
        as_trainer.write(qa_transfer.import_qas, model_id=company.sales, rows=rows)


def test_import_into_no_model(company: Company) -> None:
    rows = (NewQa("Q", "A", "S", QaType.TRAINING, False),)
    with pytest.raises(NotFoundError):
        company.database.write(qa_transfer.import_qas, model_id=ModelId(new_id()), rows=rows)
    with pytest.raises(InvalidInputError):
        company.database.write(qa_transfer.import_qas, model_id=company.sales, rows=())


def test_out_and_in_again(company: Company, tmp_path: Path) -> None:
    _import(company, tmp_path, GOOD + "'=1+1?,+49 800,S,validation\nWhat?,,S,refuse\n")
    company.add_qa(company.sales, "Old?", is_active=False)
    company.add_qa(company.marketing, "Another model's?")
    path = tmp_path / "out.csv"
    path.write_text("the file that was there")
    assert company.database.read(qa_transfer.export_qas, model_id=company.sales, path=path) == 3
    with path.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["question", "answer", "section", "type"],
            ["Who?", "We.", "People", "training"],
            ["'=1+1?", "'+49 800", "S", "validation"],
            ["What?", "", "S", "refuse"],
        ]
    rows = qa_transfer.usable_rows(parse_csv(path))
    company.database.write(qa_transfer.import_qas, model_id=company.social, rows=rows)

    def stored(model_id: ModelId) -> list[tuple[object, ...]]:
        columns = (ModelQA.question, ModelQA.answer, ModelQA.section, ModelQA.qa_type, ModelQA.expects_refusal)
        return company.database.read(
            lambda session: [
                tuple(row)
                for row in session.execute(
                    select(*columns).where(ModelQA.model_id == model_id, ModelQA.is_active).order_by(ModelQA.seq)
                )
            ]
        )

    assert stored(company.social) == stored(company.sales)
    assert company.database.read(qa_transfer.export_qas, model_id=company.sales, path=path, include_inactive=True) == 4
    assert sorted(one.name for one in tmp_path.glob("*.csv*")) == ["out.csv", "qas.csv"]


def test_an_export_that_fails_leaves_the_old_file(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.csv"
    path.write_text("the file that was there")

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(qa_transfer, "write_csv", full)
    with pytest.raises(ServiceError, match="No space left"):
        company.database.read(qa_transfer.export_qas, model_id=company.sales, path=path)
    assert path.read_text() == "the file that was there"
    assert len(list(tmp_path.glob("*out.csv*"))) == 1


def test_a_failed_import_leaves_nothing_and_the_index_whole(company: Company) -> None:
    def failing() -> object:
        yield NewQa("Giraffe?", "A", "S", QaType.TRAINING, False)
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        company.database.write(qa_transfer.import_qas, model_id=company.sales, rows=failing())  # type: ignore[arg-type]
    assert company.database.read(lambda session: session.scalar(select(func.count()).select_from(ModelQA))) == 0
    company.add_qa(company.sales, "A zebra?")
    assert _count(company.database, company.sales, "zebra") == 1
    assert workspace.check(company.database) == ()
