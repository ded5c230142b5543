"""Whether a chat-format file for fine-tuning will be taken, by OpenAI and by trainers that read the same format.

Complete and offline: every line is read as a stranger's, everything wrong is found at once and named by line and field.
What blocks would be refused, cut, or teach nothing; the rest works at OpenAI but not everywhere, or teaches badly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import orjson

from erpai_desktop.models.chat_limits import ChatLimits
from erpai_desktop.models.questions import question_key

TRAINING, VALIDATION = "training", "validation"
MESSAGE_TOKENS, EXAMPLE_TOKENS = 4, 3
"""What each message's role and marks cost, and an example's (OpenAI cookbook, "How to count tokens with tiktoken")."""
MOST_FINDINGS = 1_000
"""Of one file: whoever wrote a million wrong lines mends the first and looks again."""

_LONGEST_LINE = 16 * 1024 * 1024
_ROLES = _PLAIN = ("system", "user", "assistant")
_TOOL_ROLES = ("tool", "function", "developer")
_EXAMPLE_KEYS = frozenset({"messages"})
_TOOL_EXAMPLE_KEYS = frozenset({"tools", "parallel_tool_calls", "functions"})
_MESSAGE_KEYS = frozenset({"role", "content", "name", "weight"})
_TOOL_MESSAGE_KEYS = frozenset({"tool_calls", "tool_call_id", "function_call", "refusal", "audio"})
_NAME = re.compile(r"[^\s<|\\/>]{1,64}")

Count = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True)
class ChatFinding:
    """One thing found. `line` counts from 1, None for the whole file; `field` is a path such as `messages[1].role`."""

    message: str
    file: str = TRAINING
    line: int | None = None
    field: str = ""
    blocks: bool = True

    def __str__(self) -> str:
        where = [f"{self.file} file", f"line {self.line}" if self.line else "", self.field]
        return f"{', '.join(part for part in where if part)}: {self.message}"


@dataclass(frozen=True, slots=True)
class ChatReport:
    """What was found, what blocks first, then in the order of the lines; and how many examples there are."""

    findings: tuple[ChatFinding, ...]
    examples: int
    validation_examples: int = 0

    @property
    def blocked(self) -> bool:
        """Whether it must not be sent."""
        return any(finding.blocks for finding in self.findings)


def validate_chat(
    training: BinaryIO, validation: BinaryIO | None = None, *, limits: ChatLimits, count: Count
) -> ChatReport:
    """Read both files, which can be sought in, to their ends.

    `count` counts tokens; it is asked only where bytes leave a doubt.
    """
    tested: dict[str, int] = {}
    second = _File(VALIDATION, limits, count)
    if validation is not None:
        second.read(validation, lambda line, question: tested.setdefault(question_key(question), line))
        if not second.examples:
            second.find("There is no example in it; leave the file out instead.")
    leaked: dict[int, int] = {}

    def look_for_leak(line: int, question: str) -> None:
        if tested and (test := tested.get(question_key(question))):
            leaked.setdefault(test, line)

    first = _File(TRAINING, limits, count)
    first.read(training, look_for_leak)
    if first.examples < limits.least_examples:
        first.find(f"{first.examples} examples; at least {limits.least_examples} are needed.")
    for test, line in sorted(leaked.items()):
        second.find(
            f"The same question is taught by line {line} of the training file, so this proves nothing.",
            line=test,
            blocks=False,
        )
    found = [*first.all_found(), *second.all_found()]
    found.sort(key=lambda one: (not one.blocks, one.file != TRAINING, one.line is None, one.line or 0))
    return ChatReport(tuple(found), first.examples, second.examples)


class _File:
    """One file while it is read."""

    def __init__(self, name: str, limits: ChatLimits, count: Count) -> None:
        self.examples = 0
        self._name = name
        self._limits = limits
        self._count = count
        self._found: list[ChatFinding] = []
        self._more = 0

    def find(self, message: str, *, line: int | None = None, field: str = "", blocks: bool = True) -> None:
        """Write a finding down."""
        if len(self._found) < MOST_FINDINGS:
            self._found.append(ChatFinding(message, self._name, line, field, blocks))
        else:
            self._more += 1

    def all_found(self) -> list[ChatFinding]:
        """All of them."""
        if not self._more:
            return self._found
        return [*self._found, ChatFinding(f"{self._more:,} more findings like these.", self._name)]

    def read(self, file: BinaryIO, on_question: Callable[[int, str], object]) -> None:
        """Read it all; tell the questions with their lines."""
        size = 0
        limit = self._limits.example_tokens
        seen, again = set[int](), list[tuple[int, int]]()
        for number, line in enumerate(_lines(file), start=1):
            size += len(line)
            example = self._parsed(number, line)
            if example is None:
                continue
            self.examples += 1
            question = _plain_question(example)
            if question is None:
                if not self._examine(number, example, on_question):
                    continue
            else:
                on_question(number, question)
            # A token is a byte at least, and the marks of a message are fewer tokens than the bytes of its keys.
            if len(line) > limit:
                self._measure(number, example)
            mark = hash(line)
            if mark in seen:
                again.append((number, mark))
            seen.add(mark)
        self._find_twins(file, again)
        if size > self._limits.most_bytes:
            self.find(f"{size / 1e6:,.0f} MB; at most {self._limits.most_bytes / 1e6:,.0f} MB are taken.")

    def _find_twins(self, file: BinaryIO, again: Sequence[tuple[int, int]]) -> None:
        """Which line each repeated one repeats: rare, so that it is looked for rather than remembered of every line."""
        if not again:
            return
        wanted = {mark for _, mark in again}
        first: dict[int, int] = {}
        file.seek(0)
        for number, line in enumerate(_lines(file), start=1):
            if (mark := hash(line)) in wanted:
                first.setdefault(mark, number)
        for number, mark in again:
            self.find(f"The same example as in line {first[mark]}.", line=number, blocks=False)

    def _parsed(self, number: int, line: bytes) -> dict[str, Any] | None:
        if len(line) > _LONGEST_LINE:
            self.find(f"Longer than {_LONGEST_LINE // 1024**2} MiB.", line=number)
            return None
        try:
            example = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            self.find(_why_no_json(number, line, error), line=number)
            return None
        if not isinstance(example, dict):
            self.find("Not a JSON object.", line=number)
            return None
        return example

    def _examine(self, number: int, example: dict[str, Any], on_question: Callable[[int, str], object]) -> bool:
        """Find everything wrong with an example that is not of the plainest kind; False when it cannot be measured."""
        for key in example:
            if key in _TOOL_EXAMPLE_KEYS:
                self.find("Tools are not read by every trainer.", line=number, field=key, blocks=False)
            elif key not in _EXAMPLE_KEYS:
                self.find("An unknown key.", line=number, field=_short(key))
        messages = example.get("messages")
        if not isinstance(messages, list) or not messages:
            self.find("A list of messages is missing.", line=number, field="messages")
            return False
        roles: list[str] = []
        learned = False
        for at, message in enumerate(messages):
            field = f"messages[{at}]"
            if not isinstance(message, dict):
                self.find("Not a JSON object.", line=number, field=field)
                roles.append("")
                continue
            role = self._role(number, field, message)
            roles.append(role)
            text = self._content(number, field, message, role)
            if role == "user" and text:
                on_question(number, text)
            learned |= self._weight(number, field, message, role) and role == "assistant"
            self._keys(number, field, message)
        self._order(number, roles)
        if not learned and "assistant" in roles:
            self.find("Every assistant message has the weight 0: nothing is learned.", line=number, field="messages")
        return True

    def _role(self, number: int, field: str, message: dict[str, Any]) -> str:
        role = message.get("role")
        if role in _ROLES:
            return str(role)
        if role in _TOOL_ROLES:
            self.find(
                f"The role “{role}” is not read by every trainer.", line=number, field=f"{field}.role", blocks=False
            )
            return str(role)
        told = "is missing" if role is None else "is none of system, user, assistant"
        self.find(f"The role {told}.", line=number, field=f"{field}.role")
        return ""

    def _content(self, number: int, field: str, message: dict[str, Any], role: str) -> str:
        content = message.get("content")
        field = f"{field}.content"
        if isinstance(content, str):
            if not content.strip():
                self.find("Empty.", line=number, field=field)
            return content
        if isinstance(content, list) and content:
            self.find("Contents in parts are not read by every trainer.", line=number, field=field, blocks=False)
            return ""
        if content is None and role == "assistant" and (message.get("tool_calls") or message.get("function_call")):
            return ""
        self.find("Missing." if content is None else "Not a text.", line=number, field=field)
        return ""

    def _weight(self, number: int, field: str, message: dict[str, Any], role: str) -> bool:
        """Whether the message is learned from, as far as its weight says."""
        if "weight" not in message:
            return True
        weight = message["weight"]
        field = f"{field}.weight"
        if role and role != "assistant":
            self.find("Only an assistant's message has a weight.", line=number, field=field)
        elif isinstance(weight, bool) or weight not in (0, 1):
            self.find("Neither 0 nor 1.", line=number, field=field)
            return True
        return bool(weight)

    def _keys(self, number: int, field: str, message: dict[str, Any]) -> None:
        for key in message:
            if key in _TOOL_MESSAGE_KEYS:
                self.find("Tools are not read by every trainer.", line=number, field=f"{field}.{key}", blocks=False)
            elif key not in _MESSAGE_KEYS:
                self.find("An unknown key.", line=number, field=f"{field}.{_short(key)}")
        if "name" in message and not (isinstance(message["name"], str) and _NAME.fullmatch(message["name"])):
            self.find(
                "A name has 1 to 64 characters, without spaces and < > | \\ /.", line=number, field=f"{field}.name"
            )

    def _order(self, number: int, roles: list[str]) -> None:
        if roles[-1] != "assistant":
            self.find(
                "The last message must be the assistant's.", line=number, field=f"messages[{len(roles) - 1}].role"
            )
        if "user" not in roles:
            self.find("No message of a user.", line=number, field="messages")
        previous = ""
        for at, role in enumerate(roles):
            field = f"messages[{at}].role"
            if role == "system" and at:
                self.find(
                    "A system message stands first, or some trainers refuse it.", line=number, field=field, blocks=False
                )
            elif role == "assistant" and previous in ("", "system") and "user" in roles:
                self.find("The assistant speaks before a user has.", line=number, field=field, blocks=False)
            elif role and role == previous and role in ("user", "assistant"):
                self.find(f"Two messages of the {role} in a row.", line=number, field=field, blocks=False)
            previous = role

    def _measure(self, number: int, example: dict[str, Any]) -> None:
        messages = [message for message in example["messages"] if isinstance(message, dict)]
        texts = [
            text for message in messages for key in ("content", "name") if isinstance(text := message.get(key), str)
        ]
        tokens = sum(self._count(texts)) + MESSAGE_TOKENS * len(messages) + EXAMPLE_TOKENS
        if tokens > self._limits.example_tokens:
            model = self._limits.base_model or "this model"
            self.find(
                f"{tokens:,} tokens; {model} takes {self._limits.example_tokens:,} of an example and cuts the rest.",
                line=number,
                field="messages",
            )


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines, one that is too long without its end."""
    while line := file.readline(_LONGEST_LINE + 1):
        yield line
        while len(line) > _LONGEST_LINE and not line.endswith(b"\n"):
            line = file.readline(_LONGEST_LINE + 1)
            if not line:
                return


def _plain_question(example: dict[str, Any]) -> str | None:
    """The question of an example with nothing to find: a system message or none, a question, an answer; else None.

    Nearly every line is of this kind, and this decides it in a tenth of the time.
    """
    messages = example.get("messages")
    if len(example) != 1 or type(messages) is not list or not 2 <= len(messages) <= 3:
        return None
    roles = _PLAIN if len(messages) == 3 else _PLAIN[1:]
    question = ""
    for message, role in zip(messages, roles, strict=True):
        if type(message) is not dict or len(message) != 2 or message.get("role") != role:
            return None
        content = message.get("content")
        if type(content) is not str or not content or content.isspace():
            return None
        if role == "user":
            question = content
    return question


def _why_no_json(number: int, line: bytes, error: orjson.JSONDecodeError) -> str:
    if not line.strip():
        return "An empty line."
    if number == 1 and line.startswith(b"\xef\xbb\xbf"):
        return "It begins with a byte order mark; save it as UTF-8 without one."
    try:
        line.decode()
    except UnicodeDecodeError as wrong:
        return f"Not UTF-8 from byte {wrong.start + 1} on."
    return f"Not JSON: {error.msg}."


def _short(key: str) -> str:
    return key if len(key) <= 40 else f"{key[:39]}…"
