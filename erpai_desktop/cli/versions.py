"""The versions of a model on the command line: listed, compared, activated, rolled back."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.cli.compiling import resume
from erpai_desktop.cli.output import Output, days_text
from erpai_desktop.errors import UserError
from erpai_desktop.models.comparison import Better
from erpai_desktop.models.entities import Workspace
from erpai_desktop.models.enums import CompilationStatus
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.money import in_words
from erpai_desktop.models.snapshots.comparison import Comparison, QuestionComparison, SideAnswer, VersionScore
from erpai_desktop.models.statistics import percent
from erpai_desktop.services import comparison, compilations, rolling_back, scoreboard, tree_reading
from erpai_desktop.services.knowledge_difference import knowledge_difference
from erpai_desktop.services.parity_report import write_parity_report
from erpai_desktop.storage.database import Database


def versions(asked: argparse.Namespace, database: Database, output: Output) -> None:
    """List a model's versions, or compare two of them."""
    model_id = database.read(tree_reading.find_model, name_or_id=asked.model)
    if asked.resume:
        resume(asked, database, output)
        return
    if asked.compare is not None:
        _compare(asked, database, output, model_id)
        return
    if asked.report is not None:
        raise UserError("A report is of two versions.", advice="Name them by --compare A B.")
    found = database.read(scoreboard.scoreboard, model_id=model_id)
    if not found:
        output.warn(f"{asked.model} was never compiled.")
    for version in found:
        output.result(_version_object(version), _version_text(version))


def activate(asked: argparse.Namespace, database: Database, output: Output) -> None:
    """Let a version answer from now on."""
    model_id = database.read(tree_reading.find_model, name_or_id=asked.model)
    compilation_id = database.read(scoreboard.find_version, model_id=model_id, name=asked.version)
    database.write(compilations.activate, compilation_id=compilation_id)
    _tell_active(database, output, model_id)


def roll_back(asked: argparse.Namespace, database: Database, output: Output) -> None:
    """Let the version answer again that answered before."""
    model_id = database.read(tree_reading.find_model, name_or_id=asked.model)
    database.write(rolling_back.roll_back, model_id=model_id)
    _tell_active(database, output, model_id)


def _tell_active(database: Database, output: Output, model_id: ModelId) -> None:
    active = database.read(scoreboard.find_version, model_id=model_id, name="active")
    version = database.read(scoreboard.version_score, compilation_id=active)
    output.result({"version": version.number, "active": True}, f"{version.name} answers from now on.")


def _compare(asked: argparse.Namespace, database: Database, output: Output, model_id: ModelId) -> None:
    left, right = (database.read(scoreboard.find_version, model_id=model_id, name=name) for name in asked.compare)
    if left == right:
        raise UserError("These are one and the same version.", advice="Name two versions.")
    found = database.read(comparison.comparison, left_id=left, right_id=right)
    knowledge = database.read(knowledge_difference, left_id=left, right_id=right)
    for question in found.questions:
        if question.better is not Better.SAME:
            output.result({"event": "question", **_question_object(question)}, _question_text(question, found))
    summary = _comparison_object(found) | {
        "knowledge": {
            "added": knowledge.added,
            "removed": knowledge.removed,
            "changed": knowledge.changed,
            "unchanged": knowledge.unchanged,
        },
        "instructions_differ": knowledge.left_instructions != knowledge.right_instructions,
    }
    lines = [found.sentence]
    if not found.is_common:
        lines.append(
            f"Not compared: {found.left_only:,} asked of {found.left.name} alone, {found.right_only:,} of "
            f"{found.right.name} alone, {found.reworded:,} changed between them."
        )
    lines.append(f"Rows: {knowledge.added:,} added, {knowledge.removed:,} removed, {knowledge.changed:,} changed.")
    if asked.report is not None:
        path = write_parity_report(comparison.parity_of(found), asked.report, workspace=database.read(_workspace))
        summary["report"] = str(path)
        lines.append(f"Wrote {path}")
    output.result({"event": "compared", **summary}, "\n".join(lines))


def _workspace(session: Session) -> str:
    return session.scalar(select(Workspace.name)) or ""


def _version_object(version: VersionScore) -> Mapping[str, Any]:
    return {
        "version": version.number,
        "id": str(version.id),
        "active": version.is_active,
        "state": _state(version),
        "target": version.target.value,
        "provider": version.provider_name,
        "base_model": version.base_model,
        "days_left": version.days_left,
        "shutdown_date": version.shutdown.isoformat() if version.shutdown is not None else None,
        "right": version.right,
        "total": version.total,
        "interval": [round(version.interval.low, 6), round(version.interval.high, 6)] if version.interval else None,
        "answered_right": version.answered_right,
        "refused_right": version.refused_right,
        "median_ms": version.median_ms,
        "cost_of_1000": None if version.cost_micros is None else version.cost_micros / 1_000_000,
        "currency": version.currency,
        "judge": version.judge,
        "activation_note": version.activation_note,
    }


def _version_text(version: VersionScore) -> str:
    parts = [f"{version.name:<5}{_state(version)}", version.target.value]
    if version.base_model:
        parts.append(version.base_model)
    if version.share is not None and version.interval is not None:
        low, high = percent(version.interval.low), percent(version.interval.high)
        parts.append(f"{percent(version.share)} of {version.total:,} right ({low} to {high})")
    else:
        parts.append("not evaluated")
    if version.cost_micros:
        parts.append(f"{in_words(version.cost_micros, version.currency)} for 1,000 answers")
    if version.days_left is not None:
        parts.append(days_text(version.days_left))
    if version.activation_note and not version.is_active:
        parts.append(version.activation_note)
    return ", ".join(parts)


def _state(version: VersionScore) -> str:
    if version.is_active:
        return "active"
    if version.status is CompilationStatus.DELETED:
        return "deleted"
    if version.status is not CompilationStatus.COMPLETED:
        return "building"
    return "ready" if version.is_successful else "failed"


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
    line = " ".join(question.question.split())
    return f"{winner.name} better: {line if len(line) <= 80 else line[:79] + '…'} (the other one: {loser.reason})"
