"""The fine-tune target: files are prepared and checked here, then trained with at the provider."""

from __future__ import annotations

from erpai_desktop.errors import BuildError, UserError
from erpai_desktop.services import training_jobs
from erpai_desktop.workers.targets.index_build import build_index
from erpai_desktop.workers.targets.target import Build, Made, NotTrained, Unchanged
from erpai_desktop.workers.training.patience import Pace
from erpai_desktop.workers.training.train import EVALUATE, train

PACE = Pace()


async def make(build: Build) -> Made | Unchanged | NotTrained:
    """Prepare, then train: minutes to days. Once something has been sent, the version survives this program's end.

    Raises BuildError, with nothing sent, when the knowledge or the files must not be sent; as `train` does.
    """
    if build.connections is None:
        raise UserError("A provider is needed for this.", safe="Nothing was sent.")
    built = await build_index(build)
    if isinstance(built, Unchanged):
        return built
    await build.job.write(
        training_jobs.record_prepared,
        compilation_id=build.compilation_id,
        input_hash=built.input_hash,
        knowledge_revision=built.knowledge_revision,
        values=built.values | {EVALUATE: "yes" if build.evaluate else "no"},
        blobs=built.blobs,
        build_log=build.log.text(),
    )
    if built.blocked:
        more = f" And {len(built.blocked) - 1} more findings." if len(built.blocked) > 1 else ""
        raise BuildError(
            f"This cannot be trained with: {built.blocked[0]}{more}",
            safe="Nothing was sent; the active version stays as it was.",
            advice="Mend what the findings name, then compile again.",
        )
    return await train(
        build.job,
        log=build.log,
        compilation_id=build.compilation_id,
        connections=build.connections,
        engine=build.engine,
        cache_folder=build.cache_folder,
        pace=PACE,
    )
