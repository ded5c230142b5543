"""Kiln's own formatter on rows of ours, for `benchmarks.finetune_dataset --kiln PYTHON`; runs in that interpreter.

    PYTHON kiln_peer.py fill FOLDER    rows.jsonl of FOLDER, a question and an answer a line, become a project of Kiln's
    PYTHON kiln_peer.py dump FOLDER    DatasetFormatter.dump_to_file of it, in its OpenAI chat format; prints JSON

It knows nothing of this program, which does not depend on it: Kiln is kiln-ai of the package index, its source
https://github.com/Kiln-AI/Kiln (libs/core/kiln_ai/adapters/fine_tune/dataset_formatter.py).
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any


def main() -> None:
    """What is asked for on the command line."""
    what, folder = sys.argv[1], Path(sys.argv[2])
    if what == "fill":
        _fill(folder)
    else:
        sys.stdout.write(json.dumps(_dump(folder)) + "\n")


def _fill(folder: Path) -> None:
    datamodel = import_module("kiln_ai.datamodel")
    split = import_module("kiln_ai.datamodel.dataset_split")
    project = datamodel.Project(name="Benchmark", path=folder / "project.kiln")
    project.save_to_file()
    task = datamodel.Task(name="Answer", instruction="Answer.", parent=project)
    task.save_to_file()
    source = datamodel.DataSource(type=datamodel.DataSourceType.human, properties={"created_by": "benchmark"})
    for line in (folder / "rows.jsonl").read_text(encoding="utf-8").splitlines():
        question, answer = json.loads(line)
        output = datamodel.TaskOutput(output=answer, source=source)
        datamodel.TaskRun(parent=task, input=question, input_source=source, output=output).save_to_file()
    datamodel.DatasetSplit.from_task(name="all", task=task, splits=split.AllSplitDefinition).save_to_file()


def _dump(folder: Path) -> dict[str, Any]:
    """Seconds of the whole and of reading its runs alone, and how many lines came of it."""
    datamodel = import_module("kiln_ai.datamodel")
    formatter = import_module("kiln_ai.adapters.fine_tune.dataset_formatter")
    strategy = import_module("kiln_ai.datamodel.datamodel_enums").ChatStrategy.single_turn
    task = datamodel.Project.load_from_file(folder / "project.kiln").tasks()[0]
    ours = formatter.DatasetFormatter(task.dataset_splits()[0], (folder / "system.txt").read_text(encoding="utf-8"))
    path = folder / "kiln.jsonl"
    started = time.perf_counter()
    asyncio.run(ours.dump_to_file("all", formatter.DatasetFormat.OPENAI_CHAT_JSONL, strategy, path))
    seconds = time.perf_counter() - started
    started = time.perf_counter()
    task.runs(include_intermediate_runs=True)
    reading = time.perf_counter() - started
    lines = sorted(path.read_text(encoding="utf-8").splitlines())
    return {"seconds": seconds, "reading": reading, "rows": len(lines), "first": json.loads(lines[0])}


if __name__ == "__main__":
    main()
