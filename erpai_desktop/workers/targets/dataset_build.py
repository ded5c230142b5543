"""Preparing files alone: a child process writes them, and they are stored."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from erpai_desktop.models.ids import CompilationId
from erpai_desktop.storage.blobs import store_blob
from erpai_desktop.workers.child_process import ChildProcess
from erpai_desktop.workers.dataset_process import prepare
from erpai_desktop.workers.targets.child_result import child_result
from erpai_desktop.workers.targets.target import Build, Unchanged
from erpai_desktop.workers.threads import in_a_thread


@dataclass(frozen=True, slots=True)
class DatasetBuilt:
    """`values` and `blobs` as in `Made`."""

    input_hash: str
    knowledge_revision: int
    values: dict[str, str]
    blobs: dict[str, str]


async def build_dataset(build: Build) -> DatasetBuilt | Unchanged:
    """Prepare and store; nothing refers to what was stored until the version says so. Raises BuildError."""
    child = ChildProcess(prepare, name="dataset")
    database = build.job.database
    try:
        await child.start()
        await child.send(
            {
                "workspace": str(database.location),
                "model_id": str(build.model_id),
                "target": build.target.value,
                "base_model": build.inputs.base_model,
                "staging": str(build.staging),
                "tokens": str(build.cache_folder / "tokens.sqlite"),
                "known": {hash_: str(id_) for hash_, id_ in build.inputs.known_hashes.items()},
            }
        )
        result = await child_result(child, build, safe="Nothing was sent; the active version stays as it was.")
    finally:
        await child.close()
    if "unchanged" in result:
        return Unchanged(CompilationId(UUID(result["unchanged"])), result["revision"])
    build.job.progress("storing")
    blobs = {name: await in_a_thread(store_blob, database, build.staging / name) for name in result["files"]}
    return DatasetBuilt(
        input_hash=result["input_hash"],
        knowledge_revision=result["revision"],
        values=result["values"],
        blobs=blobs,
    )
