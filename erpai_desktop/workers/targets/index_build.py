"""The part that all targets share: a child process reads, resolves and indexes, and its files are stored meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

from erpai_desktop.errors import ErpAiError
from erpai_desktop.models.asset_keys import INDEX
from erpai_desktop.models.enums import Target
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.storage.blobs import store_blob
from erpai_desktop.storage.database import Database
from erpai_desktop.workers.build_child import LEDGER
from erpai_desktop.workers.build_process import building_process
from erpai_desktop.workers.local_indexes import LocalIndexes
from erpai_desktop.workers.targets.child_result import child_result
from erpai_desktop.workers.targets.target import Build, Unchanged
from erpai_desktop.workers.threads import in_a_thread


@dataclass(frozen=True, slots=True)
class IndexBuilt:
    """`values` and `blobs` as in `Made`, of the index, the manifest, the findings and, if wanted, the evaluation.

    `index` is the local copy of the index. For fine-tuning the files for it are made too; `blocked` says why they must
    not be sent.
    """

    input_hash: str
    knowledge_revision: int
    values: dict[str, str]
    blobs: dict[str, str]
    embedder: str
    strategy: str
    index: Path
    blocked: tuple[str, ...] = ()


async def build_index(build: Build) -> IndexBuilt | Unchanged:
    """Build and store; nothing refers to what was stored until the version is complete. Raises BuildError.

    What costs nothing to evaluate is evaluated in the child too.
    """
    indexes = LocalIndexes(build.cache_folder / "indexes")
    ledgers = LocalIndexes(build.cache_folder / "ledgers")
    child = build.child or building_process()
    storing: dict[str, asyncio.Task[str]] = {}
    database = build.job.database
    try:
        await child.start()
        previous = await in_a_thread(_previous, database, build.inputs.previous_index, indexes)
        ledger = ledgers.folder / previous.name if previous is not None else None
        await child.send(
            {
                "workspace": str(database.location),
                "model_id": str(build.model_id),
                "target": build.target.value,
                "settings": build.settings.to_json(),
                "staging": str(build.staging),
                "cache": str(build.cache_folder / "embeddings.sqlite"),
                "known": {hash_: str(id_) for hash_, id_ in build.inputs.known_hashes.items()},
                "previous": str(previous) if previous is not None else None,
                "ledger": str(ledger) if ledger is not None and ledger.is_file() else None,
                "evaluate": build.target is Target.BUILT_IN,
                "base_model": build.inputs.base_model,
                "tokens": str(build.cache_folder / "tokens.sqlite"),
            }
        )
        store = partial(_store, storing, database, build.staging)
        result = await child_result(child, build, store=store)
        if "unchanged" in result:
            return Unchanged(CompilationId(UUID(result["unchanged"])), result["revision"])
        build.job.progress("storing")
        blobs = {key: await task for key, task in storing.items()}
        build.log.add("Stored")
        await in_a_thread(indexes.adopt, build.staging / INDEX, blobs[INDEX])
        if result["ledger"]:
            # Only a local copy: where it is missing, the next build reads everything.
            await in_a_thread(ledgers.adopt, build.staging / LEDGER, blobs[INDEX])
        return IndexBuilt(
            input_hash=result["input_hash"],
            knowledge_revision=result["revision"],
            values=result["values"],
            blobs=blobs,
            embedder=result["embedder"],
            strategy=result["strategy"],
            index=indexes.folder / blobs[INDEX],
            blocked=tuple(result["blocked"]),
        )
    finally:
        await child.close()
        await _ended(storing.values())


def _previous(database: Database, sha256: str | None, indexes: LocalIndexes) -> Path | None:
    if sha256 is None:
        return None
    try:
        return indexes.get(database, sha256)
    except ErpAiError:
        # It only saves time: without it everything is made anew.
        return None


def _store(
    storing: dict[str, asyncio.Task[str]], database: Database, staging: Path, name: str, sha256: str | None
) -> None:
    """Begin to store a file as the asset of its name. Nothing refers to it until the build is complete."""
    before = tuple(storing.values())

    async def store() -> str:
        # One after the other: each takes the one write lock.
        if before:
            await asyncio.wait(before)
        return await in_a_thread(store_blob, database, staging / name, sha256)

    storing[name] = asyncio.get_running_loop().create_task(store())


async def _ended(tasks: Iterable[asyncio.Task[str]]) -> None:
    """Stop what is still being stored, and see every failure: the first has been told already."""
    waiting = list(tasks)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
