"""What a person can do in their own chats; another person's chat does not exist for them."""

from __future__ import annotations

from sqlalchemy import select

from erpai_desktop.ai.answerer import Answer
from erpai_desktop.changes import Changes
from erpai_desktop.errors import InvalidInputError, NotFoundError, Problem
from erpai_desktop.models.entities import AssistantConversation, AssistantConversationMessage, Model, User
from erpai_desktop.models.enums import MessageState, ParticipantRole
from erpai_desktop.models.ids import ChatId, ChatMessageId, CompilationId, ModelId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services.answer_rows import packed_nearest, packed_sources
from erpai_desktop.services.checks import Checks, storable
from erpai_desktop.services.live_rows import live_row
from erpai_desktop.storage.queries.chats import newest_message_id
from erpai_desktop.storage.unit_of_work import UnitOfWork

TITLE_LIMIT = 256
FIRST_TITLE_LIMIT = 80
"""Characters of a title that is taken from the first message."""

NOTE_LIMIT = 1024
RATINGS = (-1, 1)


def start_chat(work: UnitOfWork, *, model_id: ModelId | None = None) -> Changes:
    """Begin a chat with a model: the one given, else the person's own assistant, else the default model.

    Raises NotFoundError when that model is gone, or when none is given and there is no default.
    """
    chosen = model_id if model_id is not None else _usual_model(work)
    live_row(work.session, Model, chosen)
    work.session.add(
        AssistantConversation(
            id=new_id(), user_id=work.actor.user_id, model_id=chosen, title="", creation_time_utc=work.now
        )
    )
    return work.finish("Start a chat")


def rename_chat(work: UnitOfWork, *, chat_id: ChatId, title: str, object_version: int | None = None) -> Changes:
    """Give a chat another title. Raises InvalidInputError, ConflictError, NotFoundError."""
    chat = _own_chat(work, chat_id)
    checks = Checks("The title cannot be used.")
    title = checks.line("title", title, limit=TITLE_LIMIT, required=True)
    checks.done()
    work.check_version(chat, object_version, title=title)
    if chat.title != title:
        chat.title = title
    return work.finish("Rename a chat")


def delete_chat(work: UnitOfWork, *, chat_id: ChatId) -> Changes:
    """Put a chat into the bin. Raises NotFoundError."""
    chat = _own_chat(work, chat_id)
    chat.deleted_utc = work.now
    chat.deleted_by = work.actor.user_id
    return work.finish("Delete a chat")


def restore_chat(work: UnitOfWork, *, chat_id: ChatId) -> Changes:
    """Take a chat back out of the bin; one that is not there stays as it is. Raises NotFoundError."""
    chat = _own_chat(work, chat_id, deleted=True)
    if chat.deleted_utc is not None:
        chat.deleted_utc = None
        chat.deleted_by = None
    return work.finish("Restore a chat")


def post_question(work: UnitOfWork, *, chat_id: ChatId, text: str) -> Changes:
    """Store what the person asks, before anybody answers; the first question becomes the title.

    Any text is a legal question; characters that no database stores become U+FFFD. Raises NotFoundError, also when
    the model went to the bin.
    """
    chat = _own_chat(work, chat_id)
    live_row(work.session, Model, chat.model_id)
    text = storable(text)
    work.session.add(
        AssistantConversationMessage(
            id=new_id(),
            conversation_id=chat_id,
            user_id=work.actor.user_id,
            parent_id=newest_message_id(work.session, chat_id),
            message_time_utc=work.now,
            role=ParticipantRole.USER,
            contents=text,
            state=MessageState.COMPLETE,
        )
    )
    title = first_title(text)
    if title and not chat.title:
        chat.title = title
    return work.finish("Ask")


def record_answer(
    work: UnitOfWork, *, chat_id: ChatId, question_id: ChatMessageId, answer: Answer, compilation_id: CompilationId
) -> Changes:
    """Store the answer of a version to a question, with its sources, or its refusal with the nearest questions.

    Raises NotFoundError when the question is not in this chat.
    """
    question = _question(work, chat_id, question_id)
    work.session.add(
        AssistantConversationMessage(
            id=new_id(),
            conversation_id=chat_id,
            user_id=work.actor.user_id,
            parent_id=question.id,
            message_time_utc=work.now,
            role=ParticipantRole.ASSISTANT,
            contents=storable(answer.text),
            state=MessageState.COMPLETE,
            compilation_id=compilation_id,
            refused=answer.refused,
            conflicted=answer.conflicted,
            confidence=answer.confidence,
            sources=packed_sources(answer.sources),
            nearest=packed_nearest(answer.nearest),
            grounding=answer.grounding,
            note=_note(answer.note),
        )
    )
    return work.finish("Answer")


