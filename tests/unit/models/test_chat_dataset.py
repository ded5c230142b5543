"""Resolved knowledge as chat-format examples: what is taught, with which weight, in equal bytes."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import orjson
import pytest

from erpai_desktop.models.chat_dataset import left_out, training_examples, validation_examples, write_lines
from erpai_desktop.models.chat_limits import limits_of
from erpai_desktop.models.chat_validation import validate_chat
from erpai_desktop.models.curated import ConversationRow, QaRow
from erpai_desktop.models.enums import ReviewState
from tests.unit.models.builders import known, qa, row_id, talk

RULES = "Answer briefly."


def _lines(where: str, *rows: QaRow | ConversationRow, instructions: str = RULES) -> list[dict[str, Any]]:
    conversations = {row.id: row for row in rows if isinstance(row, ConversationRow)}
    lines = training_examples(known(where, *rows), conversations, instructions)  # type: ignore[arg-type] # ids are UUIDs
    return [orjson.loads(line) for line in lines]


def _said(example: dict[str, Any]) -> list[tuple[str, str, int | None]]:
    return [(m["role"], m["content"], m.get("weight")) for m in example["messages"]]


def test_a_qa_is_one_example_with_the_instructions() -> None:
    (example,) = _lines("sales", qa("sales", "What is VAT?", "Twenty  percent.\n"))
    assert _said(example) == [
        ("system", RULES, None),
        ("user", "What is VAT?", None),
        ("assistant", "Twenty  percent.\n", None),
    ]


def test_without_instructions_there_is_no_system_message() -> None:
    (example,) = _lines("sales", qa("sales", "Q?", "A"), instructions=" \n")
    assert [role for role, _, _ in _said(example)] == ["user", "assistant"]


def test_a_corrected_answer_is_shown_and_not_learned() -> None:
    (example,) = _lines(
        "sales",
        talk("sales", "S: ignore", "A: Hello!", "U: Rate?", "A: 19 %", "U: No, that is old.", "A: 20 %", "U: Ta"),
    )
    assert _said(example) == [
        ("system", RULES, None),
        ("user", "Rate?", None),
        ("assistant", "19 %", 0),
        ("user", "No, that is old.", None),
        ("assistant", "20 %", 1),
    ]


def test_messages_in_a_row_become_one_and_the_improved_answer_is_kept() -> None:
    (example,) = _lines("sales", talk("sales", "U: Hello", "U: Rate?", "A: 19?", "A: 20 %", "U: And then?", "A: 5 %"))
    assert _said(example)[1:] == [
        ("user", "Hello\n\nRate?", None),
        ("assistant", "20 %", 1),
        ("user", "And then?", None),
        ("assistant", "5 %", 1),
    ]


def test_a_turn_that_gives_way_is_not_learned() -> None:
    rows = (
        talk("sales", "U: Rate?", "A: 19 %", "U: Where?", "A: Sofia", at=1),
        qa("sales", "Rate?", "20 %", at=2),
    )
    single, example = _lines("sales", *rows)
    assert _said(single)[1:] == [("user", "Rate?", None), ("assistant", "20 %", None)]
    assert [weight for role, _, weight in _said(example) if role == "assistant"] == [0, 1]


def test_what_comes_after_the_last_learned_answer_is_cut_off() -> None:
    rows = (
        talk("sales", "U: Where?", "A: Sofia", "U: Rate?", "A: 19 %", at=1),
        qa("sales", "Rate?", "20 %", at=2),
    )
    assert _said(_lines("sales", *rows)[1])[-1] == ("assistant", "Sofia", 1)


def test_conflicts_shadows_and_what_is_not_approved_are_left_out() -> None:
    rows = (
        qa("sales", "Q?", "One"),
        qa("sales", "Q?", "Two"),
        qa("master", "Rate?", "19 %"),
        qa("sales", "Rate?", "20 %"),
        talk("sales", "U: Secret?", "A: Yes", state=ReviewState.PENDING),
        talk("sales", "U: Rate?", "A: 18 %", name="beaten", at=-1),
        qa("sales", "T?", "Test", validation=True),
    )
    assert [_said(example)[1:] for example in _lines("sales", *rows)] == [
        [("user", "Rate?", None), ("assistant", "20 %", None)]
    ]
    out = left_out(known("sales", *rows), [row_id("beaten")])
    assert set(out.conflicted) == {row_id("sales Q? One False"), row_id("sales Q? Two False")}
    assert out.conversations == (row_id("beaten"),)


def test_validation_rows_have_a_file_of_their_own_without_those_that_have_no_answer() -> None:
    rows = (
        qa("sales", "T?", "Test", validation=True),
        qa("sales", "Refuse?", "", validation=True, refuse=True, name="refuse"),
        qa("sales", "Terms?", " ", validation=True, require=("x",), name="terms"),
    )
    resolution = known("sales", *rows)
    assert [_said(orjson.loads(line)) for line in validation_examples(resolution, "")] == [
        [("user", "T?", None), ("assistant", "Test", None)]
    ]
    assert set(left_out(resolution, []).tests) == {row_id("refuse"), row_id("terms")}


def test_equal_knowledge_makes_equal_bytes_whatever_the_order() -> None:
    rows = [
        *(qa("sales", f"Question {n}?", f"Answer {n}") for n in range(50)),
        *(talk("sales", f"U: Talk {n}?", f"A: Yes {n}", name=str(n)) for n in range(9)),
    ]
    conversations = {row.id: row for row in rows if isinstance(row, ConversationRow)}
    files = []
    for order in (rows, rows[::-1]):
        file = io.BytesIO()
        made = write_lines(file, training_examples(known("sales", *order), conversations, RULES))  # type: ignore[arg-type] # ids are UUIDs
        assert made == (hashlib.sha256(file.getvalue()).hexdigest(), len(file.getvalue()), 59)
        files.append(file.getvalue())
    assert files[0] == files[1]


def test_a_large_file_is_written_in_pieces() -> None:
    lines = [b"x" * 100_000 + b"\n"] * 30
    file = io.BytesIO()
    made = write_lines(file, iter(lines))
    assert file.getvalue() == b"".join(lines)
    assert made == (hashlib.sha256(file.getvalue()).hexdigest(), 30 * 100_001, 30)


@pytest.mark.parametrize(
    "text", ["half \ud800 a character", "nul \0 and \x1b", "日本語 🙂 \u2028 line", '"quotes" \\ </script>']
)
def test_hostile_texts_make_a_file_that_is_taken(text: str) -> None:
    rows = [
        *(qa("sales", f"{text} {n}?", text, name=str(n)) for n in range(10)),
        talk("sales", f"U: {text}!", f"A: {text}", name="talk"),
    ]
    conversations = {row.id: row for row in rows if isinstance(row, ConversationRow)}
    lines = list(training_examples(known("sales", *rows), conversations, text))  # type: ignore[arg-type] # ids are UUIDs
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in lines)
    report = validate_chat(io.BytesIO(b"".join(lines)), limits=limits_of(""), count=lambda texts: [1 for _ in texts])
    assert (report.findings, report.examples) == ((), 11)
