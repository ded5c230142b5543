"""Q&As: every rule, permission and conflict; their details and their history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from erpai_desktop.changes import Entity
from erpai_desktop.errors import ConflictError, InvalidInputError, NotFoundError, NotPermittedError
from erpai_desktop.models.enums import QaType
from erpai_desktop.models.ids import QaId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.qas import QaDetails, QaFilter, SectionCount
from erpai_desktop.services import qas, qas_reading, tree
from erpai_desktop.services.checks import TEXT_LIMIT
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork
from tests.unit.services.conftest import ON_BOTH_DATABASES, Company

GOOD: dict[str, Any] = {"section": "Returns", "question": "How long?", "answer": "30 days."}


def details(database: Database, qa_id: QaId) -> QaDetails:
    return database.read(qas_reading.qa_details, qa_id=qa_id)


def fields_refused(caught: pytest.ExceptionInfo[InvalidInputError]) -> set[str | None]:
    return {problem.field for problem in caught.value.problems}


@ON_BOTH_DATABASES
def test_add_stores_what_was_given(company: Company, database: Database) -> None:
    changes = database.write(
        qas.add_qa,
        model_id=company.sales,
        section="  Returns \n and  more ",
        question=" How long? ",
        answer="**30** days.\n",
        qa_type=QaType.VALIDATION,
        required_terms=["30", " 30 ", "days", ""],
        forbidden_terms=("60",),
        notes="Law.",
    )
    row = details(database, QaId(changes.new(Entity.QA)))
    assert changes.owners == {company.sales}
    assert (row.section, row.question, row.answer) == ("Returns and more", " How long? ", "**30** days.\n")
    assert (row.required_terms, row.forbidden_terms) == (("30", "days"), ("60",))
    assert (row.qa_type, row.is_active, row.deactivation_time_utc) == (QaType.VALIDATION, True, None)
    assert (row.added_by, row.versions, row.duplicates, row.object_version) == ("Tester", 1, 0, 1)


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"question": " \n"}, {"question"}),
        ({"section": ""}, {"section"}),
        ({"section": "x" * 129}, {"section"}),
        ({"answer": "  "}, {"answer"}),
        ({"question": "a\0b", "answer": "\ud800"}, {"question", "answer"}),
        ({"question": "x" * (TEXT_LIMIT + 1)}, {"question"}),
        ({"expects_refusal": True}, {"expects_refusal"}),
        ({"required_terms": ["a"], "forbidden_terms": ["a"]}, {"forbidden_terms"}),
        ({"question": "", "answer": "", "section": "x" * 200}, {"question", "answer", "section"}),
    ],
    ids=lambda value: ",".join(sorted(value)) if isinstance(value, set) else "",
)
def test_every_problem_is_told_and_nothing_stored(
    company: Company, database: Database, wrong: dict[str, Any], fields: set[str]
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        database.write(qas.add_qa, model_id=company.sales, **{**GOOD, **wrong})
    assert fields_refused(caught) == fields
    assert len(database.read(qas_reading.numbers_of_qas, filter=QaFilter(company.sales))) == 0


def test_the_limits_themselves_are_legal(company: Company) -> None:
    company.add_qa(company.sales, section="ж" * 128, question="?" * 100_000)


def test_a_refusal_needs_no_answer(company: Company, database: Database) -> None:
    qa_id = company.add_qa(company.sales, answer="", qa_type=QaType.VALIDATION, expects_refusal=True)
    with pytest.raises(InvalidInputError) as caught:
        database.write(qas.update_qa, qa_id=qa_id, object_version=1, expects_refusal=False)
    assert fields_refused(caught) == {"answer"}
    with pytest.raises(InvalidInputError):
        database.write(qas.update_qa, qa_id=qa_id, object_version=1, qa_type=QaType.TRAINING)
    with pytest.raises(InvalidInputError, match="Who answers"):
        database.write(qas.set_type, qa_ids=[qa_id], qa_type=QaType.TRAINING)
    database.write(qas.update_qa, qa_id=qa_id, object_version=1, qa_type=QaType.TRAINING, answer="We do.")
    row = details(database, qa_id)
    assert (row.qa_type, row.expects_refusal) == (QaType.TRAINING, False)


def test_add_to_a_model_that_is_gone(company: Company, database: Database) -> None:
    database.write(tree.delete_model, model_id=company.sales)
    with pytest.raises(NotFoundError):
        database.write(qas.add_qa, model_id=company.sales, **GOOD)


def test_update_writes_only_changed_fields(company: Company, database: Database) -> None:
    qa_id = company.add_qa(company.sales, "Q?", "A.")
    assert not database.write(qas.update_qa, qa_id=qa_id, object_version=1, answer="A.", required_terms=())
    changes = database.write(qas.update_qa, qa_id=qa_id, object_version=1, answer="B.", question="Q?")
    assert changes.of(Entity.QA) == {qa_id}
    newest = database.read(qas_reading.qa_history, qa_id=qa_id)[0]
    assert (newest.before, newest.after) == ((("answer", "A."),), (("answer", "B."),))


def test_deactivation_remembers_when(company: Company, database: Database) -> None:
    qa_id, other = company.add_qa(company.sales), company.add_qa(company.sales, "B?")
    database.write(qas.set_active, qa_ids=[qa_id, other], is_active=False)
    first = details(database, qa_id).deactivation_time_utc
    assert first is not None
    assert not database.write(qas.set_active, qa_ids=[qa_id], is_active=False)
    assert details(database, qa_id).deactivation_time_utc == first
    database.write(qas.update_qa, qa_id=qa_id, object_version=None, is_active=True)
    row = details(database, qa_id)
    assert (row.is_active, row.deactivation_time_utc) == (True, None)
    database.write(qas.update_qa, qa_id=qa_id, object_version=None, is_active=False)
    assert details(database, qa_id).deactivation_time_utc is not None
    born_inactive = company.add_qa(company.sales, "C?", is_active=False)
    assert details(database, born_inactive).deactivation_time_utc is not None


def test_bulk_edits(company: Company, database: Database) -> None:
    ids = [company.add_qa(company.sales, f"Q{number}?") for number in range(3)]
    changes = database.write(qas.set_section, qa_ids=ids, section=" Terms ")
    assert changes.of(Entity.QA) == set(ids)
    assert changes.label == "Put 3 Q&As into “Terms”"
    assert database.read(qas_reading.sections, model_id=company.sales) == (SectionCount("Terms", 3),)
    with pytest.raises(InvalidInputError):
        database.write(qas.set_section, qa_ids=ids, section="x" * 129)
    database.write(qas.set_type, qa_ids=ids[:1], qa_type=QaType.VALIDATION)
    assert details(database, ids[0]).qa_type is QaType.VALIDATION
    changes = database.write(qas.delete_qas, qa_ids=ids[:2])
    assert changes.deleted[Entity.QA] == set(ids[:2])
    assert len(database.read(qas_reading.numbers_of_qas, filter=QaFilter(company.sales))) == 1
    database.write(qas.move_qas, qa_ids=ids[2:], model_id=company.social)
    assert len(database.read(qas_reading.numbers_of_qas, filter=QaFilter(company.sales))) == 0
    assert details(database, ids[2]).model_id == company.social


@ON_BOTH_DATABASES
def test_bulk_edits_of_more_rows_than_one_statement_takes(company: Company, database: Database) -> None:
    def fill(work: UnitOfWork) -> list[QaId]:
        from erpai_desktop.models.entities import ModelQA

        rows = [
            ModelQA(id=new_id(), model_id=company.sales, section="A", question=f"Q{number}?", answer="A.")
            for number in range(2_000)
        ]
        work.session.add_all(rows)
        work.finish()
        return [QaId(row.id) for row in rows]

    ids = database.write(fill)
    changes = database.write(qas.set_section, qa_ids=ids, section="B")
    assert changes.of(Entity.QA) == set(ids)
    assert database.read(qas_reading.sections, model_id=company.sales) == (SectionCount("B", 2_000),)


def test_rows_that_are_gone_stop_the_whole_edit(company: Company, database: Database) -> None:
    kept, gone = company.add_qa(company.sales), company.add_qa(company.sales, "B?")
    database.write(qas.delete_qas, qa_ids=[gone])
    attempts: list[Callable[[], object]] = [
        lambda: database.write(qas.set_section, qa_ids=[kept, gone], section="X"),
        lambda: database.write(qas.set_active, qa_ids=[kept, gone], is_active=False),
        lambda: database.write(qas.set_type, qa_ids=[kept, gone], qa_type=QaType.VALIDATION),
        lambda: database.write(qas.delete_qas, qa_ids=[kept, gone]),
        lambda: database.write(qas.move_qas, qa_ids=[kept, gone], model_id=company.social),
        lambda: database.write(qas.delete_qas, qa_ids=[kept, QaId(new_id())]),
        lambda: database.write(qas.update_qa, qa_id=gone, object_version=None, answer="x"),
        lambda: database.read(qas_reading.qa_details, qa_id=gone),
        lambda: database.read(qas_reading.qa_history, qa_id=QaId(new_id())),
    ]
    for attempt in attempts:
        with pytest.raises(NotFoundError):
            attempt()
    assert details(database, kept).object_version == 1


def test_knowledge_of_a_model_in_the_bin_stays_as_it_is(company: Company, database: Database) -> None:
    qa_id = company.add_qa(company.sales)
    database.write(tree.delete_model, model_id=company.sales)
    with pytest.raises(NotFoundError, match="model lies in the bin"):
        database.write(qas.update_qa, qa_id=qa_id, object_version=None, answer="x")
    with pytest.raises(NotFoundError):
        database.write(qas.delete_qas, qa_ids=[qa_id])


@ON_BOTH_DATABASES
def test_two_windows_edit_one_answer(company: Company, database: Database, other_window: Database) -> None:
    qa_id = company.add_qa(company.sales, "Q?", "A.")
    database.write(qas.update_qa, qa_id=qa_id, object_version=1, answer="Mine.")
    with pytest.raises(ConflictError) as caught:
        other_window.write(qas.update_qa, qa_id=qa_id, object_version=1, answer="Theirs.")
    assert (caught.value.mine, caught.value.theirs) == ({"answer": "Theirs."}, {"answer": "Mine."})
    assert caught.value.current_version == 2
    assert details(database, qa_id).answer == "Mine."
    other_window.write(qas.update_qa, qa_id=qa_id, object_version=2, answer="Theirs.")
    assert details(database, qa_id).answer == "Theirs."


def test_the_same_edit_in_two_windows_is_no_conflict(
    company: Company, database: Database, other_window: Database
) -> None:
    qa_id = company.add_qa(company.sales, "Q?", "A.")
    database.write(qas.update_qa, qa_id=qa_id, object_version=1, answer="Same.")
    assert not other_window.write(qas.update_qa, qa_id=qa_id, object_version=1, answer="Same.")


def test_an_answer_to_a_question_that_was_changed_meanwhile(
    company: Company, database: Database, other_window: Database
) -> None:
    qa_id = company.add_qa(company.sales, "How much?", "Ten.")
    other_window.write(qas.update_qa, qa_id=qa_id, object_version=1, question="How many?")
    with pytest.raises(ConflictError) as caught:
        database.write(qas.update_qa, qa_id=qa_id, object_version=1, answer="Ten euro.")
    assert caught.value.mine == {"question": "How much?", "answer": "Ten euro."}
    assert caught.value.theirs == {"question": "How many?", "answer": "Ten."}


def test_edits_of_unrelated_fields_are_both_kept(company: Company, database: Database, other_window: Database) -> None:
    qa_id = company.add_qa(company.sales, "Q?", "A.")
    other_window.write(qas.set_section, qa_ids=[qa_id], section="Moved")
    other_window.write(qas.set_active, qa_ids=[qa_id], is_active=False)
    database.write(qas.update_qa, qa_id=qa_id, object_version=1, answer="B.")
    row = details(database, qa_id)
    assert (row.section, row.is_active, row.answer, row.object_version) == ("Moved", False, "B.", 4)
    # What was seen in between does not hide an older edit of the same field.
    with pytest.raises(ConflictError):
        other_window.write(qas.update_qa, qa_id=qa_id, object_version=2, section="Elsewhere", answer="C.")


def test_a_stale_version_that_the_history_does_not_explain(company: Company, database: Database) -> None:
    qa_id = company.add_qa(company.sales, "Q?", "A.")
    with pytest.raises(ConflictError):
        database.write(qas.update_qa, qa_id=qa_id, object_version=7, answer="B.")


@ON_BOTH_DATABASES
def test_details_count_versions_and_duplicates(company: Company, database: Database) -> None:
    qa_id = company.add_qa(company.sales, "Кога  ПОЛУЧАВАМ отпуска?", "През юли.")
    company.add_qa(company.sales, "кога получавам отпуска", "През август.")
    company.add_qa(company.sales, "Кога получавам отпуска си?")
    company.add_qa(company.social, "Кога получавам отпуска?")
    gone = company.add_qa(company.sales, "Кога получавам отпуска!!")
    database.write(qas.delete_qas, qa_ids=[gone])
    smile = company.add_qa(company.sales, "🙂?")
    company.add_qa(company.sales, "🙂")
    database.write(qas.update_qa, qa_id=qa_id, object_version=1, answer="През юни.")
    row = details(database, qa_id)
    assert (row.versions, row.duplicates) == (2, 1)
    assert details(database, smile).duplicates == 1


def test_history_is_newest_first_and_names_people(company: Company, database: Database, other_window: Database) -> None:
    qa_id = company.add_qa(company.sales, "Q?", "A.")
    other_window.write(qas.update_qa, qa_id=qa_id, object_version=1, answer="B.")
    changed, added = database.read(qas_reading.qa_history, qa_id=qa_id)
    assert (changed.user, changed.label, changed.after) == ("Tina", "Change a Q&A", (("answer", "B."),))
    assert (added.user, added.label, added.before) == ("Tester", "Add a Q&A", ())
    assert dict(added.after)["question"] == "Q?"
    assert changed.time_utc >= added.time_utc


def test_history_of_a_row_that_came_with_a_batch(company: Company, database: Database) -> None:
    from sqlalchemy import delete

    from erpai_desktop.models.entities import Change

    qa_id = company.add_qa(company.sales)

    def forget(work: UnitOfWork) -> None:
        work.session.execute(delete(Change).where(Change.row_id == qa_id))

    database.write(forget)
    database.write(qas.update_qa, qa_id=qa_id, object_version=None, answer="B.")
    entries = database.read(qas_reading.qa_history, qa_id=qa_id)
    assert [entry.label for entry in entries] == ["Change a Q&A", "Add Q&As"]
    assert details(database, qa_id).versions == 2


def test_pages_and_filters_reach_the_queries(company: Company, database: Database) -> None:
    for number in range(5):
        company.add_qa(company.sales, f"Question {number}?", section="A" if number % 2 else "B")
    first = database.read(qas_reading.first_qas, filter=QaFilter(company.sales), limit=3)
    assert [row.question for row in first] == ["Question 0?", "Question 1?", "Question 2?"]
    numbers = database.read(qas_reading.numbers_of_qas, filter=QaFilter(company.sales))
    rest = database.read(qas_reading.qas_by_number, numbers=numbers[3:])
    assert [row.question for row in rest if row is not None] == ["Question 3?", "Question 4?"]
    assert set(database.read(qas_reading.ids_by_number, numbers=numbers[:3])) == {row.id for row in first}
    third = first[2].id
    assert database.read(qas_reading.number_of_qa, model_id=company.sales, qa_id=third) == numbers[2]
    assert database.read(qas_reading.number_of_qa, model_id=company.company, qa_id=third) is None
    assert len(database.read(qas_reading.numbers_of_qas, filter=QaFilter(company.sales, section="A"))) == 2
    assert len(database.read(qas_reading.numbers_of_qas, filter=QaFilter(company.sales, text="quest 4"))) == 1
    assert database.read(qas_reading.sections, model_id=company.sales) == (SectionCount("A", 2), SectionCount("B", 3))


def test_staff_may_not_change_knowledge(company: Company, as_staff: Database) -> None:
    qa_id = QaId(new_id())
    attempts: list[Callable[[], object]] = [
        lambda: as_staff.write(qas.add_qa, model_id=company.sales, **GOOD),
        lambda: as_staff.write(qas.update_qa, qa_id=qa_id, object_version=None, answer="x"),
        lambda: as_staff.write(qas.set_active, qa_ids=[qa_id], is_active=True),
        lambda: as_staff.write(qas.set_section, qa_ids=[qa_id], section="x"),
        lambda: as_staff.write(qas.set_type, qa_ids=[qa_id], qa_type=QaType.TRAINING),
        lambda: as_staff.write(qas.delete_qas, qa_ids=[qa_id]),
        lambda: as_staff.write(qas.move_qas, qa_ids=[qa_id], model_id=company.sales),
    ]
    for attempt in attempts:
        with pytest.raises(NotPermittedError, match="trainer"):
            attempt()


def test_trainers_may(company: Company, as_trainer: Database) -> None:
    qa_id = company.add_qa(company.sales)
    as_trainer.write(qas.delete_qas, qa_ids=[qa_id])
