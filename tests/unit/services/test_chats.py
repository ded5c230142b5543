"""Private chats: what is stored as it happens, and that nobody reads another's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from erpai_desktop.ai.answerer import Answer, Nearest, Source
from erpai_desktop.changes import Entity
from erpai_desktop.errors import ConflictError, InvalidInputError, NotFoundError
from erpai_desktop.models.entities import Change, Compilation, User
from erpai_desktop.models.enums import CompilationStatus, MessageState, ParticipantRole, RowKind
from erpai_desktop.models.ids import ActionId, ChatId, ChatMessageId, CompilationId, ModelId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.chats import ChatDetails, NearestQuestion, SourceLink
from erpai_desktop.services import chats, chats_reading, history, tree
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork
from tests.unit.services.conftest import ON_BOTH_DATABASES, Company


class Desk:
    """A person at the keyboard with one chat."""

    def __init__(self, database: Database, model_id: ModelId) -> None:
        self.database = database
        self.id = self.start(model_id)

    def start(self, model_id: ModelId | None = None) -> ChatId:
        return ChatId(self.database.write(chats.start_chat, model_id=model_id).new(Entity.CHAT))

    def ask(self, text: str, chat_id: ChatId | None = None) -> ChatMessageId:
        changes = self.database.write(chats.post_question, chat_id=chat_id or self.id, text=text)
        return ChatMessageId(changes.new(Entity.CHAT_MESSAGE))

    @property
    def details(self) -> ChatDetails:
        assert self.database.actor is not None
        return self.database.read(chats_reading.chat_details, user_id=self.database.actor.user_id, chat_id=self.id)

    def titles(self, **filters: Any) -> list[str]:
        assert self.database.actor is not None
        lines = self.database.read(chats_reading.chats, user_id=self.database.actor.user_id, **filters)
        return [line.title for line in lines]


@pytest.fixture
def desk(company: Company) -> Desk:
    return Desk(company.database, company.sales)


def add_compilation(database: Database, model_id: ModelId, number: int) -> CompilationId:
    def add(work: UnitOfWork) -> CompilationId:
        row = Compilation(id=new_id(), model_id=model_id, number=number, status=CompilationStatus.COMPLETED)
        work.session.add(row)
        work.finish()
        return CompilationId(row.id)

    return database.write(add)


def an_answer(**changed: Any) -> Answer:
    values: dict[str, Any] = {
        "text": "Twice a week.",
        "sources": (Source(new_id(), RowKind.QA, "How often?", "Social", new_id(), "Marketing"),),
        "confidence": 0.93,
        "refused": False,
        "nearest": (Nearest(new_id(), RowKind.CONVERSATION, "How many?", "Two.", 0.41),),
        "version": "v7",
    }
    return Answer(**{**values, **changed})


@ON_BOTH_DATABASES
def test_a_question_and_its_answer_come_back_whole(desk: Desk, company: Company) -> None:
    question = desk.ask("How often should we post?")
    answer = an_answer()
    version = add_compilation(desk.database, company.sales, 7)
    changes = desk.database.write(
        chats.record_answer, chat_id=desk.id, question_id=question, answer=answer, compilation_id=version
    )
    asked, told = desk.details.messages
    assert (asked.role, asked.contents, asked.state) == (
        ParticipantRole.USER,
        "How often should we post?",
        MessageState.COMPLETE,
    )
    assert told.id == changes.new(Entity.CHAT_MESSAGE)
    assert (told.role, told.contents, told.version) == (ParticipantRole.ASSISTANT, "Twice a week.", 7)
    assert (told.refused, told.confidence, told.rating) == (False, 0.93, None)
    (source,), (near,) = answer.sources, answer.nearest
    assert told.sources == (
        SourceLink(source.row_id, RowKind.QA, ModelId(source.model_id), "Marketing", "Social", "How often?"),
    )
    assert told.nearest == (NearestQuestion(near.row_id, RowKind.CONVERSATION, "How many?", "Two.", 0.41),)


def test_a_refusal_keeps_its_nearest(desk: Desk, company: Company) -> None:
    refusal = an_answer(text="", sources=(), refused=True, confidence=0.31)
    desk.database.write(
        chats.record_answer,
        chat_id=desk.id,
        question_id=desk.ask("Who?"),
        answer=refusal,
        compilation_id=add_compilation(desk.database, company.sales, 1),
    )
    told = desk.details.messages[-1]
    assert (told.contents, told.refused, told.sources, len(told.nearest)) == ("", True, (), 1)


@pytest.mark.parametrize("state", [MessageState.FAILED, MessageState.STOPPED, MessageState.PARTIAL])
def test_failures_are_recorded(desk: Desk, state: MessageState) -> None:
    question = desk.ask("Who?")
    desk.database.write(
        chats.record_failure, chat_id=desk.id, question_id=question, text="The engine died.", state=state
    )
    told = desk.details.messages[-1]
    assert (told.role, told.state, told.contents) == (ParticipantRole.ASSISTANT, state, "The engine died.")


def test_a_failure_is_not_complete(desk: Desk) -> None:
    with pytest.raises(InvalidInputError):
        desk.database.write(
            chats.record_failure,
            chat_id=desk.id,
            question_id=desk.ask("Who?"),
            text="x",
            state=MessageState.COMPLETE,
        )


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("How often?", "How often?"),
        ("  How\n\noften?  ", "How often?"),
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 79 + "…"),
        ("word " * 20, ("word " * 15).strip() + "…"),
        ("", ""),
    ],
)
def test_titles_come_from_the_first_message(desk: Desk, text: str, title: str) -> None:
    desk.ask(text)
    assert desk.details.line.title == title
    assert len(desk.details.line.title) <= 80
    desk.ask("Something else")
    assert desk.details.line.title == (title or "Something else")


@pytest.mark.parametrize("text", ["", "x" * 100_000, "\x01\x1b[31m", "🙂‍↕️", "\u202eabc", "سؤال؟"], ids=range(6))
def test_any_text_is_a_legal_question(desk: Desk, text: str) -> None:
    desk.ask(text)
    assert desk.details.messages[0].contents == text


@ON_BOTH_DATABASES
def test_what_no_database_stores_is_replaced(desk: Desk) -> None:
    desk.ask("a\0b\ud800c")
    assert desk.details.messages[0].contents == "a\ufffdb\ufffdc"


def test_start_without_a_model_takes_ones_own_or_the_default(company: Company, desk: Desk) -> None:
    database = desk.database
    with pytest.raises(NotFoundError, match="default"):
        desk.start()
    database.write(tree.set_default, model_id=company.company)

    def model_of_newest() -> str:
        assert database.actor is not None
        return database.read(chats_reading.chats, user_id=database.actor.user_id)[0].model_name

    desk.start()
    assert model_of_newest() == "Company"

    def choose(work: UnitOfWork) -> None:
        work.session.get_one(User, work.actor.user_id).model_id = company.social
        work.finish()

    database.write(choose)
    desk.start()
    assert model_of_newest() == "Social"
    database.write(tree.delete_model, model_id=company.social)
    desk.start()
    assert model_of_newest() == "Company"


def test_models_in_the_bin_answer_nobody(company: Company, desk: Desk) -> None:
    desk.database.write(tree.delete_model, model_id=company.sales)
    with pytest.raises(NotFoundError):
        desk.start(company.sales)
    with pytest.raises(NotFoundError):
        desk.ask("Still there?")
    assert desk.details.messages == ()


def test_rename(desk: Desk) -> None:
    desk.ask("Long question")
    version = desk.details.line.object_version
    desk.database.write(chats.rename_chat, chat_id=desk.id, title=" New \n name ", object_version=version)
    assert desk.details.line.title == "New name"
    with pytest.raises(ConflictError):
        desk.database.write(chats.rename_chat, chat_id=desk.id, title="Other", object_version=version)
    for wrong in ("", " ", "x" * 257):
        with pytest.raises(InvalidInputError):
            desk.database.write(chats.rename_chat, chat_id=desk.id, title=wrong)


def test_delete_and_restore(desk: Desk) -> None:
    question = desk.ask("Who?")
    desk.database.write(chats.delete_chat, chat_id=desk.id)
    assert desk.titles() == []
    attempts: list[Callable[[], object]] = [
        lambda: desk.details,
        lambda: desk.ask("More?"),
        lambda: desk.database.write(chats.delete_chat, chat_id=desk.id),
        lambda: desk.database.write(chats.rename_chat, chat_id=desk.id, title="x"),
        lambda: desk.database.write(
            chats.record_failure, chat_id=desk.id, question_id=question, text="", state=MessageState.STOPPED
        ),
    ]
    for attempt in attempts:
        with pytest.raises(NotFoundError):
            attempt()
    desk.database.write(chats.restore_chat, chat_id=desk.id)
    assert desk.titles() == ["Who?"]
    assert not desk.database.write(chats.restore_chat, chat_id=desk.id)


def test_rate(desk: Desk, company: Company) -> None:
    question = desk.ask("Who?")
    answer = desk.database.write(
        chats.record_answer,
        chat_id=desk.id,
        question_id=question,
        answer=an_answer(),
        compilation_id=add_compilation(desk.database, company.sales, 1),
    ).new(Entity.CHAT_MESSAGE)
    for rating, stored in ((1, 1), (-1, -1), (0, None), (1, 1), (None, None)):
        desk.database.write(chats.rate, message_id=ChatMessageId(answer), rating=rating)
        assert desk.details.messages[-1].rating == stored
    for message_id, rating in ((answer, 2), (question, 1)):
        with pytest.raises(InvalidInputError):
            desk.database.write(chats.rate, message_id=ChatMessageId(message_id), rating=rating)
    with pytest.raises(NotFoundError):
        desk.database.write(chats.rate, message_id=ChatMessageId(new_id()), rating=1)


def test_an_answer_belongs_to_a_question_of_its_chat(desk: Desk, company: Company) -> None:
    elsewhere = desk.ask("Who?", desk.start(company.sales))
    for question in (elsewhere, ChatMessageId(new_id())):
        with pytest.raises(NotFoundError):
            desk.database.write(
                chats.record_failure, chat_id=desk.id, question_id=question, text="", state=MessageState.FAILED
            )


def test_chats_are_private(desk: Desk, company: Company, other_window: Database) -> None:
    question = desk.ask("My salary?")
    owner, other = desk.database.actor, other_window.actor
    assert owner is not None
    assert other is not None
    assert other_window.read(chats_reading.chats, user_id=other.user_id) == ()
    attempts: list[Callable[[], object]] = [
        lambda: other_window.read(chats_reading.chat_details, user_id=other.user_id, chat_id=desk.id),
        lambda: other_window.write(chats.post_question, chat_id=desk.id, text="x"),
        lambda: other_window.write(chats.rename_chat, chat_id=desk.id, title="x"),
        lambda: other_window.write(chats.delete_chat, chat_id=desk.id),
        lambda: other_window.write(chats.restore_chat, chat_id=desk.id),
        lambda: other_window.write(chats.rate, message_id=question, rating=1),
        lambda: other_window.write(
            chats.record_failure, chat_id=desk.id, question_id=question, text="x", state=MessageState.FAILED
        ),
    ]
    for attempt in attempts:
        with pytest.raises(NotFoundError):
            attempt()
    assert desk.titles() == ["My salary?"]


def test_chats_leave_no_text_in_the_history(desk: Desk) -> None:
    with desk.database.reading() as session:
        before = session.scalar(select(func.max(Change.seq))) or 0
    desk.ask("My salary?")
    desk.database.write(chats.rename_chat, chat_id=desk.id, title="My salary!")
    with desk.database.reading() as session:
        assert session.scalars(select(Change).where(Change.seq > before)).all() == []
    changes = desk.database.write(chats.delete_chat, chat_id=desk.id)
    with desk.database.reading() as session:
        (change,) = session.scalars(select(Change).where(Change.seq > before))
    assert change.after is not None
    assert set(change.after) == {"deleted_utc", "deleted_by"}
    assert changes.action_id is not None
    desk.database.write(history.undo, action_id=ActionId(changes.action_id))
    assert desk.titles() == ["My salary!"]


@ON_BOTH_DATABASES
def test_the_list(desk: Desk, company: Company) -> None:
    desk.ask("Отпуск през август?")
    other = desk.start(company.social)
    desk.ask("LinkedIn?", other)
    desk.ask("And Instagram 100%?", other)
    assert desk.titles() == ["LinkedIn?", "Отпуск през август?"]
    assert desk.titles(model_id=company.sales) == ["Отпуск през август?"]
    assert desk.titles(text="ОТПУСК") == ["Отпуск през август?"]
    assert desk.titles(text="instagram") == ["LinkedIn?"]
    assert desk.titles(text="instagram linkedin") == ["LinkedIn?"]
    assert desk.titles(text="100_") == []
    desk.ask("Or July?")
    assert desk.titles() == ["Отпуск през август?", "LinkedIn?"]
    assert desk.details.line.message_count == 2
    assert desk.details.line.last_time_utc == desk.details.messages[-1].time_utc


def test_staff_may_chat(company: Company, as_staff: Database) -> None:
    desk = Desk(as_staff, company.sales)
    desk.ask("Who?")
    assert desk.titles() == ["Who?"]
