"""Golden answers on the command line: recorded, listed, deleted, and a successor held against them."""

from __future__ import annotations

import argparse
import asyncio
from datetime import datetime
from typing import Any

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.cli.asking import questions_of
from erpai_desktop.cli.comparing import check_report, workspace_name
from erpai_desktop.cli.connecting import connected
from erpai_desktop.cli.console_job import ConsoleJob
from erpai_desktop.cli.estimating import tell_golden
from erpai_desktop.cli.output import Output
from erpai_desktop.models.comparison import Better
from erpai_desktop.models.ids import CompilationId, GoldenSetId, ModelId
from erpai_desktop.models.snapshots.golden import GoldenSetLine
from erpai_desktop.models.snapshots.parity import Agreement, Parity, ParityAnswer, ParityLine
from erpai_desktop.services import golden, golden_reading, scoreboard, tree_reading
from erpai_desktop.services.checks import counted
from erpai_desktop.services.parity_report import write_parity_report
from erpai_desktop.services.versions_to_ask import version_to_ask
from erpai_desktop.storage.database import Database
from erpai_desktop.workers.evaluation.check_successor import check_successor
from erpai_desktop.workers.evaluation.record_golden import record_golden


def run(asked: argparse.Namespace, database: Database, output: Output) -> None:
    """Run one of the commands. Raises ErpAiError."""
    model_id = database.read(tree_reading.find_model, name_or_id=asked.model)
    {"list": _list, "questions": _questions, "record": _record, "delete": _delete, "parity": _parity}[asked.action](
        asked, database, output, model_id
    )


def _list(asked: argparse.Namespace, database: Database, output: Output, model_id: ModelId) -> None:
    found = database.read(golden_reading.golden_sets, model_id=model_id)
    if not found:
        output.warn(f"No golden answers of {asked.model} are recorded.")
    for line in found:
        _tell(line, output)


def _questions(asked: argparse.Namespace, database: Database, output: Output, model_id: ModelId) -> None:
    assert database.actor is not None, "whoever runs a command has entered"
    past = database.read(golden_reading.past_questions, user_id=database.actor.user_id, model_id=model_id)
    if not past:
        output.warn(f"You have not asked {asked.model} anything in a chat yet.")
    for one in past:
        output.result(
            {"question": one.question, "asked": one.asked_utc.isoformat(), "times": one.times},
            " ".join(one.question.split()),
        )


def _record(asked: argparse.Namespace, database: Database, output: Output, model_id: ModelId) -> None:
    compilation_id = database.read(scoreboard.find_version, model_id=model_id, name=asked.version)
    more = [*asked.question, *(questions_of(asked.questions) if asked.questions is not None else ())]
    name = asked.name if asked.name is not None else f"Golden answers {datetime.now().astimezone():%Y-%m-%d}"
    changes = asyncio.run(_recorded(asked, database, output, compilation_id, name, more))
    made = changes.new(Entity.GOLDEN_SET)
    _tell(next(line for line in _sets(database, model_id) if line.id == made), output)


def _delete(asked: argparse.Namespace, database: Database, output: Output, model_id: ModelId) -> None:
    golden_set_id = database.read(golden_reading.find_golden_set, model_id=model_id, name_or_id=asked.set)
    name = next(line.name for line in _sets(database, model_id) if line.id == golden_set_id)
    database.write(golden.delete_golden_set, golden_set_id=golden_set_id)
    output.result({"id": str(golden_set_id), "deleted": True}, f"Moved “{name}” to the bin.")


def _parity(asked: argparse.Namespace, database: Database, output: Output, model_id: ModelId) -> None:
    if asked.to is not None:
        check_report(asked.to)
    golden_set_id = database.read(golden_reading.find_golden_set, model_id=model_id, name_or_id=asked.set)
    compilation_id = database.read(scoreboard.find_version, model_id=model_id, name=asked.version)
    found = asyncio.run(_checked(asked, database, output, golden_set_id, compilation_id, model_id))
    for line in found.lines:
        if line.agreement is Agreement.DIFFERENT or line.better in (Better.LEFT, Better.RIGHT):
            output.result(_line_object(line), _line_text(line))
    summary = _parity_object(found)
    lines = [_parity_text(found)]
    if asked.to is not None:
        path = write_parity_report(found, asked.to, workspace=database.read(workspace_name))
        summary["report"] = str(path)
        lines.append(f"Wrote {path}")
    output.result(summary, "\n".join(lines))


