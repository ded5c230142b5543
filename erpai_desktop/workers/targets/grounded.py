"""The grounded target: the index, which a chat model answers from; measured by asking it through its provider."""

from __future__ import annotations

from erpai_desktop.models.asset_keys import INDEX
from erpai_desktop.workers.targets.index_build import build_index
from erpai_desktop.workers.targets.measuring import measure
from erpai_desktop.workers.targets.target import Build, Made, Unchanged


async def make(build: Build) -> Made | Unchanged:
    """Build the index and measure the whole. Raises BuildError."""
    built = await build_index(build)
    if isinstance(built, Unchanged):
        return built
    build.log.add(f"Answers through {build.inputs.base_model or 'the provider'}")
    measured = await measure(build, index_sha256=built.blobs[INDEX], base_model=build.inputs.base_model)
    return Made(
        input_hash=built.input_hash,
        knowledge_revision=built.knowledge_revision,
        compiled_model_name=f"{build.target.value}:{build.inputs.base_model}:{built.embedder}"[:256],
        values=built.values | measured.values,
        blobs=built.blobs | measured.blobs,
        unmeasured=measured.why_not,
    )
