"""Pages, counts and full text of Q&As: the same rows in the same order on both databases, whatever is typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from erpai_desktop.models.entities import Model, ModelQA
from erpai_desktop.models.enums import QaType
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.new_qa import NewQa
from erpai_desktop.models.snapshots.qas import QaFilter, QaLine, QaSort
from erpai_desktop.storage import fulltext
from erpai_desktop.storage.bulk_qas import insert_qas
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.queries import qas
from erpai_desktop.storage.unit_of_work import UnitOfWork

ROWS = [
    ("Where is the café in Zürich?", "On the Bahnhofstraße.", "Places"),
    ("How often do we post on Instagram?", "Four times a week.", "Posting"),
    ("Какъв е срокът за връщане?", "Тридесет дни, с касова бележка. Майстор Ёлкин.", "Връщане"),
    ("What weighs the VT-2040-B?", "2.1 kg, see item #VT-2041-B.", "Products"),
    ("how often do we post on LinkedIn?", "Twice a week.", "Posting"),
    ("Mail to office@vitosha-outdoor.example?", "Yes; see https://vitosha-outdoor.example/a_b?c=1", "Places"),
    ("Price of 12.50 or 1,250?", "Neither: 12 e5 and 12e5.", "Products"),
]


@pytest.fixture
def model_id(database: Database) -> ModelId:
    """A model with a few Q&As, and another one with one of the same words."""
    mine, other = ModelId(new_id()), ModelId(new_id())

    def fill(work: UnitOfWork) -> None:
        work.session.add_all([Model(id=mine, name={"en": "Mine"}), Model(id=other, name={"en": "Other"})])
        work.session.flush()
        for question, answer, section in ROWS:
            work.session.add(ModelQA(model_id=mine, question=question, answer=answer, section=section))
            work.session.flush()
        work.session.add(ModelQA(model_id=other, question="How often?", answer="Never.", section="Posting"))

    database.write(fill)
    return mine


def _found(database: Database, model_id: ModelId, text: str) -> set[int]:
    lines = database.read(qas.select_first, QaFilter(model_id, text=text), 256)
    assert len(database.read(qas.select_numbers, QaFilter(model_id, text=text))) == len(lines)
    places = [question for question, _, _ in ROWS]
    return {places.index(line.question) for line in lines}


SEARCHES: list[tuple[str, set[int]]] = [
    ("", {0, 1, 2, 3, 4, 5, 6}),
    ("   ", {0, 1, 2, 3, 4, 5, 6}),
    ("often", {1, 4}),
    ("OFTEN insta", {1}),
    ("insta OFTEN", {1}),
    ("ofte lin", {4}),
    ("nsta", set()),
    ("cafe", {0}),
    ("CAFÉ zurich", {0}),
    ("zürich", {0}),
    ("какъв СРОК", {2}),
    ("майстор", {2}),
    ("маистор", set()),
    ("VT-2040-B", {3}),
    ("vt 2041", {3}),
    ("2040", {3}),
    ("products kg", {3}),
    ("vitosha-outdoor.example", {5}),
    ("office@vitosha", {5}),
    ("a_b", {5}),
    ("12.50", {6}),
    ("12e", {6}),
    ("often OR instagram", set()),
    ("NOT often", set()),
    ("?!…", set()),
    ("😀", set()),
]


def test_every_word_is_the_beginning_of_a_word(database: Database, model_id: ModelId) -> None:
    found = {typed: _found(database, model_id, typed) for typed, _ in SEARCHES}
    assert found == dict(SEARCHES)


HOSTILE = [
    '"', "'", "''", '"" OR ""', "*", "often*", "(", ")", "^often", "question:often", "{question} : x", "-often",
    "a:b:c", "NEAR(a b)", "AND", "OR", "NOT", "often AND", "\\", "\\'", "a\\", "'; DROP TABLE model_qas; --", "%",
    "_", "\0",
    "a\0b", "\ud800", "\u202e often", "x" * 100_000, "x " * 100_000, "é" * 70, ":*", "!often", "often & ", "a|b", "<->",
    "‮", "\u0301", "a\u0301\u0302", "ｆｕｌｌ", "ß", "İ",
]  # fmt: skip


def test_nothing_typed_is_an_error(database: Database, model_id: ModelId) -> None:
    for typed in HOSTILE:
        _found(database, model_id, typed)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(typed=st.text(max_size=40))
def test_no_text_is_an_error(database: Database, model_id: ModelId, typed: str) -> None:
    _found(database, model_id, typed)


def test_full_text_follows_every_edit(database: Database, model_id: ModelId) -> None:
    def edit(work: UnitOfWork) -> None:
        for row in work.session.query(ModelQA).filter(ModelQA.model_id == model_id):
            if "Instagram" in row.question:
                row.answer = "Daily, with a giraffe."
            elif "LinkedIn" in row.question:
                work.session.delete(row)

    assert _found(database, model_id, "twice") == {4}
    database.write(edit)
    assert _found(database, model_id, "giraffe") == {1}
    assert _found(database, model_id, "four") == set()
    assert _found(database, model_id, "twice") == set()


def test_rows_in_the_bin_are_not_found(database: Database, model_id: ModelId) -> None:
    database.write(
        lambda work: work.session.execute(
            update(ModelQA).where(ModelQA.question.like("%Instagram%")).values(deleted_utc=work.now)
        )
    )
    assert _found(database, model_id, "often") == {4}


def test_words_are_folded_and_cut() -> None:
    assert fulltext.words("Ünïcode VT-2040_b") == ("unicode", "vt", "2040", "b")
    assert fulltext.words("Йод ёж") == ("йод", "ёж")
    assert fulltext.words("a " * 50) == ("a",)
    assert [len(word) for word in fulltext.words("x" * 500)] == [fulltext.MAX_WORD_LENGTH]
    assert len(fulltext.words(" ".join(f"w{n}" for n in range(100)))) == fulltext.MAX_WORDS


# --- bulk ---------------------------------------------------------------------------------------------------------


def _bulk(count: int) -> list[NewQa]:
    return [
        NewQa(
            f"Question {n % 7} number {n}", f"Answer {n * 37 % 101}", f"S{n % 5}", QaType("TV"[n % 3 == 0]), n % 6 == 0
        )
        for n in range(count)
    ]


def _insert(work: UnitOfWork, model_id: ModelId, rows: Sequence[NewQa]) -> int:
    written, place = insert_qas(work.session, rows, model_id=model_id, user_id=work.actor.user_id, now=work.now)
    found = work.session.query(ModelQA).filter(place.condition()).count()
    assert found == written
    return written


def test_bulk_rows_are_found_beside_those_that_were_there(database: Database, model_id: ModelId) -> None:
    assert database.write(_insert, model_id=model_id, rows=_bulk(2_500)) == 2_500
    assert len(database.read(qas.select_numbers, QaFilter(model_id, text="number 2499"))) == 1
    assert _found(database, model_id, "instagram") == {1}
    # The trigger is back: what comes one by one afterwards is found, too.
    database.write(
        lambda work: work.session.add(ModelQA(model_id=model_id, question="A zebra?", answer="No.", section="S"))
    )
    assert len(database.read(qas.select_numbers, QaFilter(model_id, text="zebra"))) == 1


def test_bulk_rows_are_as_those_of_the_mapped_class(database: Database, model_id: ModelId) -> None:
    database.write(_insert, model_id=model_id, rows=[NewQa("Q", "A", "S", QaType.VALIDATION, True)])

    def one(work: UnitOfWork) -> tuple[ModelQA, ModelQA]:
        bulk = work.session.query(ModelQA).filter_by(question="Q").one()
        mapped = ModelQA(
            model_id=model_id,
            question="Q2",
            answer="A",
            section="S",
            qa_type=QaType.VALIDATION,
            expects_refusal=True,
            added_by_user_id=work.actor.user_id,
        )
        work.session.add(mapped)
        work.session.flush()
        work.session.refresh(mapped)
        return bulk, mapped

    bulk, mapped = database.write(one)
    varying = {"seq", "id", "question", "created_utc", "updated_utc", "creation_time_utc"}
    for column in ModelQA.__table__.c:
        if column.key not in varying:
            assert getattr(bulk, column.key) == getattr(mapped, column.key), column.key
    assert bulk.created_utc.tzinfo is not None and bulk.created_utc == bulk.updated_utc == bulk.creation_time_utc


# --- the order of rows --------------------------------------------------------------------------------------------


def _all(database: Database, chosen: QaFilter) -> list[QaLine]:
    """Every row by its number."""
    numbers = database.read(qas.select_numbers, chosen)
    lines = database.read(qas.select_by_number, numbers)
    found = [line for line in lines if line is not None]
    assert [line.number for line in found] == list(numbers)
    return found


@pytest.mark.parametrize("text", ["", "number"])
def test_the_numbers_tell_the_order_in_which_the_first_rows_come(
    database: Database, model_id: ModelId, text: str
) -> None:
    database.write(_insert, model_id=model_id, rows=_bulk(110))
    for sort, descending in product(QaSort, (False, True)):
        chosen = QaFilter(model_id, text=text, sort=sort, descending=descending)
        whole = _all(database, chosen)
        assert len(whole) == len({line.id for line in whole}) >= 110
        assert list(database.read(qas.select_first, chosen, 1_000)) == whole
        assert list(database.read(qas.select_first, chosen, 17)) == whole[:17]
        assert _all(database, replace(chosen, descending=not descending)) == whole[::-1]
        if sort in {QaSort.CREATED, QaSort.ACTIVE, QaSort.TYPE}:
            # Texts are in the database's own order.
            keys = [(0 if sort is QaSort.CREATED else getattr(line, _FIELDS[sort]), line.number) for line in whole]
            assert keys == sorted(keys, reverse=descending)


_FIELDS = {QaSort.ACTIVE: "is_active", QaSort.TYPE: "qa_type"}


def test_a_row_that_went_leaves_its_place_empty(database: Database, model_id: ModelId) -> None:
    whole = _all(database, QaFilter(model_id))
    database.write(
        lambda work: work.session.execute(update(ModelQA).where(ModelQA.id == whole[2].id).values(deleted_utc=work.now))
    )
    numbers = [line.number for line in whole]
    assert database.read(qas.select_by_number, numbers) == (*whole[:2], None, *whole[3:])
    assert set(database.read(qas.select_ids, numbers)) == {line.id for line in whole if line is not whole[2]}


def test_filters_narrow_together(database: Database, model_id: ModelId) -> None:
    rows = _bulk(120)
    database.write(_insert, model_id=model_id, rows=rows)
    chosen = QaFilter(model_id, text="question 3", section="S2", qa_type=QaType.VALIDATION, is_active=True)
    expected = [
        row.question
        for row in rows
        if row.section == "S2"
        and row.qa_type is QaType.VALIDATION
        and any(word.startswith("3") for word in [*row.question.split(), *row.answer.split()])
    ]
    assert expected
    assert [line.question for line in _all(database, chosen)] == expected
    assert not database.read(qas.select_numbers, replace(chosen, is_active=False))


def test_sections_are_counted(database: Database, model_id: ModelId) -> None:
    found = database.read(qas.select_sections, model_id)
    assert {(one.section, one.count) for one in found} == {
        ("Places", 2), ("Posting", 2), ("Products", 2), ("Връщане", 1),
    }  # fmt: skip
