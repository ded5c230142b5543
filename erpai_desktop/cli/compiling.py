"""Compiling and evaluating from the command line."""

from __future__ import annotations

import argparse
import asyncio

from erpai_desktop.cli.connecting import connected
from erpai_desktop.cli.console_job import ConsoleJob
from erpai_desktop.cli.estimating import tell_compile, tell_evaluation
from erpai_desktop.cli.output import Output
from erpai_desktop.models.enums import Target
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.services import compilations_reading, providers_reading, tree_reading
from erpai_desktop.services.scoreboard import find_version
from erpai_desktop.services.versions_to_ask import version_to_ask
from erpai_desktop.settings import cache_folder
from erpai_desktop.storage.database import Database
from erpai_desktop.workers.compile_model import compile_model
from erpai_desktop.workers.compiled import Compiled
from erpai_desktop.workers.evaluate import VersionEvaluated, evaluate


def compile_(asked: argparse.Namespace, database: Database, output: Output) -> None:
    """Build a new version. Raises ErpAiError."""
    compiled = asyncio.run(_compile(asked, database, output))
    output.result(compiled.to_json(), compiled.sentence())


def evaluate_(asked: argparse.Namespace, database: Database, output: Output) -> None:
    """Put the validation questions to a version again. Raises ErpAiError."""
    model_id = database.read(tree_reading.find_model, name_or_id=asked.model)
    compilation_id = database.read(find_version, model_id=model_id, name=asked.version)
    ended = asyncio.run(_evaluate(asked, database, output, compilation_id))
    output.result(ended.to_json(), ended.sentence())
    if asked.explain:
        details = database.read(compilations_reading.compilation_details, compilation_id=compilation_id)
        for line in details.evaluation:
            output.result(
                {
                    "qa_id": str(line.qa_id),
                    "question": line.question,
                    "expected": line.expected,
                    "answer": line.answer,
                    "refused": line.refused,
                    "right": line.right,
                    "score": line.score,
                    "reason": line.reason,
                    "judge_score": line.judge_score,
                    "judge_reason": line.judge_reason,
                },
                f"{'right' if line.right else 'WRONG'}  {line.question}: {line.reason}",
            )


async def _compile(asked: argparse.Namespace, database: Database, output: Output) -> Compiled:
    model_id = database.read(tree_reading.find_model, name_or_id=asked.model)
    tell_compile(database, output, model_id=model_id, target=Target(asked.target), evaluate=not asked.no_evaluation)
    async with connected(asked, database, model_id) as (engine, connections):
        return await compile_model(
            ConsoleJob(database, output),
            model_id=model_id,
            target=Target(asked.target),
            cache_folder=cache_folder(),
            connections=connections,
            engine=engine,
            evaluate=not asked.no_evaluation,
        )


async def _evaluate(
    asked: argparse.Namespace, database: Database, output: Output, compilation_id: CompilationId
) -> VersionEvaluated:
    model_id = database.read(version_to_ask, compilation_id=compilation_id).model_id
    judge = database.read(providers_reading.find_provider, name_or_id=asked.judge) if asked.judge else None
    tell_evaluation(database, output, compilation_id=compilation_id, judge=judge)
    async with connected(asked, database, model_id) as (engine, connections):
        return await evaluate(
            ConsoleJob(database, output),
            compilation_id=compilation_id,
            engine=engine,
            cache_folder=cache_folder(),
            connections=connections,
            judge_provider_id=judge,
        )
