"""What Train AI proposes for ticked messages: as they were said, but a correction becomes the right answer.

The usual stretch of a chat is a question, a wrong answer (or "I don't know"), and the person saying what is right.
Where the last ticked message is such a reply, it is proposed as the assistant's answer to the question, and the wrong
answers between are left out. Everything said before that question stays as it was ticked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from erpai_desktop.models.curated import MessageRow
from erpai_desktop.models.enums import ParticipantRole
from erpai_desktop.models.snapshots.conversations import MessageDraft
from erpai_desktop.models.turns import taught_turns

_SHOWN = 80


@dataclass(frozen=True, slots=True)
class ChatTurn:
    """One message of the chat. `failed` says that no answer came, so that there was nothing to correct."""

    role: ParticipantRole
    contents: str
    ticked: bool
    failed: bool = False


def propose(chat: Sequence[ChatTurn]) -> tuple[tuple[MessageDraft, ...], str]:
    """The messages to be stored, and a hint that says what was made of them (empty: nothing but the ticks).

    `chat` is the whole chat in order, ticked or not.
    """
    ticked = [number for number, turn in enumerate(chat) if turn.ticked]
    kept = [number for number in ticked if chat[number].contents.strip() and not chat[number].failed]
    hints: list[str] = []
    question = _corrected_question(chat, kept)
    if question is not None:
        left_out = [number for number in kept[:-1] if number > question]
        kept = [*(number for number in kept if number <= question), kept[-1]]
        hints.append(f"Your correction is proposed as the answer to “{_short(chat[question].contents)}”.")
        if any(chat[number].role is ParticipantRole.ASSISTANT for number in left_out):
            hints.append("The answer it corrects is left out.")
    elif any(not chat[number].contents.strip() or chat[number].failed for number in ticked):
        hints.append("Messages without an answer in them are left out.")
    drafts = [MessageDraft(chat[number].role, chat[number].contents) for number in kept]
    if question is not None:
        drafts[-1] = MessageDraft(ParticipantRole.ASSISTANT, drafts[-1].contents)
    if not teaches(drafts):
        hints.append("No question in it is answered yet: add the answer that the model should give.")
    return tuple(drafts), " ".join(hints)


def teaches(messages: Sequence[MessageDraft]) -> bool:
    """Whether a user's message has an assistant's message somewhere after it."""
    roles = [message.role for message in messages if message.contents.strip()]
    if ParticipantRole.USER not in roles:
        return False
    return ParticipantRole.ASSISTANT in roles[roles.index(ParticipantRole.USER) :]


def _corrected_question(chat: Sequence[ChatTurn], kept: Sequence[int]) -> int | None:
    """The place of the question that the last ticked message corrects the answer to, None when it corrects nothing."""
    if not kept or chat[kept[-1]].role is not ParticipantRole.USER or _asks(chat[kept[-1]].contents):
        return None
    exchanges = _exchanges(chat, kept[:-1], before=kept[-1])
    if not exchanges or not exchanges[-1].answers:
        return None
    rows = [
        # An honest "I don't know" has no text of its own, and is an answer all the same.
        MessageRow(chat[number].role, None, chat[number].contents.strip() or "—", number)
        for exchange in exchanges
        for number in (*exchange.questions, *exchange.answers)
    ]
    # Taught turns fold a question that was answered wrongly again and again into one; it is that one's first asking.
    exchange = exchanges[taught_turns(rows)[-1].number]
    return next((number for number in exchange.questions if _asks(chat[number].contents)), exchange.questions[0])


@dataclass(frozen=True, slots=True)
class _Exchange:
    """Places of ticked user messages in a row, and of all answers to them, ticked or not."""

    questions: list[int]
    answers: list[int]


def _exchanges(chat: Sequence[ChatTurn], ticked: Sequence[int], *, before: int) -> list[_Exchange]:
    exchanges: list[_Exchange] = []
    for number, turn in enumerate(chat[:before]):
        if turn.role is ParticipantRole.USER and number in ticked:
            if not exchanges or exchanges[-1].answers:
                exchanges.append(_Exchange([], []))
            exchanges[-1].questions.append(number)
        elif turn.role is ParticipantRole.ASSISTANT and exchanges and not turn.failed:
            exchanges[-1].answers.append(number)
    return exchanges


def _asks(text: str) -> bool:
    return text.rstrip(" \t\r\n*_\"'”»)").endswith(("?", "？"))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1].rstrip() + "…"
