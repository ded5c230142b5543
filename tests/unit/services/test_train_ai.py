"""Train AI: what is proposed for ticked messages, and what is stored of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from erpai_desktop.changes import Entity
from erpai_desktop.errors import InvalidInputError, NotFoundError, NotPermittedError
from erpai_desktop.models.entities import AssistantConversationMessage
from erpai_desktop.models.enums import MessageState, Origin, ParticipantRole, ReviewState
from erpai_desktop.models.ids import ChatId, ChatMessageId, TrainingConversationId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.conversations import MessageDraft, TrainAiPreview
from erpai_desktop.services import chats, conversations_reading, train_ai, tree
from erpai_desktop.services.train_ai_proposal import ChatTurn, propose
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork
from tests.unit.services.conftest import Company

U, A, S = ParticipantRole.USER, ParticipantRole.ASSISTANT, ParticipantRole.SYSTEM

LINKEDIN = "How often should we post on LinkedIn?"
WRONG = "Instagram four times a week."
CORRECTION = "That is Instagram. LinkedIn is twice a week: one thought-leadership and one case study."


def proposed(*turns: tuple[str, ParticipantRole, str]) -> list[tuple[ParticipantRole, str]]:
    """`turns` are (x for ticked, ! for a failed answer, role, text)."""
    drafts, _hint = propose([turn(*each) for each in turns])
    return [(draft.role, draft.contents) for draft in drafts]


def turn(marks: str, role: ParticipantRole, contents: str) -> ChatTurn:
    return ChatTurn(role, contents, ticked="x" in marks, failed="!" in marks)


@pytest.mark.parametrize("answer_mark", ["", "x"], ids=["unticked answer", "ticked answer"])
@pytest.mark.parametrize("answer", [WRONG, ""], ids=["wrong", "refused"])
def test_a_correction_becomes_the_answer(answer_mark: str, answer: str) -> None:
    drafts, hint = propose([turn("x", U, LINKEDIN), turn(answer_mark, A, answer), turn("x", U, CORRECTION)])
    assert drafts == (MessageDraft(U, LINKEDIN), MessageDraft(A, CORRECTION))
    assert LINKEDIN in hint
    assert ("left out" in hint) == bool(answer_mark and answer)


def test_ordinary_ticks_stay_as_they_are() -> None:
    drafts, hint = propose([turn("x", U, "Q?"), turn("x", A, "A."), turn("x", U, "More?"), turn("x", A, "B.")])
    assert [(draft.role, draft.contents) for draft in drafts] == [(U, "Q?"), (A, "A."), (U, "More?"), (A, "B.")]
    assert hint == ""


def test_only_ticked_messages_are_taken_in_the_order_of_the_chat() -> None:
    assert proposed(("", U, "Hi"), ("", A, "Hello."), ("x", U, "Q?"), ("x", A, "A."), ("", U, "Thanks")) == [
        (U, "Q?"),
        (A, "A."),
    ]


def test_what_was_right_before_the_correction_stays() -> None:
    assert proposed(
        ("x", U, "Instagram?"), ("x", A, "Four."), ("x", U, LINKEDIN), ("x", A, WRONG), ("x", U, CORRECTION)
    ) == [(U, "Instagram?"), (A, "Four."), (U, LINKEDIN), (A, CORRECTION)]


def test_a_question_answered_wrongly_twice_is_still_the_question() -> None:
    assert proposed(
        ("x", U, LINKEDIN), ("x", A, WRONG), ("x", U, "No, that is wrong."), ("x", A, "Daily."), ("x", U, CORRECTION)
    ) == [(U, LINKEDIN), (A, CORRECTION)]


def test_a_correction_that_the_model_then_took_over_stays_as_it_was_said() -> None:
    turns = (("x", U, LINKEDIN), ("x", A, WRONG), ("x", U, CORRECTION), ("x", A, "LinkedIn twice a week."))
    assert proposed(*turns) == [(role, text) for _mark, role, text in turns]


def test_the_question_among_several_messages_in_a_row() -> None:
    assert proposed(("x", U, "Hello"), ("x", U, LINKEDIN), ("", A, WRONG), ("x", U, CORRECTION)) == [
        (U, "Hello"),
        (U, LINKEDIN),
        (A, CORRECTION),
    ]
    assert proposed(("x", U, LINKEDIN), ("x", U, "Please tell"), ("", A, WRONG), ("x", U, CORRECTION)) == [
        (U, LINKEDIN),
        (A, CORRECTION),
    ]


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ([("x", U, "A thing"), ("x", U, "Another")], [U, U]),  # nobody answered, so nothing was corrected
        ([("x", U, "Q?"), ("!", A, "The engine died."), ("x", U, "Say it again")], [U, U]),  # no answer came
        ([("", U, "Q?"), ("", A, "A."), ("x", U, "Wrong.")], [U]),  # the question is not ticked
        ([("x", U, "Q?"), ("x", A, "A."), ("x", U, "And on Sundays?")], [U, A, U]),  # a question is no answer
        ([("x", S, "Be kind."), ("x", U, "Q?"), ("x", A, "A.")], [S, U, A]),
        ([("x", A, "Hello.")], [A]),
        ([], []),
    ],
)
def test_what_is_no_correction(
    turns: Sequence[tuple[str, ParticipantRole, str]], expected: list[ParticipantRole]
) -> None:
    assert [role for role, _text in proposed(*turns)] == expected


def test_messages_without_an_answer_are_left_out_and_the_hint_says_so() -> None:
    drafts, hint = propose([turn("x", U, "Q?"), turn("x", A, "")])
    assert drafts == (MessageDraft(U, "Q?"),)
    assert "left out" in hint
    assert "add the answer" in hint
    drafts, hint = propose([turn("x", U, "Q?"), turn("x!", A, "The engine died.")])
    assert drafts == (MessageDraft(U, "Q?"),)


class Talk:
    """A chat about LinkedIn: question, wrong answer, correction."""

    def __init__(self, company: Company, database: Database) -> None:
        self.database = database
        self.chat_id = ChatId(database.write(chats.start_chat, model_id=company.marketing).new(Entity.CHAT))
        self.question = self.say(LINKEDIN)
        self.answer = self.answer_with(WRONG)
        self.correction = self.say(CORRECTION)

    def say(self, text: str) -> ChatMessageId:
        changes = self.database.write(chats.post_question, chat_id=self.chat_id, text=text)
        return ChatMessageId(changes.new(Entity.CHAT_MESSAGE))

    def answer_with(self, text: str) -> ChatMessageId:
        def answer(work: UnitOfWork) -> ChatMessageId:
            row = AssistantConversationMessage(
                id=new_id(),
                conversation_id=self.chat_id,
                user_id=work.actor.user_id,
                role=A,
                contents=text,
                state=MessageState.COMPLETE,
                message_time_utc=work.now,
            )
            work.session.add(row)
            work.finish()
            return ChatMessageId(row.id)

        return self.database.write(answer)

    def preview(self, *message_ids: ChatMessageId) -> TrainAiPreview:
        assert self.database.actor is not None
        return self.database.read(train_ai.preview, message_ids=message_ids, reader=self.database.actor.user_id)


@pytest.fixture
def talk(company: Company) -> Talk:
    return Talk(company, company.database)


def test_preview_of_a_correction(talk: Talk, company: Company) -> None:
    preview = talk.preview(talk.correction, talk.question)
    assert (preview.model_id, preview.model_name) == (company.marketing, "Marketing")
    assert preview.messages == (MessageDraft(U, LINKEDIN), MessageDraft(A, CORRECTION))
    assert talk.preview(talk.question, talk.answer).messages == (MessageDraft(U, LINKEDIN), MessageDraft(A, WRONG))


def test_the_conversation_remembers_the_chat(talk: Talk, company: Company) -> None:
    preview = talk.preview(talk.question, talk.correction)
    changes = talk.database.write(
        train_ai.from_chat, model_id=company.social, messages=preview.messages, chat_id=talk.chat_id
    )
    assert changes.label == "Train AI"
    assert changes.owners == {company.social}
    details = talk.database.read(
        conversations_reading.conversation_details,
        conversation_id=TrainingConversationId(changes.new(Entity.CONVERSATION)),
    )
    assert (details.origin, details.origin_object) == (Origin.CHAT, str(talk.chat_id))
    assert (details.model_id, details.review_state) == (company.social, ReviewState.APPROVED)
    assert [(message.role, message.contents) for message in details.messages] == [(U, LINKEDIN), (A, CORRECTION)]


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [MessageDraft(U, "Q?")],
        [MessageDraft(A, "A.")],
        [MessageDraft(A, "A."), MessageDraft(U, "Q?")],
        [MessageDraft(U, "Q?"), MessageDraft(A, "  ")],
        [MessageDraft(U, "Q?"), MessageDraft(A, "A.", "n" * 65)],
    ],
    ids=range(6),
)
def test_what_teaches_nothing_is_refused(talk: Talk, company: Company, messages: list[MessageDraft]) -> None:
    with pytest.raises(InvalidInputError) as caught:
        talk.database.write(train_ai.from_chat, model_id=company.marketing, messages=messages, chat_id=talk.chat_id)
    assert caught.value.problems
    assert company.nodes()["Marketing"].conversation_count == 0


def test_only_ones_own_messages_of_one_chat(talk: Talk, company: Company, other_window: Database) -> None:
    actor = other_window.actor
    assert actor is not None
    with pytest.raises(NotFoundError):
        other_window.read(train_ai.preview, message_ids=[talk.question], reader=actor.user_id)
    with pytest.raises(NotFoundError):
        talk.preview(talk.question, ChatMessageId(new_id()))
    with pytest.raises(InvalidInputError):
        talk.preview()
    other = Talk(company, talk.database)
    with pytest.raises(InvalidInputError, match="several chats"):
        talk.preview(talk.question, other.question)
    drafts = [MessageDraft(U, "Q?"), MessageDraft(A, "A.")]
    with pytest.raises(NotFoundError):
        other_window.write(train_ai.from_chat, model_id=company.sales, messages=drafts, chat_id=talk.chat_id)


def test_models_and_chats_that_are_gone(talk: Talk, company: Company) -> None:
    drafts = [MessageDraft(U, "Q?"), MessageDraft(A, "A.")]
    talk.database.write(tree.delete_model, model_id=company.sales)
    with pytest.raises(NotFoundError):
        talk.database.write(train_ai.from_chat, model_id=company.sales, messages=drafts, chat_id=talk.chat_id)
    talk.database.write(chats.delete_chat, chat_id=talk.chat_id)
    with pytest.raises(NotFoundError):
        talk.preview(talk.question)
    with pytest.raises(NotFoundError):
        talk.database.write(train_ai.from_chat, model_id=company.social, messages=drafts, chat_id=talk.chat_id)


def test_staff_may_look_but_not_train(company: Company, as_staff: Database) -> None:
    talk = Talk(company, as_staff)
    preview = talk.preview(talk.question, talk.correction)
    with pytest.raises(NotPermittedError, match="trainer"):
        as_staff.write(train_ai.from_chat, model_id=company.marketing, messages=preview.messages, chat_id=talk.chat_id)
