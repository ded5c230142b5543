"""Import of 100,000 Q&As with their full text, beside raw `executemany` of the same columns plus an index rebuild.

Run: python -m benchmarks.import_qas [--rows 100000] [--repeat 3]

The floor writes into an equal workspace file (same table, indexes, WAL, synchronous=FULL, one transaction): rows that
lie ready in memory, bound to all columns, then FTS5's own `rebuild`. Ours is what the command line does: parse the CSV
file, check every row, write, record the batch. The ratio is of the medians, the two taking turns.
"""

from __future__ import annotations

import argparse
import csv
import random
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path
from uuid import UUID, uuid4

from erpai_desktop.changes import Entity
from erpai_desktop.models.ids import ModelId
from erpai_desktop.services import qa_transfer, tree, users, workspace
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation

TO_REACH = 1.3


def main() -> None:
    """Print the figures; fail when the ratio is missed."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--repeat", type=int, default=3)
    arguments = options.parse_args()
    rows = _texts(arguments.rows)
    floors: list[float] = []
    ours: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "qas.csv"
        with source.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("question", "answer", "section", "type"))
            writer.writerows((*row, "training") for row in rows)
        print(f"{arguments.rows:,} rows, {source.stat().st_size / 1e6:.1f} MB of CSV")
        for turn in range(arguments.repeat):
            floors.append(_floor(folder / f"floor{turn}.erpai", rows))
            ours.append(_import(folder / f"ours{turn}.erpai", source, arguments.rows))
            print(f"  floor {floors[-1]:6.2f} s   ours {ours[-1]['total']:6.2f} s")
    floor = statistics.median(floors)
    parts = {part: statistics.median(one[part] for one in ours) for part in ours[0]}
    print(f"floor: executemany + rebuild + commit   {floor:6.2f} s")
    print(f"ours:  parse and check                  {parts['parse']:6.2f} s")
    print(f"       write, full text, batch, commit  {parts['write']:6.2f} s   {parts['write'] / floor:.2f}x")
    print(f"       in all                           {parts['total']:6.2f} s   {parts['total'] / floor:.2f}x")
    ratio = parts["total"] / floor
    print(f"ratio {ratio:.2f} (to reach: at most {TO_REACH})")
    if ratio > TO_REACH:
        raise SystemExit(1)


def _import(path: Path, source: Path, expected: int) -> dict[str, float]:
    database, model_id = _workspace(path)
    started = time.perf_counter()
    parsed = qa_transfer.parse_csv(source)
    rows = qa_transfer.usable_rows(parsed)
    parse = time.perf_counter() - started
    database.write(qa_transfer.import_qas, model_id=model_id, rows=rows, file=source.name)
    total = time.perf_counter() - started
    database.close()
    _assert_whole(path, expected)
    return {"parse": parse, "write": total - parse, "total": total}


def _floor(path: Path, rows: list[tuple[str, str, str]]) -> float:
    database, model_id = _workspace(path)
    database.close()
    ready = _bound(rows, model_id)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("synchronous = FULL", "foreign_keys = ON", "temp_store = MEMORY", "cache_size = -32768"):
            connection.execute(f"PRAGMA {pragma}")
        columns = [row[1] for row in connection.execute("PRAGMA table_info(model_qas)") if row[1] != "seq"]
        connection.execute("DROP TRIGGER model_qas_fts_insert")
        sql = f"INSERT INTO model_qas ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        ordered = [tuple(row[column] for column in columns) for row in ready]
        started = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(sql, ordered)
        connection.execute("INSERT INTO model_qas_fts(model_qas_fts) VALUES ('rebuild')")
        connection.execute("COMMIT")
        elapsed = time.perf_counter() - started
    _assert_whole(path, len(rows))
    return elapsed


def _bound(rows: list[tuple[str, str, str]], model_id: UUID) -> list[dict[str, object]]:
    moment = "2026-01-01 00:00:00.000000"
    common: dict[str, object] = {
        "model_id": model_id.hex,
        "expects_refusal": False,
        "required_terms": "[]",
        "forbidden_terms": "[]",
        "qa_type": "T",
        "is_active": True,
        "added_by_user_id": None,
        "creation_time_utc": moment,
        "deactivation_time_utc": None,
        "notes": "",
        "object_version": 1,
        "created_utc": moment,
        "updated_utc": moment,
        "external_id": None,
        "external_system": None,
        "deleted_utc": None,
        "deleted_by": None,
    }
    return [
        {**common, "id": uuid4().hex, "question": question, "answer": answer, "section": section}
        for question, answer, section in rows
    ]


def _workspace(path: Path) -> tuple[Database, ModelId]:
    database = workspace.create(WorkspaceLocation(path=path))
    users.enter(database, login="benchmark")
    changes = database.write(tree.add_model, names={"en": "Benchmark"})
    return database, ModelId(changes.new(Entity.MODEL))


def _assert_whole(path: Path, expected: int) -> None:
    with closing(sqlite3.connect(path)) as connection:
        stored = connection.execute("SELECT count(*) FROM model_qas").fetchone()[0]
        found = connection.execute("SELECT count(*) FROM model_qas_fts WHERE model_qas_fts MATCH 'company'").fetchone()[
            0
        ]
    assert stored == expected and found > 0, (stored, found)


def _texts(number: int) -> list[tuple[str, str, str]]:
    """Seeded texts with a vocabulary whose words are as unevenly frequent as a language's."""
    random.seed(20_261)
    letters = "aaabcdeeeefghiiijklmnooopqrstuvwxyz"
    words = ["company", *("".join(random.choices(letters, k=random.randint(2, 10))) for _ in range(20_000))]
    weights = [1 / (rank + 3) for rank in range(len(words))]
    pool = random.choices(words, weights, k=number * 40)
    return [
        (
            " ".join(pool[at * 40 : at * 40 + 10]) + "?",
            " ".join(pool[at * 40 + 10 : at * 40 + 40]) + ".",
            f"Section {at % 40}",
        )
        for at in range(number)
    ]


if __name__ == "__main__":
    main()
