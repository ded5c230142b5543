"""Training conversations: every rule, permission and conflict of them and of their messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from erpai_desktop.changes import Entity
from erpai_desktop.errors import ConflictError, InvalidInputError, NotFoundError, NotPermittedError
from erpai_desktop.models.entities import Change, TrainingConversation
from erpai_desktop.models.enums import Origin, ParticipantRole, ReviewState
from erpai_desktop.models.ids import ModelId, TrainingConversationId, TrainingMessageId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.conversations import ConversationDetails, MessageDraft
from erpai_desktop.services import conversations, conversations_reading, tree
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork
from tests.unit.services.conftest import ON_BOTH_DATABASES, Company

U, A, S = ParticipantRole.USER, ParticipantRole.ASSISTANT, ParticipantRole.SYSTEM


class Editor:
    """One conversation of the sales model, as an editor holds it."""

    def __init__(self, company: Company, texts: Sequence[str] = ("One?", "Two.", "Three?", "Four.")) -> None:
        self.database = company.database
        self.model_id = company.sales
        self.id = add(self.database, company.sales, texts)

    @property
    def details(self) -> ConversationDetails:
        return self.database.read(conversations_reading.conversation_details, conversation_id=self.id)

    @property
    def texts(self) -> list[str]:
        messages = self.details.messages
        assert [message.message_no for message in messages] == list(range(1, len(messages) + 1))
        return [message.contents for message in messages]

    def message(self, number: int) -> TrainingMessageId:
        return self.details.messages[number - 1].id

    def version(self, number: int) -> int:
        return self.details.messages[number - 1].object_version


def add(database: Database, model_id: ModelId, texts: Sequence[str]) -> TrainingConversationId:
    drafts = [MessageDraft(A if number % 2 else U, text) for number, text in enumerate(texts)]
    changes = database.write(conversations.add_conversation, model_id=model_id, messages=drafts)
    return TrainingConversationId(changes.new(Entity.CONVERSATION))


def make_old(database: Database, conversation_id: TrainingConversationId) -> None:
    """As if it had been last updated a day ago."""

    def age(work: UnitOfWork) -> None:
        work.session.execute(
            update(TrainingConversation)
            .where(TrainingConversation.id == conversation_id)
            .values(last_update_time_utc=work.now - timedelta(days=1))
        )

    database.write(age)


@pytest.fixture
def editor(company: Company) -> Editor:
    return Editor(company)


def test_add_stores_messages_in_order(company: Company, database: Database) -> None:
    changes = database.write(
        conversations.add_conversation,
        model_id=company.sales,
        messages=[MessageDraft(S, "Be kind."), MessageDraft(U, "Hi?", " Ann "), MessageDraft(A, "**Hello**\n")],
        origin=Origin.CASE,
        origin_object="C-17",
        notes="From the help desk.",
    )
    details = database.read(
        conversations_reading.conversation_details,
        conversation_id=TrainingConversationId(changes.new(Entity.CONVERSATION)),
    )
    assert [(m.message_no, m.role, m.participant_name, m.contents) for m in details.messages] == [
        (1, S, "", "Be kind."),
        (2, U, "Ann", "Hi?"),
        (3, A, "", "**Hello**\n"),
    ]
    assert (details.origin, details.origin_object, details.notes) == (Origin.CASE, "C-17", "From the help desk.")
    assert (details.review_state, details.reviewer) == (ReviewState.APPROVED, "")
    assert details.creation_time_utc == details.last_update_time_utc
    assert len(changes.created[Entity.MESSAGE]) == 3
    assert changes.owners == {company.sales}


def test_add_tells_every_problem_at_once(company: Company, database: Database) -> None:
    with pytest.raises(InvalidInputError) as caught:
        database.write(
            conversations.add_conversation,
            model_id=company.sales,
            messages=[MessageDraft(U, "fine"), MessageDraft(A, "  "), MessageDraft(U, "x", "n" * 65)],
            origin_object="o" * 257,
        )
    assert {problem.field for problem in caught.value.problems} == {
        "message 2, contents",
        "message 3, participant_name",
        "origin_object",
    }
    assert company.nodes()["Sales"].conversation_count == 0


def test_a_conversation_may_begin_empty(company: Company, database: Database) -> None:
    assert Editor(company, ()).texts == []


def test_add_to_a_model_that_is_gone(company: Company, database: Database) -> None:
    database.write(tree.delete_model, model_id=company.sales)
    with pytest.raises(NotFoundError):
        add(database, company.sales, ["x"])


@pytest.mark.parametrize(
    ("at", "texts"),
    [
        (None, ["One?", "Two.", "Three?", "Four.", "new"]),
        (1, ["new", "One?", "Two.", "Three?", "Four."]),
        (3, ["One?", "Two.", "new", "Three?", "Four."]),
        (5, ["One?", "Two.", "Three?", "Four.", "new"]),
    ],
)
def test_add_message_at_a_place(editor: Editor, at: int | None, texts: list[str]) -> None:
    editor.database.write(
        conversations.add_message, conversation_id=editor.id, role=A, contents="new", participant_name="Bo", at=at
    )
    assert editor.texts == texts


@pytest.mark.parametrize("place", [0, -1, 6])
def test_places_that_are_not(editor: Editor, place: int) -> None:
    with pytest.raises(InvalidInputError):
        editor.database.write(conversations.add_message, conversation_id=editor.id, role=A, contents="new", at=place)
    with pytest.raises(InvalidInputError):
        editor.database.write(conversations.move_message, message_id=editor.message(1), to=place)
    assert len(editor.texts) == 4


@pytest.mark.parametrize(
    ("number", "to", "texts"),
    [
        (1, 4, ["Two.", "Three?", "Four.", "One?"]),
        (4, 1, ["Four.", "One?", "Two.", "Three?"]),
        (2, 3, ["One?", "Three?", "Two.", "Four."]),
        (2, 2, ["One?", "Two.", "Three?", "Four."]),
    ],
)
def test_move_message(editor: Editor, number: int, to: int, texts: list[str]) -> None:
    changes = editor.database.write(conversations.move_message, message_id=editor.message(number), to=to)
    assert editor.texts == texts
    assert bool(changes) == (number != to)


def test_delete_closes_up_and_keeps_the_message_in_the_bin(editor: Editor) -> None:
    message_id = editor.message(2)
    changes = editor.database.write(conversations.delete_message, message_id=message_id)
    assert changes.deleted[Entity.MESSAGE] == {message_id}
    assert editor.texts == ["One?", "Three?", "Four."]
    attempts: list[Callable[[], object]] = [
        lambda: editor.database.write(conversations.delete_message, message_id=message_id),
        lambda: editor.database.write(conversations.move_message, message_id=message_id, to=1),
        lambda: editor.database.write(
            conversations.update_message, message_id=message_id, object_version=None, contents="x"
        ),
    ]
    for attempt in attempts:
        with pytest.raises(NotFoundError, match="bin"):
            attempt()
    for _ in range(3):
        editor.database.write(conversations.delete_message, message_id=editor.message(1))
    assert editor.texts == []


@ON_BOTH_DATABASES
def test_any_sequence_of_edits_leaves_no_gap(editor: Editor) -> None:
    write = editor.database.write
    write(conversations.add_message, conversation_id=editor.id, role=U, contents="5", at=2)
    write(conversations.move_message, message_id=editor.message(5), to=1)
    write(conversations.delete_message, message_id=editor.message(3))
    write(conversations.add_message, conversation_id=editor.id, role=U, contents="6")
    write(conversations.move_message, message_id=editor.message(1), to=5)
    assert editor.texts == ["One?", "Two.", "Three?", "6", "Four."]


def test_every_edit_of_a_message_moves_the_time_of_its_conversation(editor: Editor) -> None:
    write = editor.database.write
    edits: list[Callable[[], object]] = [
        lambda: write(conversations.add_message, conversation_id=editor.id, role=U, contents="x"),
        lambda: write(conversations.update_message, message_id=editor.message(1), object_version=None, contents="y"),
        lambda: write(conversations.move_message, message_id=editor.message(1), to=2),
        lambda: write(conversations.delete_message, message_id=editor.message(1)),
    ]
    for edit in edits:
        make_old(editor.database, editor.id)
        old = editor.details.last_update_time_utc
        edit()
        assert editor.details.last_update_time_utc > old + timedelta(hours=23)
    # Its own fields did not change, so an editor that holds its notes is not stale.
    assert editor.details.object_version == 1


def test_edits_that_change_no_message_leave_the_time(editor: Editor) -> None:
    make_old(editor.database, editor.id)
    old = editor.details.last_update_time_utc
    editor.database.write(conversations.update_message, message_id=editor.message(1), object_version=1, contents="One?")
    editor.database.write(conversations.move_message, message_id=editor.message(1), to=1)
    editor.database.write(conversations.update_conversation, conversation_id=editor.id, object_version=1, notes="n")
    editor.database.write(conversations.review, conversation_ids=[editor.id], review_state=ReviewState.REJECTED)
    assert editor.details.last_update_time_utc == old


def test_update_message(editor: Editor) -> None:
    changes = editor.database.write(
        conversations.update_message,
        message_id=editor.message(1),
        object_version=1,
        role=S,
        contents="Be brief.",
        participant_name=" Ann  Lee ",
    )
    message = editor.details.messages[0]
    assert (message.role, message.contents, message.participant_name) == (S, "Be brief.", "Ann Lee")
    assert changes.touches(Entity.CONVERSATION, [editor.id])
    with editor.database.reading() as session:
        (change,) = session.scalars(select(Change).where(Change.action_id == changes.action_id))
    assert change.before == {"participant_name": None, "participant_role": "U", "contents": "One?"}
    editor.database.write(
        conversations.update_message, message_id=editor.message(1), object_version=2, participant_name=""
    )
    assert editor.details.messages[0].participant_name == ""


def test_update_message_refuses_what_cannot_be(editor: Editor) -> None:
    with pytest.raises(InvalidInputError) as caught:
        editor.database.write(
            conversations.update_message,
            message_id=editor.message(1),
            object_version=1,
            contents=" ",
            participant_name="n" * 65,
        )
    assert {problem.field for problem in caught.value.problems} == {"contents", "participant_name"}
    editor.database.write(
        conversations.update_message, message_id=editor.message(1), object_version=1, participant_name="n" * 64
    )


def test_two_windows_edit_one_message(editor: Editor, other_window: Database) -> None:
    message_id = editor.message(2)
    other_window.write(conversations.update_message, message_id=message_id, object_version=1, contents="Theirs.")
    with pytest.raises(ConflictError) as caught:
        editor.database.write(
            conversations.update_message, message_id=message_id, object_version=1, contents="Mine.", role=U
        )
    assert caught.value.mine == {"contents": "Mine.", "role": U}
    assert caught.value.theirs == {"contents": "Theirs.", "role": A}
    editor.database.write(conversations.update_message, message_id=message_id, object_version=None, contents="Mine.")
    assert editor.texts[1] == "Mine."


def test_a_message_that_only_changed_its_place_is_no_conflict(editor: Editor, other_window: Database) -> None:
    message_id = editor.message(3)
    other_window.write(conversations.delete_message, message_id=editor.message(1))
    other_window.write(conversations.move_message, message_id=message_id, to=1)
    editor.database.write(conversations.update_message, message_id=message_id, object_version=1, contents="3?")
    assert editor.texts == ["3?", "Two.", "Four."]


def test_two_windows_edit_the_notes(editor: Editor, other_window: Database) -> None:
    other_window.write(conversations.update_conversation, conversation_id=editor.id, object_version=1, notes="theirs")
    with pytest.raises(ConflictError) as caught:
        editor.database.write(
            conversations.update_conversation, conversation_id=editor.id, object_version=1, notes="mine"
        )
    assert (caught.value.mine, caught.value.theirs) == ({"notes": "mine"}, {"notes": "theirs"})
    editor.database.write(
        conversations.update_conversation, conversation_id=editor.id, object_version=1, origin=Origin.TODO
    )
    assert (editor.details.notes, editor.details.origin) == ("theirs", Origin.TODO)


@ON_BOTH_DATABASES
def test_review_names_the_reviewer(editor: Editor, company: Company, other_window: Database) -> None:
    other = add(editor.database, company.marketing, ["Why?"])
    changes = other_window.write(
        conversations.review, conversation_ids=[editor.id, other], review_state=ReviewState.REJECTED
    )
    assert changes.label == "Reject 2 training conversations"
    assert (editor.details.review_state, editor.details.reviewer) == (ReviewState.REJECTED, "Tina")
    assert editor.database.read(conversations_reading.waiting_for_review) == ()
    editor.database.write(conversations.review, conversation_ids=[editor.id, other], review_state=ReviewState.PENDING)
    assert (editor.details.review_state, editor.details.reviewer) == (ReviewState.PENDING, "")
    waiting = editor.database.read(conversations_reading.waiting_for_review)
    assert {(model_id, name, line.id) for model_id, name, line in waiting} == {
        (company.sales, "Sales", editor.id),
        (company.marketing, "Marketing", other),
    }
    editor.database.write(tree.delete_model, model_id=company.marketing)
    assert len(editor.database.read(conversations_reading.waiting_for_review)) == 1


@ON_BOTH_DATABASES
def test_lists_show_titles_sizes_and_the_latest_first(company: Company, database: Database) -> None:
    first = add(database, company.sales, ["How\n often " + "x" * 300, "Twice."])
    second = add(database, company.sales, ["And?"])
    add(database, company.marketing, ["Elsewhere?"])
    lines = database.read(conversations_reading.conversations_of, model_id=company.sales)
    assert [line.id for line in lines] == [second, first]
    assert (lines[1].message_count, lines[1].origin) == (2, Origin.USER_ENTERED)
    assert lines[1].title.startswith("How often xxx")
    assert len(lines[1].title) <= 200
    database.write(conversations.add_message, conversation_id=first, role=U, contents="more")
    lines = database.read(conversations_reading.conversations_of, model_id=company.sales)
    assert [line.id for line in lines] == [first, second]
    database.write(conversations.delete_conversations, ids=[first])
    assert [line.id for line in database.read(conversations_reading.conversations_of, model_id=company.sales)] == [
        second
    ]


def test_the_title_is_the_first_live_message_of_a_user(company: Company, database: Database) -> None:
    conversation_id = add(database, company.sales, ["First?", "Answer.", "Second?"])
    details = database.read(conversations_reading.conversation_details, conversation_id=conversation_id)
    database.write(conversations.delete_message, message_id=details.messages[0].id)
    (line,) = database.read(conversations_reading.conversations_of, model_id=company.sales)
    assert (line.title, line.message_count) == ("Second?", 2)
    assert add(database, company.social, []) is not None
    (line,) = database.read(conversations_reading.conversations_of, model_id=company.social)
    assert (line.title, line.message_count) == ("", 0)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("linkedin", True),
        ("LINKEDIN week", True),
        ("отпуск", True),
        ("ОТПУСК", True),
        ("week holiday", False),
        ("100%", True),
        ("1_0", False),
        ("from the desk", True),
        ("deleted", False),
    ],
)
def test_search(company: Company, database: Database, text: str, found: bool) -> None:
    conversation_id = add(database, company.sales, ["LinkedIn? Отпуск?", "Twice a week, 100% sure.", "deleted"])
    details = database.read(conversations_reading.conversation_details, conversation_id=conversation_id)
    database.write(conversations.delete_message, message_id=details.messages[2].id)
    database.write(
        conversations.update_conversation, conversation_id=conversation_id, object_version=1, notes="From the desk"
    )
    lines = database.read(conversations_reading.conversations_of, model_id=company.sales, text=text)
    assert bool(lines) == found


@ON_BOTH_DATABASES
def test_search_means_the_same_on_both_databases(company: Company, database: Database) -> None:
    add(database, company.sales, ["LinkedIn? Отпуск?", "Twice a week, 100% sure."])
    for text, found in (("LINKEDIN", 1), ("ОТПУСК", 1), ("отпуск week", 1), ("100%", 1), ("1_0", 0)):
        lines = database.read(conversations_reading.conversations_of, model_id=company.sales, text=text)
        assert len(lines) == found, text


def test_filter_by_review_state(editor: Editor, company: Company) -> None:
    for state, expected in ((ReviewState.APPROVED, 1), (ReviewState.PENDING, 0)):
        lines = editor.database.read(conversations_reading.conversations_of, model_id=company.sales, review_state=state)
        assert len(lines) == expected


def test_conversations_in_the_bin_cannot_be_edited(editor: Editor) -> None:
    message_id = editor.message(1)
    editor.database.write(conversations.delete_conversations, ids=[editor.id])
    write = editor.database.write
    attempts: list[Callable[[], object]] = [
        lambda: write(conversations.add_message, conversation_id=editor.id, role=U, contents="x"),
        lambda: write(conversations.update_message, message_id=message_id, object_version=None, contents="x"),
        lambda: write(conversations.move_message, message_id=message_id, to=2),
        lambda: write(conversations.delete_message, message_id=message_id),
        lambda: write(conversations.delete_conversations, ids=[editor.id]),
        lambda: write(conversations.review, conversation_ids=[editor.id], review_state=ReviewState.PENDING),
        lambda: write(conversations.update_conversation, conversation_id=editor.id, object_version=None, notes="x"),
        lambda: editor.details,
        lambda: write(conversations.delete_conversations, ids=[TrainingConversationId(new_id())]),
    ]
    for attempt in attempts:
        with pytest.raises(NotFoundError):
            attempt()


def test_staff_may_not_change_conversations(editor: Editor, as_staff: Database) -> None:
    message_id = editor.message(1)
    write = as_staff.write
    attempts: list[Callable[[], object]] = [
        lambda: write(conversations.add_conversation, model_id=editor.model_id, messages=[]),
        lambda: write(conversations.add_message, conversation_id=editor.id, role=U, contents="x"),
        lambda: write(conversations.update_message, message_id=message_id, object_version=None, contents="x"),
        lambda: write(conversations.move_message, message_id=message_id, to=2),
        lambda: write(conversations.delete_message, message_id=message_id),
        lambda: write(conversations.delete_conversations, ids=[editor.id]),
        lambda: write(conversations.review, conversation_ids=[editor.id], review_state=ReviewState.REJECTED),
        lambda: write(conversations.update_conversation, conversation_id=editor.id, object_version=None, notes="x"),
    ]
    for attempt in attempts:
        with pytest.raises(NotPermittedError, match="trainer"):
            attempt()
    assert editor.texts == ["One?", "Two.", "Three?", "Four."]
