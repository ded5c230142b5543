"""Evaluating a built-in version: 1,000 validation questions read, asked, judged and stored, beside asking them alone.

Run: python -m benchmarks.evaluation [--rows 10000] [--questions 1000] [--repeat 7]

- The floor: the same questions put to the same version through the lived-in engine process in the same batches, which
  is the fastest way that there is to ask them.
- Evaluating: the job that the window and the command line run, from reading the questions to the commit. Both take
  turns in one process, warm; the medians are compared.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.command_line import CommandLine
from benchmarks.synthetic import Pair, company, paraphrases
from erpai_desktop.cli.console_job import ConsoleJob
from erpai_desktop.cli.output import Output
from erpai_desktop.services import tree_reading, users
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from erpai_desktop.workers.answering import open_active
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.evaluation.evaluate import VersionEvaluated, evaluate

_MODEL = "Assistant"
_BATCH = 64
_RATIO = 1.3


def main() -> None:
    """Print the figures; fail where one is missed."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--rows", type=int, default=10_000)
    options.add_argument("--questions", type=int, default=1_000)
    options.add_argument("--repeat", type=int, default=7)
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        run, questions = _compiled(Path(name), company(arguments.rows), arguments.questions)
        asking, evaluating, ended = asyncio.run(_measure(run, questions, arguments.repeat))
    ratio = median(evaluating) / median(asking)
    per_question = median(evaluating) / len(questions) * 1000
    print(f"{arguments.rows:,} rows, {len(questions):,} validation questions, {arguments.repeat} times each")
    print(f"  asking them      {median(asking):6.3f} s  ({min(asking):.3f} to {max(asking):.3f})")
    print(f"  evaluating them  {median(evaluating):6.3f} s  ({min(evaluating):.3f} to {max(evaluating):.3f})")
    print(f"  {ratio:.2f}x, {per_question:.2f} ms a question; {ended.sentence()}")
    if ratio > _RATIO:
        raise SystemExit(f"evaluating {ratio:.2f}x asking, to reach {_RATIO}x")


def _compiled(folder: Path, pairs: list[Pair], count: int) -> tuple[CommandLine, list[str]]:
    """A workspace whose model is compiled, and the questions that its validation rows ask."""
    run = CommandLine(folder / "own", folder / "workspace.erpai")
    source = folder / "rows.csv"
    tests = pairs[:: max(1, len(pairs) // count)][:count]
    asked = [paraphrases([pair], 1, seed=place)[0] for place, pair in enumerate(tests)]
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("question", "answer", "section", "type"))
        writer.writerows((*pair, "training") for pair in pairs)
        for question, pair in zip(asked, tests, strict=True):
            writer.writerow((question, pair.answer, pair.section, "validation"))
    run("init")
    run("models", "add", _MODEL)
    run("qas", "import", _MODEL, source)
    run("compile", _MODEL)
    return run, asked


async def _measure(
    run: CommandLine, questions: list[str], repeat: int
) -> tuple[list[float], list[float], VersionEvaluated]:
    database = open_database(WorkspaceLocation(path=run.workspace))
    person = users.os_user()
    users.enter(database, login=person.login, name=person.name)
    model_id = database.read(tree_reading.find_model, name_or_id=_MODEL)
    job = ConsoleJob(database, Output(as_json=True, stream=io.StringIO()))
    engine = EngineProcess(run.cache)
    asking: list[float] = []
    evaluating: list[float] = []
    try:
        version = await open_active(job, engine, model_id=model_id)
        await version.answer_many(questions[:_BATCH])
        for _ in range(repeat):
            started = time.perf_counter()
            for start in range(0, len(questions), _BATCH):
                await version.answer_many(questions[start : start + _BATCH])
            asking.append(time.perf_counter() - started)
            started = time.perf_counter()
            ended = await evaluate(
                job, compilation_id=version.version.compilation_id, engine=engine, cache_folder=run.cache
            )
            evaluating.append(time.perf_counter() - started)
    finally:
        await engine.close()
        database.close()
    return asking, evaluating, ended


if __name__ == "__main__":
    main()
