"""Compiling and evaluating from the command line."""

from __future__ import annotations

import argparse
import asyncio

from erpai_desktop.cli.connecting import connected
from erpai_desktop.cli.console_job import ConsoleJob
from erpai_desktop.cli.estimating import tell_compile, tell_evaluation
from erpai_desktop.cli.output import Output
from erpai_desktop.errors import UserError
from erpai_desktop.models.enums import Target
from erpai_desktop.models.ids import CompilationId, ModelId, ProviderId
from erpai_desktop.models.snapshots.training import TrainingLine
from erpai_desktop.services import compilations_reading, providers_reading, tree_reading
from erpai_desktop.services.scoreboard import find_version
from erpai_desktop.services.training_jobs import open_runs, training_run
from erpai_desktop.services.versions_to_ask import version_to_ask
from erpai_desktop.settings import cache_folder
from erpai_desktop.storage.database import Database
from erpai_desktop.workers.compile_model import compile_model
from erpai_desktop.workers.compiled import Compiled
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.evaluation.evaluate import VersionEvaluated, evaluate
from erpai_desktop.workers.providers.connections import Connections
from erpai_desktop.workers.save_files import Saved, save_files
from erpai_desktop.workers.training.resume_training import resume_training


def compile_(asked: argparse.Namespace, database: Database, output: Output) -> None:
    """Build a new version. Raises ErpAiError."""
    if asked.out is not None and Target(asked.target) not in (Target.EXPORT, Target.FINE_TUNE):
        raise UserError(f"The target {asked.target} makes no files for --out.", advice="Choose export or fine-tune.")
    try:
        compiled, saved = asyncio.run(_compile(asked, database, output))
    except KeyboardInterrupt:
        _tell_what_goes_on(database, database.read(tree_reading.find_model, name_or_id=asked.model))
        raise
    output.result(compiled.to_json(), compiled.sentence())
    if saved is not None:
        output.result({"event": "saved", "folder": str(saved.folder), "files": list(saved.names)}, saved.sentence())


def resume(asked: argparse.Namespace, database: Database, output: Output) -> None:
    """Follow a model's training to its end. Raises ErpAiError; UserError when none goes on."""
    model_id = database.read(tree_reading.find_model, name_or_id=asked.model)
    line = training_of(database, model_id)
    if line is None:
        raise UserError(f"Nothing is being trained for {asked.model}.", advice="Compile it to fine-tune.")
    try:
        compiled = asyncio.run(_resume(asked, database, output, line))
    except KeyboardInterrupt:
        _tell_what_goes_on(database, model_id)
        raise
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


async def _compile(asked: argparse.Namespace, database: Database, output: Output) -> tuple[Compiled, Saved | None]:
    model_id = database.read(tree_reading.find_model, name_or_id=asked.model)
    target = Target(asked.target)
    job = ConsoleJob(database, output)
    going_on = training_of(database, model_id) if target is Target.FINE_TUNE else None
    if going_on is None:
        tell_compile(database, output, model_id=model_id, target=target, evaluate=not asked.no_evaluation)
    async with connected(asked, database, _spoken_to(database, model_id, going_on)) as (engine, connections):
        if going_on is not None:
            compiled = await _follow(database, output, going_on, engine, connections)
        else:
            compiled = await compile_model(
                job,
                model_id=model_id,
                target=target,
                cache_folder=cache_folder(),
                connections=connections,
                engine=engine,
                evaluate=not asked.no_evaluation,
                child=asked.child,
            )
        if asked.out is None:
            return compiled, None
        return compiled, await save_files(job, compilation_id=compiled.compilation_id, folder=asked.out)


def _tell_what_goes_on(database: Database, model_id: ModelId) -> None:
    """Raises UserError for a training that is only not followed any longer."""
    line = training_of(database, model_id)
    if line is not None:
        has_begun = database.read(training_run, compilation_id=line.compilation_id).has_begun
        raise UserError(
            f"v{line.number} is not followed any longer.",
            safe="Its training goes on at the provider."
            if has_begun
            else "It is prepared, and nothing has been sent to the provider yet.",
            advice="Take it up again by versions MODEL --resume.",
        )


async def _resume(asked: argparse.Namespace, database: Database, output: Output, line: TrainingLine) -> Compiled:
    async with connected(asked, database, _spoken_to(database, line.model_id, line)) as (engine, connections):
        return await _follow(database, output, line, engine, connections)


async def _follow(
    database: Database, output: Output, line: TrainingLine, engine: EngineProcess, connections: Connections
) -> Compiled:
    job = ConsoleJob(database, output)
    job.log(f"v{line.number} is being trained already: following it")
    return await resume_training(
        job,
        compilation_id=line.compilation_id,
        connections=connections,
        cache_folder=cache_folder(),
        engine=engine,
    )


def _spoken_to(database: Database, model_id: ModelId, training: TrainingLine | None) -> tuple[ProviderId, ...]:
    """The providers that a build speaks to, the one that it is made with in front."""
    working = database.read(providers_reading.providers_of_model, model_id=model_id)
    if training is None:
        return working
    return (database.read(training_run, compilation_id=training.compilation_id).provider_id, *working)


def training_of(database: Database, model_id: ModelId) -> TrainingLine | None:
    """What is being trained for a model; None when nothing is."""
    return next((line for line in database.read(open_runs) if line.model_id == model_id), None)


async def _evaluate(
    asked: argparse.Namespace, database: Database, output: Output, compilation_id: CompilationId
) -> VersionEvaluated:
    version = database.read(version_to_ask, compilation_id=compilation_id)
    judge = database.read(providers_reading.find_provider, name_or_id=asked.judge) if asked.judge else None
    tell_evaluation(database, output, compilation_id=compilation_id, judge=judge)
    async with connected(asked, database, [version.provider_id, judge]) as (engine, connections):
        return await evaluate(
            ConsoleJob(database, output),
            compilation_id=compilation_id,
            engine=engine,
            cache_folder=cache_folder(),
            connections=connections,
            judge_provider_id=judge,
        )
