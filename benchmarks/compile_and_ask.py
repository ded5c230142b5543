"""Compiling 100,000 rows with one question an answer, again after ten edits, and asking: times and memory.

Run: python -m benchmarks.compile_and_ask [--rows 100000 10000] [--questions 300]

- The floor: embedding the same questions once with the package WordLlama in a process of its own, loading not
  counted. Beside it our own pooling of the same vectors, which is faster.
- First compile: `compile` on the command line with an empty cache, from process start to exit.
- After ten edits: `compile` again. The same edits compiled from nothing in a copy of the workspace, with an empty
  cache, must give the same index, byte for byte, and the same answers.
- Asking: paraphrases and misspellings through the lived-in engine process, warm, one by one.
- Memory: the largest high-water mark of any process of a command.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import dataclasses
import json
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import numpy as np

from benchmarks.command_line import CommandLine, Run
from benchmarks.synthetic import Pair, company, paraphrases
from erpai_desktop.ai.answerer import Answer
from erpai_desktop.cli.console_job import ConsoleJob
from erpai_desktop.cli.output import Output
from erpai_desktop.models.enums import QaType
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.qas import QaFilter
from erpai_desktop.services import compilations_reading, qas, qas_reading, tree_reading, users
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from erpai_desktop.workers.answering import open_active
from erpai_desktop.workers.engine_process import EngineProcess

_MODEL = "Assistant"
_EDITS = 10
_COMPILE_RATIO, _COMPILE_MB, _EDITS_RATIO = 5.0, 800.0, 1 / 8
_ASK_P95_MS = {100_000: 100.0, 10_000: 20.0}

# The package's own way, from the files that it carries; and ours, which pools the same vectors in a sparse product.
_FLOOR = """
import importlib.util, json, sys, time
from pathlib import Path
from safetensors import safe_open
from tokenizers import Tokenizer
from wordllama import WordLlamaInference
from erpai_desktop.ai.builtin.embedders import wordllama
questions = json.load(sys.stdin)
folder = Path(importlib.util.find_spec("wordllama").origin).parent
with safe_open(str(folder / "weights" / "l2_supercat_256.safetensors"), framework="np") as weights:
    table = weights.get_tensor("embedding.weight")
tokenizer = Tokenizer.from_file(str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json"))
package, ours = WordLlamaInference(table, tokenizer), wordllama()
times = []
for embed in (package.embed, ours.embed):
    embed(questions[:100])
    started = time.perf_counter()
    embed(questions)
    times.append(time.perf_counter() - started)
print(json.dumps(times))
"""


def main() -> None:
    """Print the figures; fail where one is missed."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--rows", type=int, nargs="+", default=[100_000, 10_000])
    options.add_argument("--questions", type=int, default=300, help="asked one by one")
    arguments = options.parse_args()
    missed = [line for rows in arguments.rows for line in _measure(rows, arguments.questions)]
    if missed:
        raise SystemExit("\n".join(missed))


def _measure(rows: int, questions: int) -> list[str]:
    pairs = company(rows)
    asked = paraphrases(pairs, questions)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        floor, own_floor = _floor(pairs)
        run = _imported(folder, pairs)
        copy = CommandLine(folder / "again", folder / "again.erpai")
        shutil.copy(run.workspace, copy.workspace)
        first = run("compile", _MODEL)
        for command in (run, copy):
            _edit(command.workspace)
        second = run("compile", _MODEL)
        whole = copy("compile", _MODEL)
        same = _index(run) == _index(copy)
        answers, elapsed = asyncio.run(_ask(run, asked))
        others, _ = asyncio.run(_ask(copy, asked))
        same_answers = answers == others
    p50, p95 = (float(np.percentile(elapsed, share)) for share in (50, 95))
    right = sum(bool(answer.nearest) for answer in answers)
    print(f"{rows:,} rows")
    print(f"  embedding alone                {floor:7.2f} s   WordLlama's own; our pooling of it {own_floor:.2f} s")
    _print("first compile", first, f"{first.seconds / floor:.2f}x embedding ({first.seconds / own_floor:.2f}x ours)")
    share = f"1/{first.seconds / second.seconds:.1f} of the first (1/{first.cpu_seconds / second.cpu_seconds:.1f})"
    _print(f"after {_EDITS} edits", second, share)
    _print("the same, from nothing", whole, f"index {'equal' if same else 'DIFFERENT'}")
    print(f"  ask, {len(asked)} questions, warm     p50 {p50:.1f} ms, p95 {p95:.1f} ms ({right} with something near)")
    print(flush=True)
    missed = [] if same and same_answers else [f"{rows:,} rows: after edits other answers than a full rebuild"]
    if p95 > _ASK_P95_MS.get(rows, float("inf")):
        missed.append(f"{rows:,} rows: ask p95 {p95:.0f} ms, to reach {_ASK_P95_MS[rows]:.0f}")
    if rows >= 100_000:
        if first.seconds > _COMPILE_RATIO * floor:
            missed.append(f"{rows:,} rows: compile {first.seconds / floor:.1f}x embedding, to reach {_COMPILE_RATIO}")
        if second.seconds > _EDITS_RATIO * first.seconds:
            missed.append(f"{rows:,} rows: after edits 1/{first.seconds / second.seconds:.1f}, to reach 1/8")
        if max(first.peak_mb, second.peak_mb) > _COMPILE_MB:
            missed.append(f"{rows:,} rows: peak {first.peak_mb:.0f} MB, to reach {_COMPILE_MB:.0f}")
    return missed


