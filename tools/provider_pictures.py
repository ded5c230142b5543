"""Makes the documents' pictures of what needs a provider, light and dark, into docs/images.

The provider is the checks' own server on loopback: it answers with the row most like the question and names it, or says
that it does not know. What was spent before today is invented.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QRadioButton
from rapidfuzz import fuzz

from erpai_desktop.ai.grounding.grounded_prompt import NOT_KNOWN
from erpai_desktop.app.desk import Desk
from erpai_desktop.app.main import main as open_window
from erpai_desktop.app.provider_jobs import ProviderJobs
from erpai_desktop.app.screenshots import SIZE, at_rest, save, without_chatter
from erpai_desktop.changes import Entity
from erpai_desktop.models.enums import BudgetScope, ProviderKind, Target
from erpai_desktop.models.ids import CompilationId, ProviderId
from erpai_desktop.models.lifecycle import utc_today
from erpai_desktop.services import compilations, compilations_reading, providers, tree, workspace
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.views.look.theme import Mode
from tests.providers import ProviderServer
from tests.providers.talking import Reply, said
from tests.views.usage.month import fill, set_budgets
from tools.walk import Walk

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "images"
NAME, BASE_MODEL, DAYS_LEFT = "Company account", "gpt-4.1-mini", 49
QUESTION = "How often do we post on Instagram?"
_ROW = re.compile(r'<row n="(\d+)">\nQuestion: (.*)\nAnswer: (.*)\n</row>')
_ALIKE = 50.0


def answer_from_rows(body: Mapping[str, Any]) -> Reply:
    """What a chat model could say: the answer of the row whose question shares most words with the one asked."""
    text = said(body)
    asked = text.rpartition("<question>")[2].partition("</question>")[0].strip().lower()
    rows = [(fuzz.token_set_ratio(asked, near.lower()), -int(n), answer) for n, near, answer in _ROW.findall(text)]
    alike, number, answer = max(rows, default=(0.0, 0, "Hello."))
    reply = NOT_KNOWN if rows and alike < _ALIKE else f"{answer} [{-number}]" if rows else answer
    return Reply(reply, tokens_in=len(text) // 4, tokens_cached=len(text) // 10, tokens_out=len(reply) // 4)


class Pictures(Walk):
    """Prepares by services and jobs, looks through the window."""

    model = "Marketing AI"

    async def prepare(self, server: ProviderServer) -> None:
        """A provider, two versions, a month of calls, and an answer in the chat."""
        database, marketing = self._desk.session.database, self._node().id
        fill(database, calls_a_day=30)
        set_budgets(database, (BudgetScope.COMPANY, None, 50.0), (BudgetScope.MODEL, marketing, 4.0))
        fields = {"kind": ProviderKind.OPENAI, "base_url": server.base_url, "base_model_name": BASE_MODEL}
        added = database.write(providers.add_provider, names={"en": NAME}, **fields)  # type: ignore[arg-type] # by name
        provider_id = ProviderId(added.new(Entity.PROVIDER))
        database.write(tree.update_model, model_id=marketing, object_version=None, provider_id=provider_id)
        jobs = ProviderJobs(self._desk.session.runner, self._desk.session.connections)
        jobs.keep_key(provider_id, server.key)
        await self._at_rest()
        jobs.test(provider_id, NAME)
        await self._at_rest()
        for target in (Target.BUILT_IN, Target.GROUNDED):
            job = self._desk.jobs.compile(marketing, target)
            await self._person.until(lambda job=job: job.state.ended, f"a {target} version", timeout_s=300)  # type: ignore[misc] # bound
        newest, *_ = self._versions()
        database.write(compilations.activate, compilation_id=newest)
        self._desk.tree.refresh()
        await self._at_rest()
        self._person.click_row(self._tree(), self.model)
        await self._at_rest()
        await self._begin_chat()
        await self._ask(QUESTION)

    async def take(self, mode: Mode) -> None:
        """One picture of each view."""
        desk, person = self._desk, self._person
        desk.pages.open_providers()
        await self._at_rest()
        page = desk.shell.window.tabs.page("providers")
        person.click_row(person.find(QAbstractItemView, "Providers", inside=page), NAME)
        await self._save("providers", mode)
        desk.pages.open_usage()
        await self._save("usage", mode)
        desk.pages.open_compile(self._node().id)
        await self._at_rest()
        person.click(person.find(QRadioButton, "Grounded"))
        await self._save("targets", mode)
        await self._sub_page("Evaluation")
        await self._save("scoreboard", mode)
        person.click_row(person.find(QAbstractItemView, "Scoreboard"), "v1")
        await self._at_rest()
        person.click(person.find(QAbstractButton, "Compare"))
        await self._save("comparison", mode)

    async def _save(self, name: str, mode: Mode) -> None:
        await self._at_rest()
        while self._desk.shell.window.notices.current is not None:
            self._desk.shell.window.notices.dismiss()
        await self._at_rest()
        save(self._desk, FOLDER / f"{name}-{mode}.png")

    def _versions(self) -> list[CompilationId]:
        lines = self._desk.session.database.read(compilations_reading.compilations_of, model_id=self._node().id)
        return [line.id for line in lines]


def main() -> int:
    """Returns the exit status."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    without_chatter()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with ProviderServer() as server, tempfile.TemporaryDirectory() as folder:
        ends = (utc_today() + timedelta(days=DAYS_LEFT)).isoformat()
        server.talk.models = {BASE_MODEL: ends, "gpt-4.1": ends, "gpt-5.4-mini": None, "gpt-5.4": None}
        server.talk.reply = answer_from_rows

        async def drive(desk: Desk) -> int:
            desk.shell.window.resize(*SIZE)
            await at_rest(desk)
            pictures = Pictures(desk)
            await pictures.prepare(server)
            modes: tuple[Mode, ...] = ("light", "dark")
            for mode in modes:
                desk.shell.theme.set_mode(mode)
                await pictures.take(mode)
            return 0

        path = Path(folder) / "pictures.erpai"
        workspace.create_sample(WorkspaceLocation(path=path)).close()
        return open_window(workspace=str(path), memory_file=Path(folder) / "window.ini", mode="light", drive=drive)


if __name__ == "__main__":
    sys.exit(main())
