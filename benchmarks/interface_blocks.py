"""How long the interface's thread is ever kept from its event loop during compile, import and search; beside idling.

Run: python -m benchmarks.interface_blocks [--rows 20000]

The real window, offscreen, on a workspace file; a timer beats every 2 ms on its event loop and the longest gap between
two beats, less the interval, is the block. Idling of the same window in the same run is the floor.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

TO_REACH_MS = 50


def main() -> int:
    """Print the longest block of each phase in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    rows = parser.parse_args().rows
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtWidgets import QLineEdit, QPushButton

    from benchmarks.synthetic import company
    from erpai_desktop.app.desk import Desk
    from erpai_desktop.app.main import main as open_window
    from erpai_desktop.app.screenshots import at_rest, without_chatter
    from erpai_desktop.models.enums import Target
    from erpai_desktop.services.workspace import create_sample
    from erpai_desktop.storage.location import WorkspaceLocation
    from erpai_desktop.views.qas.page import QaPage
    from tests.person import Person
    from tests.watchdog import Watchdog

    without_chatter()
    longest: dict[str, tuple[float, float]] = {}

    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = str(Path(folder) / "cache")
        path = Path(folder) / "blocks.erpai"
        create_sample(WorkspaceLocation(path=path)).close()
        table = Path(folder) / "rows.csv"
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["question", "answer", "section", "type"])
            writer.writerows([pair.question, pair.answer, pair.section, "training"] for pair in company(rows))

        async def drive(desk: Desk) -> int:
            window = desk.shell.window
            window.resize(1280, 800)
            await at_rest(desk)
            person = Person(window)
            model = next(node for node in desk.pages.snapshot.nodes if node.name == "Accounting AI")
            page = desk.pages.open_model(model.id, "qas")
            await at_rest(desk)
            qas = page.current_widget() if page is not None else None
            if not isinstance(qas, QaPage):
                return 1

            async def measured(name: str, work: Callable[[], Awaitable[object]]) -> None:
                with Watchdog() as dog:
                    await work()
                    await at_rest(desk)
                gaps = sorted(dog.gaps_ms)
                longest[name] = (dog.longest_ms, gaps[int(len(gaps) * 0.99)])

            def count() -> int:
                return next(node.qa_count for node in desk.pages.snapshot.nodes if node.id == model.id)

            async def take_in() -> None:
                qas.import_path(table)
                button = f"Import {rows:,} rows"
                await person.until(lambda: person.find(QPushButton, button), button, timeout_s=120)
                person.click(person.find(QPushButton, button))
                await person.until(lambda: count() > rows, "the imported rows", timeout_s=120)

            async def search() -> None:
                for text in ("i", "in", "inv", "invoice", "invoice brass", "пла", "order valve"):
                    person.type(person.find(QLineEdit, inside=qas), text)
                    await at_rest(desk)

            async def build() -> None:
                job = desk.jobs.compile(model.id, Target.BUILT_IN)
                await person.until(lambda: job.state.ended, "the end of the build", timeout_s=600)

            await measured("idle (the floor)", lambda: asyncio.sleep(2))
            await measured(f"import of {rows:,} rows", take_in)
            await measured("search as one types", search)
            await measured(f"compile of {rows:,} rows", build)
            return 0

        status = open_window(workspace=str(path), memory_file=Path(folder) / "window.ini", mode="light", drive=drive)
    for name, (worst, p99) in longest.items():
        print(f"{name:32} longest block {worst:7.1f} ms   99 % below {p99:6.1f} ms   (to reach: {TO_REACH_MS} ms)")
    return status


if __name__ == "__main__":
    sys.exit(main())
