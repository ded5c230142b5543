"""What a training conversation teaches: one question and answer for each exchange in it.

- A turn is a user's message and the last assistant message before the user speaks again. Of several user messages
  in a row the last is the question, for it is the one that was answered; of several assistant messages the last is
  the answer, for an improved one is put after the first.
- System messages, blank messages and assistant messages before the first question teach nothing.
- A correction: where the user's next words reject the answer ("No, ...", "That is wrong", "Всъщност, ..."), the
  answer is not taught. The next assistant message answers the original question instead, and the correction
  itself is no question. This is the usual stretch that Train AI takes from a chat. Without a next assistant
  message the turn teaches nothing and is reported.
- Rejection is read from the opening words alone, in English and Bulgarian, and only when neither side is asking:
  a missed one teaches what was approved, as it stands; a false one would teach something nobody wrote together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from erpai_desktop.models.curated import MessageRow
from erpai_desktop.models.enums import ParticipantRole


class TaughtTurn(NamedTuple):
    """One question with the answer to teach.

    `number` counts the user's turns of the conversation from 0. `rejected` are the answers given before that were
    corrected, oldest first. `answer` is None when the correction was never answered.
    """

    number: int
    question: str
    answer: str | None
    rejected: tuple[str, ...] = ()


class TurnMessages(NamedTuple):
    """The messages of a conversation that say something, in order, and in which of them each turn is answered.

    `answered_at` maps a turn's number to the place of the message that holds the answer to teach.
    """

    messages: tuple[MessageRow, ...]
    answered_at: dict[int, int]


class _Exchange(NamedTuple):
    """A run of user messages with the last assistant message after it, and where that stands (None: there is none)."""

    questions: list[str]
    answer: str | None
    at: int | None


def taught_turns(messages: Iterable[MessageRow]) -> list[TaughtTurn]:
    """The turns of a conversation, in order; empty when no question in it was answered."""
    return [turn for turn, _ in _turns(_exchanges(_said(messages)))]


def turn_messages(messages: Iterable[MessageRow]) -> TurnMessages:
    """The same turns by the messages that they are made of."""
    said = _said(messages)
    found = {turn.number: at for turn, at in _turns(_exchanges(said)) if at is not None}
    return TurnMessages(tuple(said), found)


def _turns(exchanges: Iterable[_Exchange]) -> list[tuple[TaughtTurn, int | None]]:
    turns: list[tuple[TaughtTurn, int | None]] = []
    for number, (questions, answer, at) in enumerate(exchanges):
        last = turns[-1][0] if turns else None
        if last is not None and last.answer is not None and _rejects(last.answer, questions):
            rejected = (*last.rejected, last.answer)
            turns[-1] = (TaughtTurn(last.number, last.question, answer, rejected), at)
        elif answer is not None:
            turns.append((TaughtTurn(number, questions[-1], answer), at))
    return turns


def _said(messages: Iterable[MessageRow]) -> list[MessageRow]:
    ordered = sorted(messages, key=lambda message: (message.message_no, message.role, message.contents))
    return [message for message in ordered if message.contents.strip()]


def _exchanges(messages: Iterable[MessageRow]) -> list[_Exchange]:
    exchanges: list[_Exchange] = []
    for at, message in enumerate(messages):
        text = message.contents.strip()
        if message.role == ParticipantRole.USER:
            if exchanges and exchanges[-1].answer is None:
                exchanges[-1].questions.append(text)
            else:
                exchanges.append(_Exchange([text], None, None))
        elif message.role == ParticipantRole.ASSISTANT and exchanges:
            exchanges[-1] = _Exchange(exchanges[-1].questions, text, at)
    return exchanges


def _rejects(answer: str, replies: Sequence[str]) -> bool:
    """Whether what the user said next rejects the answer."""
    if _asks(answer) or any(_asks(reply) for reply in replies):
        return False
    return _REJECTION.match(replies[0].replace("*", "").casefold()) is not None


def _asks(text: str) -> bool:
    return text.rstrip(" \t\r\n*_\"'”»)").endswith(("?", "？"))


# Matched at the start of the casefolded reply without emphasis, after quotes and spaces.
_REJECTION = re.compile(
    r"""[\s>"'“„«]*(?:
      (?:no|nope|не)\s*(?:[,.!:;–—-]|$)
    | (?:sorry|извинявай|извинете)[,.!]?\s+(?:but\s+)?(?:no|that|this|не|това)\b
    | (?:no\s+)?(?:that|this|it)(?:['’]s|\s+is|\s+was)\s+(?:\w+\s+)?(?:wrong|incorrect|outdated|
        not\s+(?:right|correct|true|quite\s+right|accurate|up\s+to\s+date))\b
    | (?:that|this|it)\s+(?:isn['’]t|wasn['’]t)\s+(?:\w+\s+)?(?:right|correct|true|accurate)\b
    | (?:you\s+are|you['’]re)\s+(?:wrong|mistaken)\b
    | (?:wrong|incorrect|not\s+(?:right|correct|true|quite|exactly)|correction|actually)\s*(?:[,.!:;–—-]|$)
    | the\s+(?:right|correct)\s+(?:answer|one)\b
    | (?:грешно|грешка|невярно|неправилно|поправка|корекция|всъщност)\s*(?:[,.!:;–—-]|$)
    | (?:това\s+)?(?:не\s+е|е\s+не)\s*(?:вярно|така|правилно|точно)\b
    | това\s+е\s+(?:грешно|невярно|неправилно|грешка)\b
    | (?:правилният|верният)\s+отговор\b
    )""",
    re.VERBOSE,
)
