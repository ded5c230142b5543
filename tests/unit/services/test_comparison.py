"""Two versions, question by question."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import select, update

from erpai_desktop.errors import CorruptWorkspaceError, NotFoundError, UserError
from erpai_desktop.models.comparison import Better, Verdict
from erpai_desktop.models.entities import BlobPart, CompilationAsset
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.parity import similarity
from erpai_desktop.services.comparison import comparison
from erpai_desktop.storage.unit_of_work import UnitOfWork
from tests.evaluated import add_evaluated, record, records
from tests.unit.services.conftest import ON_BOTH_DATABASES, Company


def test_a_window_that_names_it_does_not_wait_for_what_it_measures_with() -> None:
    code = "import sys, erpai_desktop.services.comparison; sys.exit('rapidfuzz' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@ON_BOTH_DATABASES
def test_both_answers_and_verdicts_of_each_question(company: Company) -> None:
    database = company.database
    left = add_evaluated(database, company.sales, records("x" * 8 + ".." + "x"))
    found = [*records("." * 8 + "x." + "x"), record(50)]
    found[9] = dataclasses.replace(found[9], answer="Answer 10!", judge_score=0.8, judge_reason="close enough")
    right = add_evaluated(database, company.sales, found)
    read = database.read(comparison, left_id=left, right_id=right)
    assert (read.model_name, read.left.name, read.right.name) == ("Sales", "v1", "v2")
    assert (read.better, read.worse, read.same, read.verdict) == (8, 1, 2, Verdict.RIGHT)
    assert (read.left_only, read.right_only, read.reworded, read.is_common) == (0, 1, 0, False)
    assert "v2 is better, beyond chance" in read.sentence
    first = read.questions[0]
    assert (first.better, first.left.right, first.right.right) == (Better.RIGHT, False, True)
    assert first.left.reason == "another answer than the desired one"
    close = next(one for one in read.questions if one.question == "Question 10?")
    assert 80 < close.similarity < 100
    assert (close.right.judge_score, close.right.judge_reason) == (0.8, "close enough")


def test_a_refusal_is_like_another_refusal_only(company: Company) -> None:
    refusal: dict[str, Any] = {"refused": True, "answer": "", "right": False}
    left = add_evaluated(company.database, company.sales, [record(1, **refusal), record(2)])
    right = add_evaluated(company.database, company.sales, [record(1, **refusal), record(2, **refusal)])
    read = company.database.read(comparison, left_id=left, right_id=right)
    assert {one.question: one.similarity for one in read.questions} == {"Question 1?": 100.0, "Question 2?": 0.0}


def test_versions_without_an_evaluation_have_nothing_in_common(company: Company) -> None:
    left = add_evaluated(company.database, company.sales, [])
    right = add_evaluated(company.database, company.sales, [record(1)])
    read = company.database.read(comparison, left_id=left, right_id=right)
    assert (read.verdict, read.questions, read.right_only) == (Verdict.UNKNOWN, (), 1)


def test_versions_of_two_models_or_of_none_are_not_compared(company: Company) -> None:
    mine = add_evaluated(company.database, company.sales, [record(1)])
    other = add_evaluated(company.database, company.marketing, [record(1)])
    with pytest.raises(UserError, match="two models"):
        company.database.read(comparison, left_id=mine, right_id=other)
    with pytest.raises(NotFoundError):
        company.database.read(comparison, left_id=mine, right_id=CompilationId(new_id()))


def test_a_damaged_evaluation_is_said_to_be_damaged(company: Company) -> None:
    left = add_evaluated(company.database, company.sales, [record(1)])
    right = add_evaluated(company.database, company.sales, [record(2)])

    def damage(work: UnitOfWork) -> None:
        sha256 = work.session.scalar(
            select(CompilationAsset.blob_sha256).where(CompilationAsset.compilation_id == left)
        )
        work.session.execute(update(BlobPart).where(BlobPart.sha256 == sha256).values(data=b'{"question": 1}'))

    company.database.write(damage)
    with pytest.raises(CorruptWorkspaceError, match="v1"):
        company.database.read(comparison, left_id=left, right_id=right)


def test_similarity_is_of_what_is_read_and_bounded_in_time() -> None:
    assert similarity("We  are\nopen.", "We are open.") == 100.0
    assert similarity("", "") == 100.0
    assert similarity("a" * 2_000_000, "b" * 2_000_000) == 0.0
