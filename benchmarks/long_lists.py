"""How long the interface's thread is kept from its event loop by lists as long as they get; beside idling.

Run: python -m benchmarks.long_lists [--only NAME]

The real window, offscreen, on a workspace file with 10,000 training conversations that all wait for review, 200,000
metered calls, two versions with 5,000 evaluated questions each, 500 versions of one model, a chat of 2,000 messages
among 10,000, a provider that offers 2,000 models, a job that logs 5,000 lines, and 20,000 rows in the bin. As in
interface_blocks, the longest gap between two beats of a timer, less its interval, is the block; of
it, own work is what the interface's thread computed itself.
"""

from __future__ import annotations

import argparse
import asyncio
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
    parser.add_argument("--only", default="")
    only: str = parser.parse_args().only
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QAbstractItemView, QPlainTextEdit, QWidget

    from benchmarks.long_workspace import COMPARED, LONG, MANY, SMALL, fill
    from erpai_desktop.app.desk import Desk
    from erpai_desktop.app.main import main as open_window
    from erpai_desktop.app.screenshots import at_rest, without_chatter
    from erpai_desktop.models.ids import ModelId
    from erpai_desktop.views.chat.message_list import MessageList
    from erpai_desktop.workers.job_state import JobSpec
    from erpai_desktop.workers.runner import RunningJob
    from tests.person import Person
    from tests.watchdog import Watchdog

    without_chatter()
    longest: dict[str, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = str(Path(folder) / "cache")
        path = Path(folder) / "long.erpai"
        chat_id = fill(path)

        async def drive(desk: Desk) -> int:
            window, pages, runner = desk.shell.window, desk.pages, desk.session.runner
            window.resize(1280, 800)
            person = Person(window)

            def named(name: str) -> ModelId:
                return next(node.id for node in pages.snapshot.nodes if node.name == name)

            async def measured(name: str, work: Callable[[], Awaitable[object] | object]) -> None:
                if only and only not in name:
                    done = work()
                    if isinstance(done, Awaitable):
                        await done
                    await at_rest(desk)
                    return
                with Watchdog() as dog:
                    done = work()
                    if isinstance(done, Awaitable):
                        await done
                    await at_rest(desk)
                    await asyncio.sleep(0.3)
                longest[name] = (dog.longest_ms, dog.busiest_ms)

            def end_of(name: str) -> Callable[[], object]:
                """Let the scroll bar of a list go in its middle, then at its end."""

                async def scroll() -> None:
                    found = person.all(QAbstractItemView, name)
                    bar = found[0].verticalScrollBar()
                    for part in (2, 1):
                        bar.setValue(bar.maximum() // part)
                        await at_rest(desk)

                return scroll

            def press(view: Callable[[], QWidget], *keys: Qt.Key) -> Callable[[], object]:
                async def act() -> None:
                    widget = view()
                    widget.setFocus()
                    for key in keys:
                        person.press(key, on=widget)
                        await at_rest(desk)

                return act

            def messages() -> MessageList:
                return desk.chat.message_list

            async def log_much() -> None:
                async def talk(job: RunningJob) -> None:
                    for number in range(5_000):
                        job.log(f"line {number}")
                        if number % 50 == 0:
                            await asyncio.sleep(0)

                job = runner.start(JobSpec("A talkative job", "other"), talk)
                await person.until(lambda: job.state.ended, "the end of the job")

            await measured("after opening", lambda: asyncio.sleep(3))
            await measured("idle (the floor)", lambda: asyncio.sleep(2))
            # A model's own page first: what is measured then is the list in it.
            for name in (SMALL, MANY, COMPARED, LONG):
                await measured(f"page of “{name}”", partial(pages.open_model, named(name)))
            small = named(SMALL)
            for page in ("conversations", "evaluation", "compilations"):
                await measured(f"{page} of few rows: opening", partial(pages.open_model, small, page))
            await measured("comparison of few: opening", lambda: desk.versions.compare_newest(small))
            many = named(MANY)
            await measured("conversations: opening", lambda: pages.open_model(many, "conversations"))
            await measured("conversations: to the end", end_of("Training conversations"))
            listed = person.find(QAbstractItemView, "Training conversations")
            await measured("conversations: all selected", listed.selectAll)
            await measured("conversations: one selected", press(lambda: listed, Qt.Key.Key_Home))
            await measured("review: opening", pages.open_review)
            await measured("usage: opening", pages.open_usage)
            await measured("usage: its calls", lambda: pages.open_usage("calls"))
            await measured("usage: to the end of its calls", end_of("Metered calls"))
            await measured("providers: opening", pages.open_providers)
            compared = named(COMPARED)
            await measured("evaluation: opening", lambda: pages.open_model(compared, "evaluation"))
            await measured("versions of 5,000 questions", lambda: pages.open_model(compared, "compilations"))
            await measured("comparison: opening", lambda: desk.versions.compare_newest(compared))
            await measured("500 versions: opening", lambda: pages.open_model(named(LONG), "compilations"))
            await measured("500 versions: scoreboard", lambda: pages.open_model(named(LONG), "evaluation"))
            await measured("chats: list", desk.chat.show_history)
            await measured("chats: to the end", end_of("Your conversations"))
            await measured("chat of 2,000 messages", lambda: desk.chat.open_chat(chat_id))
            await measured("chat: earlier messages", lambda: messages().show_earlier())
            home = (Qt.Key.Key_Home,) * 4
            await measured("chat: four times Home", press(lambda: messages().shown[-1], *home))
            await measured("chat: End", press(lambda: messages().shown[-1], Qt.Key.Key_End))
            await measured("bin: opening", pages.open_bin)
            await measured("log: 5,000 lines", log_much)
            await measured("log: shown", lambda: person.all(QPlainTextEdit, "Log"))
            return 0

        status = open_window(workspace=str(path), memory_file=Path(folder) / "window.ini", mode="light", drive=drive)
    for name, (worst, worked) in longest.items():
        print(f"{name:32} longest block {worst:7.1f} ms, own work {worked:7.1f} ms   (to reach: {TO_REACH_MS} ms)")
    return status


if __name__ == "__main__":
    sys.exit(main())
