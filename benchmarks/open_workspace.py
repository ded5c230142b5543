"""Opening a workspace of 100,000 Q&As to an interactive table, and far jumps in it; beside a bare window's first page.

Run: python -m benchmarks.open_workspace [--rows 100000] [--rounds 3]

Fresh processes, offscreen. Ours: from the window's first paint until the table of Q&As shows its rows. The floor: from
a bare window's first paint until a plain table shows the first 256 rows by sqlite3. Memory: the highest resident set.
Jumps: in several orders and with a search, the scroll bar goes to the middle, then to the end, until rows show; beside
the time until the first rows of that order showed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

TO_REACH_S, TO_REACH_MB = 0.8, 250

_FLOOR = """
import json, resource, sqlite3, sys, time
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView
app = QApplication([]); window = QMainWindow(); table = QTableView(); window.setCentralWidget(table)
window.resize(1280, 800); window.show(); app.processEvents(); started = time.perf_counter()
import sqlalchemy.orm
rows = sqlite3.connect(sys.argv[1]).execute(
    "SELECT section, question, answer FROM model_qas WHERE deleted_utc IS NULL ORDER BY seq LIMIT 256").fetchall()
model = QStandardItemModel()
for row in rows:
    model.appendRow([QStandardItem(text) for text in row])
table.setModel(model); app.processEvents()
print(json.dumps({"s": time.perf_counter() - started, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""

_OURS = """
import json, os, resource, sys, time
from pathlib import Path
from PySide6.QtWidgets import QAbstractItemView, QApplication
app = QApplication([])
painted = []
from erpai_desktop.views.window.main_window import MainWindow
MainWindow._on_first_paint, original = (
    lambda self: (painted.append(time.perf_counter()), original(self))[1], MainWindow._on_first_paint)
from erpai_desktop.app.main import main
async def drive(desk):
    from tests.person import Person
    person = Person(desk.shell.window)
    await person.until(lambda: desk.pages.snapshot.nodes, "the tree")
    page = desk.pages.open_model(desk.pages.snapshot.nodes[0].id, "qas")
    def shown():
        table = person.find(QAbstractItemView, "Q&As", inside=page)
        return table.model().rowCount() and table.model().index(0, 1).data()
    await person.until(shown, "the rows")
    desk.shell.window.repaint()
    seconds = time.perf_counter() - painted[0]
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    from benchmarks.far_jumps import far_jumps
    jumps = await far_jumps(page, person)
    print(json.dumps({"s": seconds, "mb": megabytes, "jumps": jumps}), flush=True)
    return 0
sys.exit(main(workspace=sys.argv[1], memory_file=Path(sys.argv[2]), mode="light", drive=drive))
"""


def main() -> None:
    """Print seconds, megabytes and their ratio to the floor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = os.environ["XDG_CONFIG_HOME"] = folder
        path = Path(folder) / "large.erpai"
        _fill(path, asked.rows)
        ours: list[dict[str, Any]] = []
        floor: list[dict[str, Any]] = []
        for number in range(asked.rounds + 1):
            f, o = _run(_FLOOR, str(path)), _run(_OURS, str(path), str(Path(folder) / "window.ini"))
            if number:  # the first round warms the disk's cache
                floor.append(f)
                ours.append(o)
    seconds, least = (statistics.median(run["s"] for run in runs) for runs in (ours, floor))
    megabytes, least_mb = (max(run["mb"] for run in runs) for runs in (ours, floor))
    print(f"to an interactive table   {seconds:6.2f} s    floor {least:5.2f} s   (to reach: {TO_REACH_S} s)")
    print(f"highest resident set      {megabytes:6.0f} MB   floor {least_mb:5.0f} MB  (to reach: {TO_REACH_MB} MB)")
    for name in ours[0]["jumps"]:
        first, all_, middle, end, block = (
            statistics.median(run["jumps"][name][at] for run in ours) * 1000 for at in range(5)
        )
        print(
            f"jump, {name:19} {middle:6.0f} ms to the middle, {end:4.0f} ms to the end   first page {first:4.0f} ms, "
            f"all counted {all_:4.0f} ms, longest block {block:3.0f} ms   ratio {max(middle, end) / first:5.2f}"
        )


def _fill(path: Path, rows: int) -> None:
    from benchmarks.synthetic import company
    from erpai_desktop.changes import Entity
    from erpai_desktop.models.enums import QaType
    from erpai_desktop.models.ids import ModelId
    from erpai_desktop.models.snapshots.new_qa import NewQa
    from erpai_desktop.services import qa_transfer, tree, users, workspace
    from erpai_desktop.storage.location import WorkspaceLocation

    database = workspace.create(WorkspaceLocation(path=path), "Large")
    person = users.os_user()
    users.enter(database, login=person.login, name=person.name)
    model = ModelId(database.write(tree.add_model, names={"en": "Large"}).new(Entity.MODEL))
    pairs = company(rows)
    database.write(
        qa_transfer.import_qas,
        model_id=model,
        rows=[NewQa(pair.question, pair.answer, pair.section, QaType.TRAINING, False) for pair in pairs],
    )
    database.close()


def _run(code: str, *arguments: str) -> dict[str, Any]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, env=environment, check=True
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("{"))
    result: dict[str, Any] = json.loads(line)
    return result


if __name__ == "__main__":
    main()
