"""An Answerer for a model's active version: its index as a verified local copy, asked in the engine process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from erpai_desktop.ai.answerer import Answer, Turn
from erpai_desktop.models.ids import CompilationId, ModelId
from erpai_desktop.models.snapshots.compilations import ActiveVersion
from erpai_desktop.services.compilations_reading import active_version
from erpai_desktop.storage.database import Database
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.local_indexes import LocalIndexes
from erpai_desktop.workers.threads import in_a_thread


class CompiledAnswerer:
    """One compiled version; implements `ai.answerer.Answerer`."""

    def __init__(self, engine: EngineProcess, version: ActiveVersion, index: Path) -> None:
        self._engine = engine
        self._version = version
        self._index = index

    @property
    def compilation_id(self) -> CompilationId:
        """Which version answers."""
        return self._version.compilation_id

    async def answer(
        self, question: str, history: Sequence[Turn] = (), *, on_text: Callable[[str], object] | None = None
    ) -> Answer:
        """Answer one question; curated answers stand on their own, so `history` does not change them."""
        return await self._engine.answer(
            index=self._index, sha256=self._version.index_sha256, version=self._name, question=question
        )

    async def answer_many(self, questions: Sequence[str]) -> list[Answer]:
        """The same answers as one by one, faster."""
        return await self._engine.answer_many(
            index=self._index, sha256=self._version.index_sha256, version=self._name, questions=questions
        )

    @property
    def _name(self) -> str:
        return f"v{self._version.number}"


async def open_answerer(database: Database, engine: EngineProcess, model_id: ModelId) -> CompiledAnswerer:
    """The active version of a model, ready to be asked.

    Raises NoActiveVersionError while there is none, CorruptWorkspaceError when its stored index is damaged.
    """
    version, index = await in_a_thread(_fetch, database, model_id, engine.indexes)
    return CompiledAnswerer(engine, version, index)


def _fetch(database: Database, model_id: ModelId, indexes: LocalIndexes) -> tuple[ActiveVersion, Path]:
    version = database.read(active_version, model_id=model_id)
    return version, indexes.get(database, version.index_sha256)
