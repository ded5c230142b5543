"""A workspace that has been lived in: two evaluated versions, a month of calls, a model that a provider answers for.

Run with --serve it is that provider: it streams a long answer in Markdown, an event a token, as fast as it is read.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.command_line import CommandLine
from erpai_desktop.changes import Entity
from erpai_desktop.models.enums import ProviderKind, QaType
from erpai_desktop.models.ids import ProviderId
from erpai_desktop.models.snapshots.new_qa import NewQa
from erpai_desktop.services import compilations, providers, qa_transfer, tree, tree_reading, users
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from tests.evaluated import add_evaluated, record
from tests.providers import Exchange, ProviderServer, Reply
from tests.providers.talking import responses_events
from tests.views.usage.month import fill

COMPARED, ASKED = "Pricing", "Accounting AI"
"""The sample's model that has two evaluated versions, and the one that a provider answers for."""

_EVENTS_AT_ONCE, _PAUSE_S = 20, 0.01
"""2,000 tokens a second: ten times what a fast provider does."""


def live_in(path: Path, folder: Path, *, base_url: str, questions: int = 1_000) -> None:
    """Fill the sample company at `path`; `folder` takes what the command line keeps for a person."""
    database = open_database(WorkspaceLocation(path=path))
    person = users.os_user()
    users.enter(database, login=person.login, name=person.name)
    try:
        fill(database, days=90)
        model_id = database.read(tree_reading.find_model, name_or_id=COMPARED)
        texts = [" ".join(f"word{place * step % 97}" for place in range(60)) for step in range(1, questions + 1)]
        for every in (7, 11):
            found = [
                record(place, right=place % every > 0, expected=text, answer=f"{text[: -place % 90 - 1]} otherwise")
                for place, text in enumerate(texts)
            ]
            compilation_id = add_evaluated(database, model_id, found, knowledge=True)
            database.write(compilations.activate, compilation_id=compilation_id)
            new = [NewQa(f"Question {every} {n}?", text, "", QaType.TRAINING, False) for n, text in enumerate(texts)]
            database.write(qa_transfer.import_qas, model_id=model_id, rows=new, file="lived.csv")
        asked = database.read(tree_reading.find_model, name_or_id=ASKED)
        added = database.write(
            providers.add_provider,
            names={"en": "Stand-in"},
            kind=ProviderKind.OPENAI_COMPATIBLE,
            base_url=base_url,
            base_model_name="gpt-test",
        )
        provider_id = ProviderId(added.new(Entity.PROVIDER))
        database.write(tree.update_model, model_id=asked, object_version=None, provider_id=provider_id)
    finally:
        database.close()
    CommandLine(folder, path)("compile", ASKED, "--target", "grounded", "--no-evaluation")


@contextmanager
def talkative(tokens: int) -> Iterator[str]:
    """The provider in a process of its own; its base URL."""
    command = [sys.executable, "-m", "benchmarks.lived_in", "--serve", str(tokens)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8") as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.stdin.close()


def _words(tokens: int) -> str:
    """Paragraphs and lists of about this many words."""
    words = (f"word{place % 97}" for place in range(tokens))
    parts = iter(lambda: list(itertools.islice(words, 80)), [])
    return "\n\n".join(
        " ".join(part[:50]) + "".join(f"\n- **{word}** stands here" for word in part[50::4]) for part in parts
    )


def _serve(tokens: int) -> None:
    events = list(responses_events("gpt-test", Reply(_words(tokens), tokens_out=tokens)))

    async def talk(exchange: Exchange) -> None:
        await exchange.begin_events()
        for start in range(0, len(events), _EVENTS_AT_ONCE):
            for one in events[start : start + _EVENTS_AT_ONCE]:
                await exchange.chunk(one)
            await asyncio.sleep(_PAUSE_S)
        await exchange.end_chunks()

    with ProviderServer() as server:
        server.fault("POST", "/responses", talk)
        sys.stdout.write(f"{server.base_url}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--serve", type=int, required=True, metavar="TOKENS")
    _serve(options.parse_args().serve)
