"""What a trainer can do to training conversations and their messages."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import InvalidInputError, Problem
from erpai_desktop.models.entities import Model, TrainingConversation, TrainingConversationMessage
from erpai_desktop.models.enums import Origin, ParticipantRole, ReviewState, Role
from erpai_desktop.models.ids import ModelId, TrainingConversationId, TrainingMessageId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.conversations import MessageDraft
from erpai_desktop.services.checks import Checks, counted
from erpai_desktop.services.live_rows import live_row, live_rows, to_bin
from erpai_desktop.services.stale_saves import check_version
from erpai_desktop.services.unset import UNSET, Unset, given
from erpai_desktop.storage.unit_of_work import UnitOfWork

PARTICIPANT_NAME_LIMIT = 64
ORIGIN_OBJECT_LIMIT = 256

_COLUMNS = {"role": "participant_role"}


def add_conversation(
    work: UnitOfWork,
    *,
    model_id: ModelId,
    messages: Sequence[MessageDraft],
    origin: Origin = Origin.USER_ENTERED,
    origin_object: str | None = None,
    notes: str = "",
    label: str = "Add a training conversation",
) -> Changes:
    """Add a conversation with its messages in order; without messages, one to be written yet. It counts as approved.

    `label` names the action in the history.

    Raises InvalidInputError with every problem, NotFoundError for a model that is gone, NotPermittedError.
    """
    _require(work)
    live_row(work.session, Model, model_id)
    checks = Checks("The conversation cannot be saved like this.")
    notes = checks.text("notes", notes)
    if origin_object is not None:
        origin_object = checks.line("origin_object", origin_object, limit=ORIGIN_OBJECT_LIMIT) or None
    conversation = TrainingConversation(
        id=new_id(),
        model_id=model_id,
        origin=origin,
        origin_object=origin_object,
        review_state=ReviewState.APPROVED,
        creation_time_utc=work.now,
        last_update_time_utc=work.now,
        notes=notes,
    )
    rows = [_message(work, conversation, number, draft, checks) for number, draft in enumerate(messages, start=1)]
    checks.done()
    work.session.add(conversation)
    # The messages must find it: nothing tells the session in which order to insert them.
    work.session.flush()
    work.session.add_all(rows)
    return work.finish(label)


def update_conversation(
    work: UnitOfWork,
    *,
    conversation_id: TrainingConversationId,
    object_version: int | None,
    notes: str | Unset = UNSET,
    origin: Origin | Unset = UNSET,
) -> Changes:
    """Save the fields that are given.

    Raises InvalidInputError, ConflictError when they were changed since `object_version`, NotFoundError,
    NotPermittedError.
    """
    _require(work)
    conversation = live_row(work.session, TrainingConversation, conversation_id)
    mine = given({"notes": notes, "origin": origin})
    checks = Checks("The conversation cannot be saved like this.")
    if notes is not UNSET:
        mine["notes"] = checks.text("notes", notes)
    checks.done()
    check_version(work, conversation, object_version, mine)
    for field, value in mine.items():
        if getattr(conversation, field) != value:
            setattr(conversation, field, value)
    return work.finish("Change a training conversation")


def review(
    work: UnitOfWork, *, conversation_ids: Sequence[TrainingConversationId], review_state: ReviewState
) -> Changes:
    """Say what a reviewer thinks: only approved conversations teach. Pending ones have no reviewer.

    Raises NotFoundError, NotPermittedError.
    """
    _require(work)
    rows = live_rows(work.session, TrainingConversation, conversation_ids)
    for conversation in rows:
        if conversation.review_state is not review_state:
            conversation.review_state = review_state
            conversation.reviewer_id = None if review_state is ReviewState.PENDING else work.actor.user_id
    verb = {
        ReviewState.APPROVED: "Approve",
        ReviewState.REJECTED: "Reject",
        ReviewState.PENDING: "Put back for review",
    }[review_state]
    return work.finish(f"{verb} {counted(len(rows), 'training conversation')}")


def delete_conversations(work: UnitOfWork, *, ids: Sequence[TrainingConversationId]) -> Changes:
    """Put conversations into the bin; their messages go and return with them.

    Raises NotFoundError, NotPermittedError.
    """
    _require(work)
    rows = live_rows(work.session, TrainingConversation, ids)
    to_bin(work, rows)
    return work.finish(f"Delete {counted(len(rows), 'training conversation')}")


def add_message(
    work: UnitOfWork,
    *,
    conversation_id: TrainingConversationId,
    role: ParticipantRole,
    contents: str,
    participant_name: str = "",
    at: int | None = None,
) -> Changes:
    """Add a message at place `at` (1 is the first), or at the end.

    Raises InvalidInputError with every problem, NotFoundError, NotPermittedError.
    """
    _require(work)
    conversation = live_row(work.session, TrainingConversation, conversation_id)
    messages = _messages(work, conversation)
    checks = Checks("The message cannot be saved like this.")
    place = len(messages) + 1 if at is None else at
    if not 1 <= place <= len(messages) + 1:
        checks.problem("at", f"there is no place {place} in a conversation of {counted(len(messages), 'message')}")
    message = _message(work, conversation, place, MessageDraft(role, contents, participant_name), checks)
    checks.done()
    messages.insert(place - 1, message)
    _number(messages)
    work.session.add(message)
    _moved(work, conversation)
    return work.finish("Add a message")


def update_message(
    work: UnitOfWork,
    *,
    message_id: TrainingMessageId,
    object_version: int | None,
    role: ParticipantRole | Unset = UNSET,
    contents: str | Unset = UNSET,
    participant_name: str | Unset = UNSET,
) -> Changes:
    """Save the fields that are given; a message that only changed its place meanwhile is no conflict.

    Raises InvalidInputError with every problem, ConflictError when these fields were changed since
    `object_version`, NotFoundError, NotPermittedError.
    """
    _require(work)
    message = _live_message(work, message_id)
    conversation = live_row(work.session, TrainingConversation, message.conversation_id)
    mine = given({"role": role, "contents": contents, "participant_name": participant_name})
    checks = Checks("The message cannot be saved like this.")
    if contents is not UNSET:
        mine["contents"] = checks.text("contents", contents, required=True)
    if participant_name is not UNSET:
        mine["participant_name"] = _participant_name(participant_name, checks)
    checks.done()
    check_version(work, message, object_version, mine, columns=_COLUMNS)
    for field, value in mine.items():
        column = _COLUMNS.get(field, field)
        if getattr(message, column) != value:
            setattr(message, column, value)
    if work.session.is_modified(message):
        _moved(work, conversation)
    return work.finish("Change a message")


def move_message(work: UnitOfWork, *, message_id: TrainingMessageId, to: int) -> Changes:
    """Put a message in place `to` (1 is the first); those between close up.

    Raises InvalidInputError when there is no such place, NotFoundError, NotPermittedError.
    """
    _require(work)
    message = _live_message(work, message_id)
    conversation = live_row(work.session, TrainingConversation, message.conversation_id)
    messages = _messages(work, conversation)
    if not 1 <= to <= len(messages):
        raise InvalidInputError(
            "The message cannot go there.",
            problems=[Problem(f"there is no place {to} among {counted(len(messages), 'message')}", "to")],
        )
    messages.remove(message)
    messages.insert(to - 1, message)
    if _number(messages):
        _moved(work, conversation)
    return work.finish("Move a message")


def delete_message(work: UnitOfWork, *, message_id: TrainingMessageId) -> Changes:
    """Put a message into the bin; those after it close up. Raises NotFoundError, NotPermittedError."""
    _require(work)
    message = _live_message(work, message_id)
    conversation = live_row(work.session, TrainingConversation, message.conversation_id)
    messages = _messages(work, conversation)
    messages.remove(message)
    to_bin(work, [message])
    _number(messages)
    _moved(work, conversation)
    return work.finish("Delete a message")


def _require(work: UnitOfWork) -> None:
    work.require(Role.TRAINER, "change what the models know")


def _live_message(work: UnitOfWork, message_id: TrainingMessageId) -> TrainingConversationMessage:
    return live_row(work.session, TrainingConversationMessage, message_id)


def _messages(work: UnitOfWork, conversation: TrainingConversation) -> list[TrainingConversationMessage]:
    """The conversation's messages outside the bin, in order; equal numbers, which a restore can leave, by age."""
    return list(
        work.session.scalars(
            select(TrainingConversationMessage)
            .where(
                TrainingConversationMessage.conversation_id == conversation.id,
                TrainingConversationMessage.deleted_utc.is_(None),
            )
            .order_by(TrainingConversationMessage.message_no, TrainingConversationMessage.id)
        )
    )


