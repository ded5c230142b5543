"""Golden answers: recorded whole, read back, binned, restored, and gone with their model."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from erpai_desktop.changes import Entity
from erpai_desktop.errors import InvalidInputError, NotFoundError, NotPermittedError
from erpai_desktop.models.entities import GoldenAnswer
from erpai_desktop.models.entities import GoldenSet as GoldenSetRow
from erpai_desktop.models.enums import QaType, Target
from erpai_desktop.models.ids import ActionId, ChatId, CompilationId, GoldenSetId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.golden import GoldenQuestion, GoldenReply
from erpai_desktop.services import bin as bin_
from erpai_desktop.services import chats, golden, golden_reading, history, tree
from erpai_desktop.storage.database import Database
from tests.evaluated import add_evaluated, record
from tests.unit.services.conftest import ON_BOTH_DATABASES, Company


def replies(number: int = 3) -> list[GoldenReply]:
    judged = [GoldenReply(GoldenQuestion(f"Q{n}?", new_id(), "A."), "A.", False, 0.9, n != 0) for n in range(number)]
    return [*judged, GoldenReply(GoldenQuestion("What else?"), "No idea.", True, 0.2, None, ({"row_id": "1"},))]


def version(company: Company) -> CompilationId:
    return add_evaluated(company.database, company.sales, [record(1)], target=Target.GROUNDED, base_model="gpt-4o-mini")


def add(company: Company, **more: Any) -> GoldenSetId:
    arguments: dict[str, Any] = {
        "compilation_id": version(company),
        "name": "Before 2027",
        "replies": replies(),
        **more,
    }
    return GoldenSetId(company.database.write(golden.add_golden_set, **arguments).new(Entity.GOLDEN_SET))


def answers_stored(database: Database) -> int:
    return database.read(lambda session: session.scalar(select(func.count()).select_from(GoldenAnswer)) or 0)


@ON_BOTH_DATABASES
def test_a_set_is_kept_whole_and_in_order(company: Company) -> None:
    set_id = add(company)
    (line,) = company.database.read(golden_reading.golden_sets, model_id=company.sales)
    assert (line.name, line.number, line.base_model, line.user) == ("Before 2027", 1, "gpt-4o-mini", "Tester")
    assert (line.count, line.judged, line.right) == (4, 3, 2)
    read = company.database.read(golden_reading.golden_set, golden_set_id=set_id)
    assert (read.model_name, [reply.question.question for reply in read.replies]) == (
        "Sales",
        ["Q0?", "Q1?", "Q2?", "What else?"],
    )
    assert read.replies[3] == replies()[3]
    assert company.database.read(golden_reading.golden_sets, model_id=company.marketing) == ()


@ON_BOTH_DATABASES
def test_validation_rows_of_the_lineage_are_asked_as_a_build_asks_them(company: Company) -> None:
    terms = {"qa_type": QaType.VALIDATION, "required_terms": ["nine"], "forbidden_terms": ["ten"]}
    own = company.add_qa(company.sales, "When open?", "At nine.", **terms)
    company.add_qa(company.company, "When open?", "At ten.", qa_type=QaType.VALIDATION)
    above = company.add_qa(company.company, "Capital of Peru?", "", qa_type=QaType.VALIDATION, expects_refusal=True)
    company.add_qa(company.marketing, "Who posts?", "We do.", qa_type=QaType.VALIDATION)
    company.add_qa(company.sales, "Who sells?", "We do.")
    found = company.database.read(golden_reading.validation_questions, model_id=company.sales)
    assert {question.qa_id for question in found} == {own, above}
    mine = next(question for question in found if question.qa_id == own)
    assert (mine.expected, mine.required_terms, mine.forbidden_terms) == ("At nine.", ("nine",), ("ten",))
    set_id = add(company, replies=[GoldenReply(GoldenQuestion("When open?", own, "At nine."), "x", False, 1.0, True)])
    (reply,) = company.database.read(golden_reading.golden_set, golden_set_id=set_id).replies
    assert reply.question == mine, "the words it must have are those of the row"


def test_past_questions_are_ones_own_and_once_each(company: Company) -> None:
    database = company.database
    assert database.actor is not None
    me = database.actor.user_id

    def ask(*texts: str) -> None:
        chat = ChatId(database.write(chats.start_chat, model_id=company.sales).new(Entity.CHAT))
        for text in texts:
            database.write(chats.post_question, chat_id=chat, text=text)

    ask("When open?", "Who pays?", "When open?")
    mine = database.actor
    database.actor = company.add_user("stan")
    ask("What do others earn?")
    database.actor = mine
    found = database.read(golden_reading.past_questions, user_id=me, model_id=company.sales)
    assert [(one.question, one.times) for one in found] == [("When open?", 2), ("Who pays?", 1)]
    assert database.read(golden_reading.past_questions, user_id=me, model_id=company.company) == ()


def test_nothing_is_half_recorded(company: Company) -> None:
    for more, error in (
        ({"replies": []}, InvalidInputError),
        ({"name": "  "}, InvalidInputError),
        ({"compilation_id": CompilationId(new_id())}, NotFoundError),
    ):
        with pytest.raises(error):
            add(company, **more)
    assert answers_stored(company.database) == 0


def test_only_trainers_and_administrators_record(company: Company) -> None:
    compilation_id = version(company)
    company.database.actor = company.add_user("stan")
    with pytest.raises(NotPermittedError):
        company.database.write(golden.add_golden_set, compilation_id=compilation_id, name="x", replies=replies())


def test_deleted_undone_and_restored(company: Company) -> None:
    database, set_id = company.database, add(company)
    gone = database.write(golden.delete_golden_set, golden_set_id=set_id)
    assert gone.undoable and gone.action_id is not None
    assert database.read(golden_reading.golden_sets, model_id=company.sales) == ()
    with pytest.raises(NotFoundError):
        database.read(golden_reading.golden_set, golden_set_id=set_id)
    items = database.read(bin_.bin_contents)
    assert [(item.kind, item.title, item.model_name) for item in items] == [("golden_set", "Before 2027", "Sales")]
    database.write(history.undo, action_id=ActionId(gone.action_id))
    assert database.read(golden_reading.golden_sets, model_id=company.sales)[0].name == "Before 2027"
    database.write(golden.delete_golden_set, golden_set_id=set_id)
    changes = database.write(bin_.restore, entity=Entity.GOLDEN_SET, ids=[set_id])
    assert changes.label == "Restore golden answers “Before 2027”"
    assert len(database.read(golden_reading.golden_sets, model_id=company.sales)) == 1


@ON_BOTH_DATABASES
def test_after_their_time_in_the_bin_they_go_by_themselves_or_with_their_model(company: Company) -> None:
    database = company.database
    kept, binned = add(company), add(company)
    database.write(golden.delete_golden_set, golden_set_id=binned)
    later = database.read(lambda session: session.get_one(GoldenSetRow, binned).created_utc) + timedelta(days=31)
    database.write(bin_.purge_expired, now=later)
    assert answers_stored(database) == 4
    database.write(tree.delete_model, model_id=company.sales)
    database.write(bin_.purge_expired, now=later + timedelta(days=31))
    assert answers_stored(database) == 0
    assert database.read(lambda session: session.get(GoldenSetRow, kept)) is None