def record_failure(
    work: UnitOfWork,
    *,
    chat_id: ChatId,
    question_id: ChatMessageId,
    text: str,
    state: MessageState,
    compilation_id: CompilationId | None = None,
    note: str = "",
) -> Changes:
    """Store that an answer was stopped or failed: what had come of it, or why it did not come.

    `note` says why it broke off where `text` is what had come. Raises InvalidInputError for the state of a complete
    message, NotFoundError when the question is not in this chat.
    """
    if state is MessageState.COMPLETE:
        raise InvalidInputError(
            "A complete answer is no failure.", problems=[Problem("partial, stopped or failed", "state")]
        )
    question = _question(work, chat_id, question_id)
    work.session.add(
        AssistantConversationMessage(
            id=new_id(),
            conversation_id=chat_id,
            user_id=work.actor.user_id,
            parent_id=question.id,
            message_time_utc=work.now,
            role=ParticipantRole.ASSISTANT,
            contents=storable(text),
            state=state,
            compilation_id=compilation_id,
            note=_note(note),
        )
    )
    return work.finish("Answer not made")


def rate(work: UnitOfWork, *, message_id: ChatMessageId, rating: int | None) -> Changes:
    """Say that an answer was good (1) or bad (-1), or take that back (None or 0).

    Raises InvalidInputError for another number or a message that is no answer, NotFoundError.
    """
    message = work.session.get(AssistantConversationMessage, message_id)
    if message is None or message.user_id != work.actor.user_id:
        raise NotFoundError("This message does not exist.", safe="Nothing was changed.")
    _own_chat(work, ChatId(message.conversation_id))
    problems = []
    if rating and rating not in RATINGS:
        problems.append(Problem("1 is good, -1 is bad", "rating"))
    if message.role is not ParticipantRole.ASSISTANT:
        problems.append(Problem("only answers are rated", "message"))
    if problems:
        raise InvalidInputError("This cannot be rated.", problems=problems)
    if message.rating != (rating or None):
        message.rating = rating or None
    return work.finish("Rate an answer")


def _note(text: str) -> str:
    text = storable(text)
    return text if len(text) <= NOTE_LIMIT else f"{text[: NOTE_LIMIT - 1]}…"


def first_title(text: str) -> str:
    """A title made of a first message: one line, at most 80 characters, cut at a word where that leaves enough."""
    line = " ".join(text.split())
    if len(line) <= FIRST_TITLE_LIMIT:
        return line
    cut = line[: FIRST_TITLE_LIMIT - 1]
    words, _space, _rest = cut.rpartition(" ")
    return (words if len(words) > FIRST_TITLE_LIMIT // 2 else cut).rstrip() + "…"


def _usual_model(work: UnitOfWork) -> ModelId:
    chosen = work.session.scalar(
        select(Model.id)
        .join(User, User.model_id == Model.id)
        .where(User.id == work.actor.user_id, Model.deleted_utc.is_(None))
    ) or work.session.scalar(select(Model.id).where(Model.is_default, Model.deleted_utc.is_(None)))
    if chosen is None:
        raise NotFoundError(
            "There is no default model to talk to.",
            safe="Nothing was changed.",
            advice="Choose a model, or ask an administrator to mark one as the default.",
        )
    return ModelId(chosen)


def _own_chat(work: UnitOfWork, chat_id: ChatId, *, deleted: bool = False) -> AssistantConversation:
    chat = work.session.get(AssistantConversation, chat_id)
    if chat is None or chat.user_id != work.actor.user_id or (chat.deleted_utc is not None and not deleted):
        raise NotFoundError("This chat does not exist any more.", safe="Nothing was changed.")
    return chat


def _question(work: UnitOfWork, chat_id: ChatId, question_id: ChatMessageId) -> AssistantConversationMessage:
    _own_chat(work, chat_id)
    question = work.session.get(AssistantConversationMessage, question_id)
    if question is None or question.conversation_id != chat_id or question.role is not ParticipantRole.USER:
        raise NotFoundError("This question is not in the chat.", safe="Nothing was changed.")
    return question