def _number(messages: Sequence[TrainingConversationMessage]) -> bool:
    """Number the messages from 1 without a gap; whether any number changed."""
    changed = False
    for number, message in enumerate(messages, start=1):
        if message.message_no != number:
            message.message_no = number
            changed = True
    return changed


def _moved(work: UnitOfWork, conversation: TrainingConversation) -> None:
    """Note that a message moved.

    Past the mapped class: the conversation's own fields did not change, so its `object_version` must stay, or an
    editor that holds its notes would be told of a conflict with nobody.
    """
    work.session.flush()
    work.session.execute(
        update(TrainingConversation)
        .where(TrainingConversation.id == conversation.id)
        .values(last_update_time_utc=work.now)
    )
    work.touched(Entity.CONVERSATION, conversation.id, owners=(conversation.model_id,))


def _message(
    work: UnitOfWork, conversation: TrainingConversation, number: int, draft: MessageDraft, checks: Checks
) -> TrainingConversationMessage:
    return TrainingConversationMessage(
        id=new_id(),
        conversation_id=conversation.id,
        message_no=number,
        message_time_utc=work.now,
        participant_role=draft.role,
        participant_name=_participant_name(draft.participant_name, checks, number),
        contents=checks.text(_field("contents", number), draft.contents, required=True),
    )


def _participant_name(name: str, checks: Checks, number: int | None = None) -> str | None:
    return checks.line(_field("participant_name", number), name, limit=PARTICIPANT_NAME_LIMIT) or None


def _field(name: str, number: int | None) -> str:
    return name if number is None else f"message {number}, {name}"
