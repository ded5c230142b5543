"""The export target: the dataset, its manifest, the instructions and the findings, to be saved as files."""

from __future__ import annotations

from erpai_desktop.workers.targets.dataset_build import build_dataset
from erpai_desktop.workers.targets.target import Build, Made, Unchanged


async def make(build: Build) -> Made | Unchanged:
    """Make it. What would block training is told in the findings: files for other uses are theirs to judge.

    Raises BuildError.
    """
    built = await build_dataset(build)
    if isinstance(built, Unchanged):
        return built
    return Made(
        input_hash=built.input_hash,
        knowledge_revision=built.knowledge_revision,
        compiled_model_name=f"{build.target.value}:chat",
        values=built.values,
        blobs=built.blobs,
    )
