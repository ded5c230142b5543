"""Everything wrong with a chat-format file is found at once, named by line and field."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import orjson
import pytest

from erpai_desktop.models.chat_limits import ChatLimits, limits_of
from erpai_desktop.models.chat_validation import MOST_FINDINGS, ChatReport, validate_chat

SMALL = ChatLimits("tiny", example_tokens=200, known=True, least_examples=1)
USER = {"role": "user", "content": "Q?"}
ASSISTANT = {"role": "assistant", "content": "A"}


def _tokens(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def _file(*lines: Any) -> io.BytesIO:
    return io.BytesIO(
        b"".join(
            line if isinstance(line, bytes) else orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines
        )
    )


def _example(*messages: Any, **more: Any) -> dict[str, Any]:
    return {"messages": list(messages), **more}


def _check(*lines: Any, limits: ChatLimits = SMALL, validation: io.BytesIO | None = None) -> ChatReport:
    return validate_chat(_file(*lines), validation, limits=limits, count=_tokens)


def _told(report: ChatReport) -> list[tuple[int | None, str, str, bool]]:
    return [(found.line, found.field, found.message, found.blocks) for found in report.findings]


def test_a_good_file() -> None:
    report = _check(
        _example({"role": "system", "content": "S"}, USER, ASSISTANT),
        _example({"role": "user", "content": "Q2?", "name": "Ann"}, {**ASSISTANT, "weight": 1}),
        _example({"role": "user", "content": "Q3?"}, {**ASSISTANT, "weight": 0}, USER, {**ASSISTANT, "weight": 1}),
    )
    assert report == ChatReport((), 3)


@pytest.mark.parametrize(
    ("line", "field", "message"),
    [
        (b"\n", "", "An empty line."),
        (b"{\n", "", "Not JSON"),
        (b"[1]\n", "", "Not a JSON object."),
        (b'{"messages":[{"role":"user","content":"\xff"}]}\n', "", "Not UTF-8 from byte 40 on."),
        (b"[" * 5000 + b"\n", "", "Not JSON"),
        ({}, "messages", "A list of messages is missing."),
        (_example(), "messages", "A list of messages is missing."),
        (_example("x", USER, ASSISTANT), "messages[0]", "Not a JSON object."),
        (_example(USER, ASSISTANT, extra=1), "extra", "An unknown key."),
        (_example({**USER, "id": 1}, ASSISTANT), "messages[0].id", "An unknown key."),
        (_example({"content": "Q?"}, USER, ASSISTANT), "messages[0].role", "The role is missing."),
        (_example({"role": "bot", "content": "Q?"}, USER, ASSISTANT), "messages[0].role", "The role is none of"),
        (_example({"role": ["user"], "content": "Q?"}, USER, ASSISTANT), "messages[0].role", "The role is none of"),
        (_example(USER, ASSISTANT, {"role": "user", "content": "Q2?"}), "messages[2].role", "The last message must be"),
        (_example(ASSISTANT), "messages", "No message of a user."),
        (_example({"role": "user", "content": " "}, ASSISTANT), "messages[0].content", "Empty."),
        (_example(USER, {"role": "assistant"}), "messages[1].content", "Missing."),
        (_example(USER, {"role": "assistant", "content": 5}), "messages[1].content", "Not a text."),
        (_example(USER, {**ASSISTANT, "weight": 0.5}), "messages[1].weight", "Neither 0 nor 1."),
        (_example(USER, {**ASSISTANT, "weight": True}), "messages[1].weight", "Neither 0 nor 1."),
        (_example(USER, {**ASSISTANT, "weight": "1"}), "messages[1].weight", "Neither 0 nor 1."),
        (_example({**USER, "weight": 1}, ASSISTANT), "messages[0].weight", "Only an assistant's message"),
        (_example(USER, {**ASSISTANT, "weight": 0}), "messages", "Every assistant message has the weight 0"),
        (_example({**USER, "name": "Ann Lee"}, ASSISTANT), "messages[0].name", "A name has 1 to 64 characters"),
        (_example({**USER, "name": None}, ASSISTANT), "messages[0].name", "A name has 1 to 64 characters"),
        (_example(USER, {"role": "assistant", "content": "word " * 200}), "messages", "212 tokens; tiny takes 200"),
    ],
)
def test_what_blocks(line: Any, field: str, message: str) -> None:
    report = _check(_example(USER, ASSISTANT), line)
    told = [found for found in _told(report) if found[0] == 2 and found[1] == field and found[2].startswith(message)]
    assert len(told) == 1, _told(report)
    assert told[0][3]
    assert report.blocked


@pytest.mark.parametrize(
    ("example", "field"),
    [
        (_example(USER, {"role": "system", "content": "S"}, ASSISTANT), "messages[1].role"),
        (_example(ASSISTANT, USER, ASSISTANT), "messages[0].role"),
        (_example(USER, USER, ASSISTANT), "messages[1].role"),
        (_example(USER, ASSISTANT, ASSISTANT), "messages[2].role"),
        (_example(USER, ASSISTANT, tools=[]), "tools"),
        (_example(USER, {"role": "tool", "content": "x"}, ASSISTANT), "messages[1].role"),
        (_example({"role": "user", "content": [{"type": "text", "text": "Q"}]}, ASSISTANT), "messages[0].content"),
        (
            _example(USER, {"role": "assistant", "content": None, "tool_calls": [1]}, ASSISTANT),
            "messages[1].tool_calls",
        ),
    ],
)
def test_what_only_some_trainers_take(example: dict[str, Any], field: str) -> None:
    report = _check(example)
    assert field in [found.field for found in report.findings]
    assert not report.blocked


def test_everything_is_found_at_once_what_blocks_first() -> None:
    report = _check(
        _example(USER, USER, ASSISTANT),
        b"nonsense\n",
        _example({"role": "user", "content": ""}, {**ASSISTANT, "weight": 2}, key=1),
        limits=ChatLimits("tiny", least_examples=10),
    )
    assert [(found.line, found.field) for found in report.findings] == [
        (2, ""),
        (3, "key"),
        (3, "messages[0].content"),
        (3, "messages[1].weight"),
        (None, ""),
        (1, "messages[1].role"),
    ]
    assert str(report.findings[1]) == "training file, line 3, key: An unknown key."
    assert report.examples == 2


def test_the_limit_is_of_tokens_not_of_bytes() -> None:
    long = _example(USER, {"role": "assistant", "content": "x" * 5000})
    assert not _check(long).findings
    asked: list[str] = []

    def count(texts: Sequence[str]) -> list[int]:
        asked.extend(texts)
        return _tokens(texts)

    validate_chat(_file(_example(USER, ASSISTANT)), limits=SMALL, count=count)
    assert asked == []  # So few bytes cannot be too many tokens.


def test_duplicates_name_their_twin() -> None:
    report = _check(_example(USER, ASSISTANT), b"\n", _example(USER, ASSISTANT))
    assert (3, "", "The same example as in line 1.", False) in _told(report)


def test_a_test_that_is_taught_is_a_leak() -> None:
    validation = _file(_example({"role": "user", "content": " q "}, ASSISTANT))
    report = _check(
        _example({"role": "user", "content": "Other?"}, ASSISTANT), _example(USER, ASSISTANT), validation=validation
    )
    (found,) = report.findings
    assert (found.file, found.line, found.blocks) == ("validation", 1, False)
    assert "line 2" in found.message
    assert (report.examples, report.validation_examples) == (2, 1)


def test_files_as_a_whole() -> None:
    report = _check(b"", limits=limits_of("gpt-4o"), validation=_file())
    assert [(found.file, found.line, found.blocks) for found in report.findings] == [
        ("training", None, True),
        ("validation", None, True),
    ]
    big = ChatLimits("tiny", least_examples=1, most_bytes=20)
    assert "at most 0 MB" in _check(_example(USER, ASSISTANT), limits=big).findings[0].message
    assert "byte order mark" in _check(b"\xef\xbb\xbf{}\n").findings[0].message


def test_a_million_wrong_lines_do_not_make_a_million_findings() -> None:
    report = _check(*[b"x\n"] * (MOST_FINDINGS + 500))
    assert len(report.findings) == MOST_FINDINGS + 1
    assert "501 more" in report.findings[-1].message


def test_an_endless_line_is_not_read_into_memory() -> None:
    report = _check(
        _example(USER, ASSISTANT),
        b'{"messages": "' + b"x" * (40 * 1024 * 1024) + b'"}\n',
        _example(USER, {**ASSISTANT, "content": "B"}),
    )
    assert [(found.line, found.message) for found in report.findings] == [(2, "Longer than 16 MiB.")]
    assert report.examples == 2


def test_limits_by_base_model() -> None:
    assert limits_of("gpt-4.1-mini-2025-04-14").example_tokens == 65_536
    assert limits_of("ft:gpt-3.5-turbo-0613:acme::x").example_tokens == 4_096
    assert limits_of("gpt-3.5-turbo-0125").example_tokens == 16_385
    assert limits_of("gpt-4-0613").example_tokens == 8_192
    assert not limits_of("llama").known
