"""The built-in target: the index alone, evaluated where it was built."""

from __future__ import annotations

from erpai_desktop.workers.targets.index_build import build_index
from erpai_desktop.workers.targets.target import Build, Made, Unchanged


async def make(build: Build) -> Made | Unchanged:
    """Build it. Raises BuildError."""
    built = await build_index(build)
    if isinstance(built, Unchanged):
        return built
    return Made(
        input_hash=built.input_hash,
        knowledge_revision=built.knowledge_revision,
        compiled_model_name=f"{build.target.value}:{built.embedder}:{built.strategy}",
        values=built.values,
        blobs=built.blobs,
    )
