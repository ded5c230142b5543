"""How long the interface's thread is ever kept from its event loop, by whatever a person does; beside idling.

Run: python -m benchmarks.interface_blocks [--rows 20000] [--tokens 10000]

The real window, offscreen, on a workspace file; a timer beats every 2 ms on its event loop and the longest gap between
two beats, less the interval, is the block. Idling of the same window in the same run is the floor. Rooms are opened for
the first time; a grounded answer comes from a provider in another process, 2,000 tokens a second. --rows 0 leaves out
import, search and compile.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

TO_REACH_MS = 50


def main() -> int:
    """Print the longest block of each phase in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--tokens", type=int, default=10_000)
    arguments = parser.parse_args()
    rows: int = arguments.rows
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtWidgets import QLineEdit, QPushButton

    from benchmarks.lived_in import ASKED, COMPARED, live_in, talkative
    from benchmarks.synthetic import company
    from erpai_desktop.app.desk import Desk
    from erpai_desktop.app.main import main as open_window
    from erpai_desktop.app.screenshots import at_rest, without_chatter
    from erpai_desktop.models.enums import Target
    from erpai_desktop.models.ids import ModelId
    from erpai_desktop.services.workspace import create_sample
    from erpai_desktop.storage.location import WorkspaceLocation
    from erpai_desktop.views.qas.page import QaPage
    from tests.person import Person
    from tests.watchdog import Watchdog

    without_chatter()
    longest: dict[str, tuple[float, float]] = {}

    with tempfile.TemporaryDirectory() as folder, talkative(arguments.tokens) as base_url:
        os.environ["XDG_CACHE_HOME"] = str(Path(folder) / "cache")
        path = Path(folder) / "blocks.erpai"
        create_sample(WorkspaceLocation(path=path)).close()
        live_in(path, Path(folder) / "own", base_url=base_url)
        table = Path(folder) / "rows.csv"
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["question", "answer", "section", "type"])
            writer.writerows([pair.question, pair.answer, pair.section, "training"] for pair in company(rows))

        async def drive(desk: Desk) -> int:
            window, pages = desk.shell.window, desk.pages
            window.resize(1280, 800)
            person = Person(window)

            async def measured(name: str, work: Callable[[], Awaitable[object]]) -> None:
                with Watchdog() as dog:
                    await work()
                    await at_rest(desk)
                gaps = sorted(dog.gaps_ms)
                longest[name] = (dog.longest_ms, gaps[int(len(gaps) * 0.99)])

            def named(name: str) -> ModelId:
                return next(node.id for node in pages.snapshot.nodes if node.name == name)

            async def at_once(show: Callable[[], object]) -> None:
                show()

            async def ask() -> None:
                desk.chat.ask("How do I cancel an invoice?")
                await person.until(lambda: any(job.spec.kind == "ask" for job in desk.session.runner.jobs), "the job")
                await person.until(lambda: all(job.ended for job in desk.session.runner.jobs), "the answer")

            await measured("after opening", lambda: asyncio.sleep(3))
            await measured("idle (the floor)", lambda: asyncio.sleep(2))
            compared = named(COMPARED)
            for name, show in (
                ("Usage", pages.open_usage),
                ("its budgets", lambda: pages.open_usage("budgets")),
                ("its calls", lambda: pages.open_usage("calls")),
                ("Providers", pages.open_providers),
                ("Evaluation of 1,000 questions", lambda: pages.open_model(compared, "evaluation")),
                ("versions", lambda: pages.open_model(compared, "compilations")),
                ("comparison of two versions", lambda: desk.versions.compare_newest(compared)),
                ("Evaluation again", lambda: pages.open_model(compared, "evaluation")),
                ("Usage again", pages.open_usage),
                ("plan of a compilation", lambda: pages.open_compile(named(ASKED))),
            ):
                await measured(f"opening {name}", partial(at_once, show))
            desk.chat.begin(named(ASKED))
            await at_rest(desk)
            await measured("first grounded answer", ask)
            await measured("second grounded answer", ask)
            if not rows:
                return 0

            model_id = named("Accounting AI")
            page = pages.open_model(model_id, "qas")
            await at_rest(desk)
            qas = page.current_widget() if page is not None else None
            if not isinstance(qas, QaPage):
                return 1

            def count() -> int:
                return next(node.qa_count for node in pages.snapshot.nodes if node.id == model_id)

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
                job = desk.jobs.compile(model_id, Target.BUILT_IN)
                await person.until(lambda: job.state.ended, "the end of the build", timeout_s=600)

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
