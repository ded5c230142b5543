"""Evaluations are stored and read back, older ones too; the same questions have the same hash."""

from __future__ import annotations

import dataclasses
from uuid import UUID

import orjson
import pytest

from erpai_desktop.models.enums import Grounding
from erpai_desktop.models.evaluation_record import (
    EvaluationRecord,
    EvaluationSummary,
    pack_records,
    read_records,
    read_summary,
    summarize,
)

ONE = EvaluationRecord(
    qa_id=UUID(int=1),
    model_id=UUID(int=2),
    question="When do you open?",
    expected="At nine.",
    expects_refusal=False,
    answer="At nine.",
    refused=False,
    confidence=0.9,
    right=True,
    reason="the desired answer",
    score=1.0,
    similarity=100.0,
    elapsed_ms=4.0,
    money_micros=12,
    grounding=Grounding.CITED,
)
REFUSED = dataclasses.replace(
    ONE, qa_id=UUID(int=3), question="Capital of Peru?", expected="", expects_refusal=True, refused=True, elapsed_ms=6.0
)


def test_records_come_back_as_they_were() -> None:
    assert read_records(pack_records([ONE, REFUSED])) == (ONE, REFUSED)
    assert read_records(b"") == ()


def test_a_record_of_an_older_program_is_read() -> None:
    old = {name: orjson.loads(pack_records([ONE]))[name] for name in ("qa_id", "model_id", "question", "expected")}
    old |= {"expects_refusal": False, "answer": "", "refused": True, "confidence": 0.1, "right": False, "reason": "x"}
    (record,) = read_records(orjson.dumps(old))
    assert (record.score, record.grounding, record.elapsed_ms) == (0.0, Grounding.CURATED, None)


def test_a_damaged_record_is_refused() -> None:
    with pytest.raises(ValueError, match="damaged"):
        read_records(b'{"question": "what"}')


def test_summary_counts_and_comes_back() -> None:
    summary = summarize([ONE, REFUSED, dataclasses.replace(ONE, right=False, score=0.0)], currency="EUR", judge="j")
    assert (summary.right, summary.total, summary.answered_right, summary.refused_right) == (2, 3, 1, 1)
    assert (summary.median_ms, summary.money_micros) == (4.0, 36)
    assert read_summary(summary.to_json()) == summary
    assert read_summary(None) == read_summary("[]") == EvaluationSummary()
    assert read_summary('{"right": 3, "total": 4}').total == 4


def test_only_the_same_questions_have_the_same_hash() -> None:
    other_answer = dataclasses.replace(ONE, answer="At ten.", right=False)
    assert summarize([ONE, REFUSED]).questions_hash == summarize([REFUSED, other_answer]).questions_hash
    reworded = dataclasses.replace(ONE, expected="At eight.")
    assert summarize([ONE, REFUSED]).questions_hash != summarize([reworded, REFUSED]).questions_hash
