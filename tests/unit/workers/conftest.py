"""A small company that is compiled once, and a job that runs services directly."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import pytest

from erpai_desktop.ai.builtin.settings import EngineSettings
from erpai_desktop.changes import Entity
from erpai_desktop.models.enums import QaType
from erpai_desktop.models.ids import ModelId, QaId
from erpai_desktop.services import qas, tree, tree_reading
from erpai_desktop.services.users import join
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from erpai_desktop.workers.compile_model import compile_model
from erpai_desktop.workers.compiled import Compiled
from tests.direct_job import DirectJob as DirectJob

P = ParamSpec("P")
T = TypeVar("T")

FAST = EngineSettings(embedder="wordllama")
MODEL = "Shop"
ROWS = (
    ("What are your opening hours?", "We are open from nine to five."),
    ("Where is the head office?", "In Plovdiv, 12 River Street."),
    ("How long is the warranty on a tent?", "Three years from the day of purchase."),
    ("Which carrier delivers to islands?", "Only the postal service does."),
    ("Who approves a discount above ten per cent?", "The head of sales."),
    ("How do I reset my password?", "Use the link on the sign-in page."),
)


class Shop:
    """An open workspace with one model, and a cache folder of its own."""

    def __init__(self, database: Database, cache: Path) -> None:
        self.database = database
        self.cache = cache
        self.model_id: ModelId = database.read(tree_reading.find_model, name_or_id=MODEL)

    async def compile(self, job: DirectJob | None = None, **more: Any) -> Compiled:
        more = {"model_id": self.model_id, "settings": FAST, **more}
        return await compile_model(job or DirectJob(self.database), cache_folder=self.cache, **more)

    def add_qa(self, question: str, answer: str, **more: Any) -> QaId:
        changes = self.database.write(
            qas.add_qa, model_id=self.model_id, section="General", question=question, answer=answer, **more
        )
        return QaId(changes.new(Entity.QA))

    @property
    def staged(self) -> list[Path]:
        """What builds have left behind."""
        folder = self.cache / "building"
        return list(folder.iterdir()) if folder.exists() else []


def cancel_at(stage: str) -> Callable[[str], None]:
    """Cancel the running task once, when a stage begins."""
    waiting = [stage]

    def at(what: str) -> None:
        if waiting == [what]:
            waiting.clear()
            task = asyncio.current_task()
            assert task is not None
            task.cancel()

    return at


def _open(path: Path, cache: Path) -> Shop:
    database = open_database(WorkspaceLocation(path=path))
    database.actor = database.write(join, login="tester", name="Tester")
    return Shop(database, cache)


@pytest.fixture(scope="session")
def _templates(tmp_path_factory: pytest.TempPathFactory, empty_template: Path) -> tuple[Path, Path]:
    """The shop before and after its first compilation."""
    folder = tmp_path_factory.mktemp("shop")
    before, after = folder / "before.erpai", folder / "after.erpai"
    shutil.copy(empty_template, before)
    database = open_database(WorkspaceLocation(path=before))
    database.actor = database.write(join, login="tester", name="Tester")
    model_id = ModelId(database.write(tree.add_model, names={"en": MODEL}).new(Entity.MODEL))
    database.close()
    shop = _open(before, folder / "cache")
    assert shop.model_id == model_id
    for question, answer in ROWS:
        shop.add_qa(question, answer)
    shop.add_qa("When do you open?", ROWS[0][1], qa_type=QaType.VALIDATION)
    shop.add_qa("What is the capital of Peru?", "", qa_type=QaType.VALIDATION, expects_refusal=True)
    shop.database.close()
    shutil.copy(before, after)
    shop = _open(after, folder / "cache")
    asyncio.run(shop.compile())
    shop.database.close()
    return before, after


@pytest.fixture
def shop(_templates: tuple[Path, Path], tmp_path: Path) -> Iterator[Shop]:
    """A shop that was never compiled."""
    opened = _open(Path(shutil.copy(_templates[0], tmp_path / "shop.erpai")), tmp_path / "cache")
    yield opened
    opened.database.close()


@pytest.fixture
def compiled_shop(_templates: tuple[Path, Path], tmp_path: Path) -> Iterator[Shop]:
    """A shop whose v1 answers."""
    opened = _open(Path(shutil.copy(_templates[1], tmp_path / "shop.erpai")), tmp_path / "cache")
    yield opened
    opened.database.close()
