"""Two versions compared on the command line: the same questions, what each was made of, and its instructions."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.cli.output import Output
from erpai_desktop.errors import UserError
from erpai_desktop.models.comparison import Better
from erpai_desktop.models.entities import Workspace
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.comparison import (
    Comparison,
    KnowledgeDifference,
    QuestionComparison,
    RowDifference,
    RowText,
    SideAnswer,
)
from erpai_desktop.services import comparison, scoreboard
from erpai_desktop.services.knowledge_difference import knowledge_difference
from erpai_desktop.services.parity_report import write_parity_report
from erpai_desktop.storage.database import Database

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_SHOWN = 80


def compare(asked: argparse.Namespace, database: Database, output: Output, model_id: ModelId) -> None:
    """Compare the two versions of `asked.compare`. Raises NotFoundError, UserError, ServiceError."""
    if asked.report is not None:
        check_report(asked.report)
    left, right = (database.read(scoreboard.find_version, model_id=model_id, name=name) for name in asked.compare)
    if left == right:
        raise UserError("These are one and the same version.", advice="Name two versions.")
    found = database.read(comparison.comparison, left_id=left, right_id=right)
    knowledge = database.read(knowledge_difference, left_id=left, right_id=right)
    for question in found.questions:
        if question.better is not Better.SAME:
            output.result({"event": "question", **_question_object(question)}, _question_text(question, found))
    # Of a version whose manifest is gone nobody knows what was added since.
    gone = [
        version.name
        for missing, version in ((knowledge.left_missing, found.left), (knowledge.right_missing, found.right))
        if missing
    ]
    for row in () if gone else knowledge.rows:
        output.result(_row_object(row), _row_text(row))
    differing = list(_instructions(knowledge, found))
    if differing:
        output.text("\n".join(differing))
    summary = _comparison_object(found) | {
        "knowledge": None if gone else _counts(knowledge),
        "instructions_differ": bool(differing),
        "instructions": differing,
    }
    lines = [found.sentence]
    if not found.is_common:
        lines.append(
            f"Not compared: {found.left_only:,} asked of {found.left.name} alone, {found.right_only:,} of "
            f"{found.right.name} alone, {found.reworded:,} changed between them."
        )
    if gone:
        lines.append(f"What {' and '.join(gone)} had been made of is not kept any more.")
    else:
        lines.append(f"Rows: {knowledge.added:,} added, {knowledge.removed:,} removed, {knowledge.changed:,} changed.")
        if knowledge.added + knowledge.removed + knowledge.changed > len(knowledge.rows):
            lines.append(f"The first {len(knowledge.rows):,} of them are listed.")
    if asked.report is not None:
        path = write_parity_report(comparison.parity_of(found), asked.report, workspace=database.read(workspace_name))
        summary["report"] = str(path)
        lines.append(f"Wrote {path}")
    output.result({"event": "compared", **summary}, "\n".join(lines))


def check_report(path: Path) -> None:
    """Before anything is asked or compared for it. Raises UserError for a file that would be another kind of report."""
    if path.suffix.casefold() not in (".html", ".htm"):
        raise UserError(
            f"A report is a web page, and {path.name} would be something else.",
            safe="Nothing was written.",
            advice="Let its name end in .html; a browser prints it into a PDF.",
        )


def workspace_name(session: Session) -> str:
    """What reports call it."""
    return session.scalar(select(Workspace.name)) or ""


def _comparison_object(found: Comparison) -> dict[str, Any]:
    return {
        "left": found.left.number,
        "right": found.right.number,
        "better": found.better,
        "worse": found.worse,
        "same": found.same,
        "p_value": found.p_value,
        "verdict": found.verdict.value,
        "left_only": found.left_only,
        "right_only": found.right_only,
        "reworded": found.reworded,
    }


def _question_object(question: QuestionComparison) -> dict[str, Any]:
    return {
        "qa_id": str(question.qa_id),
        "question": question.question.encode("utf-8", "replace").decode(),
        "better": question.better.value,
        "left": _answer_object(question.left),
        "right": _answer_object(question.right),
    }


def _answer_object(answer: SideAnswer) -> dict[str, Any]:
    return {
        "answer": answer.answer.encode("utf-8", "replace").decode(),
        "refused": answer.refused,
        "right": answer.right,
        "reason": answer.reason,
    }


def _question_text(question: QuestionComparison, found: Comparison) -> str:
    is_right = question.better is Better.RIGHT
    winner = found.right if is_right else found.left
    loser = question.left if is_right else question.right
    return f"{winner.name} better: {_short(question.question)} (the other one: {loser.reason})"


def _counts(knowledge: KnowledgeDifference) -> dict[str, int]:
    return {
        "added": knowledge.added,
        "removed": knowledge.removed,
        "changed": knowledge.changed,
        "unchanged": knowledge.unchanged,
    }


def _row_object(row: RowDifference) -> dict[str, Any]:
    return {
        "event": "row",
        "change": row.change,
        "row_id": str(row.row_id),
        "kind": row.kind.value,
        "turn": row.turn,
        "model": row.model_name,
        "before": _row_said(row.before),
        "after": _row_said(row.after),
    }


def _row_said(text: RowText | None) -> dict[str, str] | None:
    return None if text is None else {"section": text.section, "question": text.question, "answer": text.answer}


def _row_text(row: RowDifference) -> str:
    said = row.after or row.before
    what = _short(said.question) if said is not None else f"{row.kind.value} {row.row_id}, turn {row.turn}"
    line = f"{_SIGNS[row.change]} {row.model_name}, {what}"
    if row.before is None or row.after is None:
        return line
    fields = ("section", "question", "answer")
    changed = [(getattr(row.before, name), getattr(row.after, name)) for name in fields]
    return "\n".join([line, *(f"    {_short(a)} → {_short(b)}" for a, b in changed if a != b)])


def _instructions(knowledge: KnowledgeDifference, found: Comparison) -> Iterator[str]:
    return unified_diff(
        knowledge.left_instructions.splitlines(),
        knowledge.right_instructions.splitlines(),
        f"{found.left.name} instructions",
        f"{found.right.name} instructions",
        lineterm="",
    )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