def _print(what: str, run: Run, note: str) -> None:
    cpu = f"{run.cpu_seconds:5.2f} s of processors"
    print(f"  {what:<30} {run.seconds:7.2f} s   {cpu}   peak {run.peak_mb:5.0f} MB   {note}")


def _floor(pairs: list[Pair]) -> tuple[float, float]:
    """Seconds that WordLlama's own embedding takes, and ours."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _FLOOR],
        input=json.dumps([pair.question for pair in pairs]),
        capture_output=True,
        text=True,
        check=True,
    )
    package, ours = json.loads(done.stdout.splitlines()[-1])
    return float(package), float(ours)


def _imported(folder: Path, pairs: list[Pair]) -> CommandLine:
    run = CommandLine(folder / "first", folder / "first.erpai")
    source = folder / "rows.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("question", "answer", "section", "type"))
        writer.writerows((*pair, "training") for pair in pairs)
    run("init")
    run("models", "add", _MODEL)
    run("qas", "import", _MODEL, source)
    return run


def _opened(workspace: Path) -> tuple[Database, ModelId]:
    database = open_database(WorkspaceLocation(path=workspace))
    person = users.os_user()
    users.enter(database, login=person.login, name=person.name)
    return database, database.read(tree_reading.find_model, name_or_id=_MODEL)


def _edit(workspace: Path) -> None:
    """Change the questions of some rows and the answers of others, as a person would."""
    database, model_id = _opened(workspace)
    with closing(database):
        rows = database.read(
            qas_reading.first_qas,
            filter=QaFilter(model_id=model_id, qa_type=QaType.TRAINING),
            limit=_EDITS,
        )
        for number, row in enumerate(rows):
            version = row.object_version
            if number % 2:
                question = f"{row.question} Or not?"
                database.write(qas.update_qa, qa_id=row.id, object_version=version, question=question)
            else:
                database.write(qas.update_qa, qa_id=row.id, object_version=version, answer=f"{row.answer} Mended.")


def _index(run: CommandLine) -> str:
    database, model_id = _opened(run.workspace)
    with closing(database):
        return database.read(compilations_reading.active_version, model_id=model_id).index_sha256


async def _ask(run: CommandLine, questions: list[str]) -> tuple[list[Answer], list[float]]:
    database, model_id = _opened(run.workspace)
    engine = EngineProcess(run.cache)
    answers: list[Answer] = []
    elapsed: list[float] = []
    try:
        answerer = await open_active(ConsoleJob(database, Output(as_json=False)), engine, model_id=model_id)
        for question in questions[:5]:
            await answerer.answer(question)
        for question in questions:
            started = time.perf_counter()
            answer = await answerer.answer(question)
            elapsed.append((time.perf_counter() - started) * 1000)
            # The two are versions of different numbers.
            answers.append(dataclasses.replace(answer, version=""))
    finally:
        await engine.close()
        database.close()
    return answers, elapsed


if __name__ == "__main__":
    main()
