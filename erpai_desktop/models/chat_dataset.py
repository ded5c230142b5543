"""Resolved knowledge as fine-tuning examples in OpenAI's chat format, one JSON object a line.

The format, as documented at developers.openai.com/api/docs/guides/supervised-fine-tuning and in the public API
description (FineTuneChatRequestInput): `messages`, each with `role` and `content`; an assistant message may have a
`weight` of 0 or 1, and is not learned from with 0. What is written here is the part of it that other trainers read too:
at most one system message, and it comes first; then users and assistants in turn; the assistant has the last word.

- A Q&A is one example: the effective instructions, the question, the answer word for word.
- A training conversation is one example of several turns. An assistant's message has the weight 1 when it is the answer
  that this conversation teaches (turns.py), and that answer stands: one that the user rejected, or that gives way to a
  nearer or newer row, or is in conflict, has 0. It ends with the last answer of weight 1; without one it is left out.
- Of several assistant messages in a row the last is kept, for an improved one is put after the first. Several user
  messages in a row become one. A conversation's own system messages teach nothing, and names of participants are
  personal: both stay here.
- Rows in conflict are left out: their question is refused until a person decides.
- Validation rows go into a file of their own. Those without a desired answer stay out of it, for its loss compares word
  by word; they are put to the trained model in its evaluation.

The order is that of the resolution, Q&As first, then conversations. So equal knowledge makes equal bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, NamedTuple
from uuid import UUID

import orjson

from erpai_desktop.models.curated import ConversationRow
from erpai_desktop.models.enums import ParticipantRole, RowKind
from erpai_desktop.models.resolved import Resolution
from erpai_desktop.models.turns import turn_messages

CHAT_FORMAT = 1
"""Changes when equal knowledge makes other bytes."""
_AT_ONCE = 128
_USER = b'{"role":"user","content":'
_ASSISTANT = b'},{"role":"assistant","content":'
_END = b"}]}\n"


class ChatFile(NamedTuple):
    """A file of examples as it was written: SHA-256 in hex, bytes, lines."""

    sha256: str
    size: int
    examples: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows that are in no file, and which."""

    conflicted: tuple[UUID, ...]
    conversations: tuple[UUID, ...]
    """Approved conversations of which no answer stands."""
    tests: tuple[UUID, ...]
    """Validation rows without a desired answer."""


def training_examples(
    resolution: Resolution, conversations: Mapping[UUID, ConversationRow], instructions: str
) -> Iterator[bytes]:
    """The lines of the training file. Raises KeyError when a conversation that teaches is missing."""
    head = _head(instructions) + _USER
    dumps = orjson.dumps
    taught: dict[UUID, set[int]] = {}
    # Unpacked, for there are a hundred thousand of them.
    for row_id, kind, question, answer, _, _, _, _, _, conflicted, turn in resolution.rows:
        if conflicted:
            continue
        if kind is RowKind.CONVERSATION:
            taught.setdefault(row_id, set()).add(turn)
            continue
        try:
            yield b"".join((head, dumps(question), _ASSISTANT, dumps(answer), _END))
        except orjson.JSONEncodeError:
            yield b"".join((head, _json(question), _ASSISTANT, _json(answer), _END))
    for row_id, turns in taught.items():
        yield _conversation(conversations[row_id], turns, instructions)


def validation_examples(resolution: Resolution, instructions: str) -> Iterator[bytes]:
    """The lines of the validation file."""
    head = _head(instructions)
    for row in resolution.validation:
        if not row.expects_refusal and row.answer.strip():
            yield b"".join((head, _USER, _json(row.question), _ASSISTANT, _json(row.answer), _END))


def left_out(resolution: Resolution, conversations: Iterable[UUID]) -> LeftOut:
    """What no file says anything of; `conversations` are the approved ones of the lineage."""
    teaching = {row.row_id for row in resolution.rows if row.kind is RowKind.CONVERSATION and not row.conflicted}
    return LeftOut(
        conflicted=tuple(dict.fromkeys(row.row_id for row in resolution.rows if row.conflicted)),
        conversations=tuple(row_id for row_id in conversations if row_id not in teaching),
        tests=tuple(row.row_id for row in resolution.validation if row.expects_refusal or not row.answer.strip()),
    )


def write_lines(file: BinaryIO, lines: Iterable[bytes]) -> ChatFile:
    """Write lines as they come, hashing meanwhile; never more than a few of them are held."""
    digest = hashlib.sha256()
    size = examples = 0
    coming = iter(lines)
    while some := list(islice(coming, _AT_ONCE)):
        whole = b"".join(some)
        digest.update(whole)
        file.write(whole)
        examples += len(some)
        size += len(whole)
    return ChatFile(digest.hexdigest(), size, examples)


def _head(instructions: str) -> bytes:
    system = b'{"role":"system","content":%b},' % _json(instructions) if instructions.strip() else b""
    return b'{"messages":[' + system


def _conversation(row: ConversationRow, turns: set[int], instructions: str) -> bytes:
    said = turn_messages(row.messages)
    learned = {said.answered_at[turn] for turn in turns}
    messages: list[dict[str, Any]] = []
    for at, message in enumerate(said.messages[: max(learned) + 1]):
        text = message.contents.strip()
        last = messages[-1]["role"] if messages else ""
        if message.role == ParticipantRole.USER:
            if last == "user":
                messages[-1]["content"] += f"\n\n{text}"
            else:
                messages.append({"role": "user", "content": text})
        elif message.role == ParticipantRole.ASSISTANT and last:
            if last == "assistant":
                messages.pop()
            messages.append({"role": "assistant", "content": text, "weight": int(at in learned)})
    if instructions.strip():
        messages.insert(0, {"role": "system", "content": instructions})
    try:
        return orjson.dumps({"messages": messages}, option=orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError:
        whole = [{**message, "content": _whole(message["content"])} for message in messages]
        return orjson.dumps({"messages": whole}, option=orjson.OPT_APPEND_NEWLINE)


def _json(text: str) -> bytes:
    try:
        return orjson.dumps(text)
    except orjson.JSONEncodeError:
        return orjson.dumps(_whole(text))


def _whole(text: str) -> str:
    """Without half characters, which JSON cannot say."""
    return text.encode("utf-8", "replace").decode()
