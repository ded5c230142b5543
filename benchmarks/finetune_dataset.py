"""A fine-tuning dataset of 100,000 rows: resolve, write, validate and hash, beside select and orjson to the same file.

Run: python -m benchmarks.finetune_dataset [--rows 100000] [--repeat 3] [--kiln PYTHON]

The workspace holds rows of ten words asked and thirty answered. Each measurement is a process of its own, all taking
turns; the ratio is of the medians.
- The floor: the rows that are resolved, selected with the columns' own types, and orjson's lines of them into the same
  file, byte for byte. Beside it a floor that selects questions and answers alone.
- Ours: what the child process of a compilation does: read, resolve, write both files while hashing them, then read them
  again as a stranger's and find everything wrong with them.
- Kiln, where PYTHON is an interpreter that has kiln-ai: its DatasetFormatter, from its own files to this format, on a
  tenth of the rows (it takes minutes to write all of them down); compared by time a row.
- Memory: the high-water mark of resident memory above what the process had before (proc(5), VmHWM).
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.import_qas import _texts, _workspace
from erpai_desktop.ai.tokens import TokenCounter
from erpai_desktop.models.asset_keys import DATASET
from erpai_desktop.models.entities import Model, ModelQA
from erpai_desktop.models.enums import QaType
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.new_qa import NewQa
from erpai_desktop.services import qa_transfer, tree
from erpai_desktop.services.knowledge import read_material
from erpai_desktop.storage.blobs import file_sha256
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.workers.dataset_process import write_and_validate

RATIO, MEMORY_MB, KILN = 2.0, 100.0, 25.0
KILN_SHARE = 10
INSTRUCTIONS = "You answer for the company in its own words, briefly, and say so when you do not know."
WAYS = ("floor", "texts", "ours")


def main() -> None:
    """Print the figures; fail where one is missed."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--kiln", metavar="PYTHON", help="an interpreter that has kiln-ai, to compare with")
    options.add_argument("--measure", nargs=2, metavar=("WAY", "FOLDER"), help=argparse.SUPPRESS)
    arguments = options.parse_args()
    if arguments.measure:
        way, folder = arguments.measure
        sys.stdout.write(json.dumps(_measured(way, Path(folder))) + "\n")
        return
    found: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
    peer: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _fill(folder / "workspace.erpai", arguments.rows)
        if arguments.kiln:
            _fill_kiln(arguments.kiln, folder / "kiln", arguments.rows // KILN_SHARE)
        for _ in range(arguments.repeat):
            for way in WAYS:
                found[way].append(_child(way, folder))
            if arguments.kiln:
                peer.append(json.loads(_kiln(arguments.kiln, "dump", folder / "kiln")))
    seconds = {way: statistics.median(one["seconds"] for one in found[way]) for way in WAYS}
    memory = max(one["memory_mb"] for one in found["ours"])
    same = len({one["sha256"] for way in WAYS for one in found[way]}) == 1
    ours = found["ours"][0]
    print(f"{arguments.rows:,} rows, {ours['bytes'] / 1e6:.1f} MB, {ours['examples']:,} examples")
    print(f"  select and orjson to the same file   {seconds['floor']:6.2f} s")
    print(f"  the same of questions and answers    {seconds['texts']:6.2f} s")
    print(f"  read, resolve, write, validate, hash {seconds['ours']:6.2f} s   +{memory:.0f} MB")
    print(
        f"  {seconds['ours'] / seconds['floor']:.2f}x (to reach: {RATIO:.0f}x), files {'equal' if same else 'DIFFER'}"
    )
    print(f"  {seconds['ours'] / seconds['texts']:.2f}x the select of two columns")
    missed = [] if same else ["the files differ"]
    if seconds["ours"] > RATIO * seconds["floor"]:
        missed.append(f"{seconds['ours'] / seconds['floor']:.2f}x the floor, to reach {RATIO:.0f}x")
    if memory > MEMORY_MB:
        missed.append(f"+{memory:.0f} MB, to reach +{MEMORY_MB:.0f} MB")
    if peer:
        missed += _compare_kiln(peer, seconds["ours"] / arguments.rows)
    if missed:
        raise SystemExit("\n".join(missed))


def _compare_kiln(peer: list[dict[str, Any]], ours: float) -> list[str]:
    """Print how Kiln compares with `ours`, in seconds a row; what is missed."""
    rows = peer[0]["rows"]
    whole = statistics.median(one["seconds"] for one in peer) / rows
    reading = statistics.median(one["reading"] for one in peer) / rows
    assert [message["role"] for message in peer[0]["first"]["messages"]] == ["system", "user", "assistant"]
    print(f"  Kiln on {rows:,} rows: {whole * 1e6:.0f} µs a row, of which {reading * 1e6:.0f} µs reading its own files")
    print(f"  ours: {ours * 1e6:.0f} µs a row, {whole / ours:.0f}x faster (to reach: {KILN:.0f}x)")
    return [] if whole >= KILN * ours else [f"{whole / ours:.0f}x Kiln's speed, to reach {KILN:.0f}x"]


def _fill_kiln(python: str, folder: Path, rows: int) -> None:
    folder.mkdir()
    (folder / "system.txt").write_text(INSTRUCTIONS, encoding="utf-8")
    lines = (orjson.dumps((question, answer)) for question, answer, _section in _texts(rows))
    (folder / "rows.jsonl").write_bytes(b"\n".join(lines))
    _kiln(python, "fill", folder)


def _kiln(python: str, what: str, folder: Path) -> str:
    peer = Path(__file__).with_name("kiln_peer.py")
    # In a folder of its own: it keeps settings, and must not find this repository's packages.
    done = subprocess.run(
        [python, str(peer), what, str(folder)], stdout=subprocess.PIPE, text=True, check=True, cwd=folder
    )
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


def _fill(path: Path, rows: int) -> None:
    database, model_id = _workspace(path)
    with closing(database):
        database.write(tree.update_model, model_id=model_id, object_version=None, system_message=INSTRUCTIONS)
        new = [
            NewQa(f"{question[:-1]} {at}?", answer, section, QaType.TRAINING, False)
            for at, (question, answer, section) in enumerate(_texts(rows))
        ]
        # In the order in which they resolve, so that a plain select writes the same file.
        new.sort(key=lambda row: row.question.lower().rstrip("?"))
        database.write(qa_transfer.import_qas, model_id=model_id, rows=new, file="benchmark.csv")


def _child(way: str, folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.finetune_dataset", "--measure", way, str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def _measured(way: str, folder: Path) -> dict[str, Any]:
    database = Database(WorkspaceLocation(path=folder / "workspace.erpai"), page_cache_mib=1)
    with closing(database), tempfile.TemporaryDirectory(dir=folder) as name, TokenCounter() as counter:
        model_id = database.read(lambda session: ModelId(session.scalars(select(Model.id)).one()))
        path = Path(name) / DATASET
        gc.disable()
        before = _memory("VmRSS")
        started = time.perf_counter()
        examples = 0
        if way == "ours":
            examples = _ours(database, model_id, Path(name), counter)
        else:
            database.read(_floor, model_id=model_id, path=path, all_columns=way == "floor")
        seconds = time.perf_counter() - started
        return {
            "seconds": seconds,
            "memory_mb": _memory("VmHWM") - before,
            "examples": examples,
            "bytes": path.stat().st_size,
            "sha256": file_sha256(path),
        }


def _ours(database: Database, model_id: ModelId, folder: Path, counter: TokenCounter) -> int:
    material = database.read(read_material, model_id=model_id)
    training, _, report = write_and_validate(material, folder, base_model="gpt-4.1-mini", counter=counter)
    assert not report.blocked and report.examples == training.examples, report.findings[:3]
    return training.examples


def _floor(session: Session, *, model_id: ModelId, path: Path, all_columns: bool) -> None:
    columns = (ModelQA.id, ModelQA.model_id, ModelQA.section, ModelQA.question, ModelQA.answer, ModelQA.updated_utc)
    where = (
        ModelQA.model_id == model_id,
        ModelQA.is_active,
        ModelQA.deleted_utc.is_(None),
        ModelQA.qa_type == QaType.TRAINING,
    )
    query = select(*columns) if all_columns else select(ModelQA.question, ModelQA.answer)
    with path.open("wb") as file:
        for row in session.execute(query.where(*where).order_by(ModelQA.seq)):
            example = {
                "messages": [
                    {"role": "system", "content": INSTRUCTIONS},
                    {"role": "user", "content": row.question},
                    {"role": "assistant", "content": row.answer},
                ]
            }
            file.write(orjson.dumps(example, option=orjson.OPT_APPEND_NEWLINE))


def _memory(field: str) -> float:
    """In MB; 0 where there is no /proc."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{field}:")), 0.0)


if __name__ == "__main__":
    main()