async def _recorded(
    asked: argparse.Namespace,
    database: Database,
    output: Output,
    compilation_id: CompilationId,
    name: str,
    more: list[str],
) -> Changes:
    version = database.read(version_to_ask, compilation_id=compilation_id)
    validation = not asked.no_validation
    tests = database.read(golden_reading.validation_questions, model_id=version.model_id) if validation else ()
    tell_golden(database, output, compilation_id=compilation_id, questions=len(tests) + len(more))
    async with connected(asked, database, [version.provider_id]) as (engine, connections):
        return await record_golden(
            ConsoleJob(database, output),
            compilation_id=compilation_id,
            engine=engine,
            connections=connections,
            name=name,
            questions=more,
            validation=validation,
        )


async def _checked(
    asked: argparse.Namespace,
    database: Database,
    output: Output,
    golden_set_id: GoldenSetId,
    compilation_id: CompilationId,
    model_id: ModelId,
) -> Parity:
    version = database.read(version_to_ask, compilation_id=compilation_id)
    count = next(line.count for line in _sets(database, model_id) if line.id == golden_set_id)
    tell_golden(database, output, compilation_id=compilation_id, questions=count)
    async with connected(asked, database, [version.provider_id]) as (engine, connections):
        return await check_successor(
            ConsoleJob(database, output),
            golden_set_id=golden_set_id,
            compilation_id=compilation_id,
            engine=engine,
            connections=connections,
        )


def _sets(database: Database, model_id: ModelId) -> tuple[GoldenSetLine, ...]:
    return database.read(golden_reading.golden_sets, model_id=model_id)


def _tell(line: GoldenSetLine, output: Output) -> None:
    parts = [f"v{line.number}", line.target.value, line.base_model, counted(line.count, "answer")]
    if line.judged:
        parts.append(f"{line.right:,} of {line.judged:,} right")
    parts.append(f"{line.recorded_utc.astimezone():%Y-%m-%d}")
    output.result(
        {
            "id": str(line.id),
            "name": line.name,
            "version": line.number,
            "target": line.target.value,
            "base_model": line.base_model,
            "recorded": line.recorded_utc.isoformat(),
            "user": line.user,
            "answers": line.count,
            "judged": line.judged,
            "right": line.right,
        },
        f"{line.name}  {', '.join(part for part in parts if part)}  {line.id}",
    )


def _line_object(line: ParityLine) -> dict[str, Any]:
    return {
        "event": "question",
        "question": line.question,
        "agreement": line.agreement.value,
        "similarity": round(line.similarity, 1),
        "better": line.better.value if line.better is not None else None,
        "before": _answer_object(line.before),
        "after": _answer_object(line.after),
    }


def _answer_object(answer: ParityAnswer) -> dict[str, Any]:
    return {"answer": answer.text, "refused": answer.refused, "right": answer.right}


def _line_text(line: ParityLine) -> str:
    said = [
        "    " + ("not known" if answer.refused else " ".join(answer.text.split())) + _right_text(answer.right)
        for answer in (line.before, line.after)
    ]
    return "\n".join([f"{line.agreement.value}: {' '.join(line.question.split())}", *said])


def _right_text(right: bool | None) -> str:
    return "" if right is None else "  (right)" if right else "  (wrong)"


def _parity_object(found: Parity) -> dict[str, Any]:
    return {
        "event": "parity",
        "before": found.before.name,
        "after": found.after.name,
        "questions": len(found.lines),
        "same": found.same,
        "similar": found.similar,
        "different": found.different,
        "share_alike": found.share_alike,
        "right_before": found.before.right,
        "right_after": found.after.right,
        "judged": found.after.judged,
        "better": found.better,
        "worse": found.worse,
        "p_value": found.p_value,
        "verdict": found.verdict.value,
    }


def _parity_text(found: Parity) -> str:
    told = f"{found.same:,} the same, {found.similar:,} nearly so, {found.different:,} different"
    return f"{found.after.name} beside {found.before.name}: {told}. {found.sentence}"
