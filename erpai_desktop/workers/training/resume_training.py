"""Going on with a training after a restart of the program."""

from __future__ import annotations

from pathlib import Path

from erpai_desktop.models.enums import JobState
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.services import training_jobs
from erpai_desktop.workers.build_log import BuildLog
from erpai_desktop.workers.compile_model import complete_build, ended_in_order, give_up
from erpai_desktop.workers.compiled import Compiled, compiled
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.providers.connecting import Connecting
from erpai_desktop.workers.targets.target import NotTrained
from erpai_desktop.workers.training.patience import Pace
from erpai_desktop.workers.training.train import train

PACE = Pace()


async def resume_training(
    job: Job,
    *,
    compilation_id: CompilationId,
    connections: Connecting,
    cache_folder: Path,
    engine: EngineProcess | None = None,
    pace: Pace | None = None,
) -> Compiled:
    """Take a training up where it stands and see it to its end.

    Raises OwnedElsewhereError while another program follows it; otherwise as `compile_model`.
    """
    await job.write(training_jobs.claim, compilation_id=compilation_id)
    run = await job.read(training_jobs.training_run, compilation_id=compilation_id)
    log = BuildLog(job, before=run.build_log)
    log.add("Taken up again")
    async with ended_in_order(job, compilation_id=compilation_id, log=log, outlives=True):
        made = await train(
            job,
            log=log,
            compilation_id=compilation_id,
            connections=connections,
            engine=engine,
            cache_folder=cache_folder,
            pace=pace or PACE,
        )
        if isinstance(made, NotTrained):
            await give_up(job, compilation_id, made.message, log, JobState.FAILED)
            return await compiled(job, compilation_id, not_made=made.message)
        await complete_build(
            job,
            compilation_id=compilation_id,
            model_id=run.model_id,
            made=made,
            log=log,
            cache_folder=cache_folder,
            engine=engine,
        )
    return await compiled(job, compilation_id)
