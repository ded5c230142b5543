"""Going on with a training after a restart of the program."""

from __future__ import annotations

import asyncio
from pathlib import Path

from erpai_desktop.errors import ErpAiError
from erpai_desktop.models.enums import JobState
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.services import training_jobs
from erpai_desktop.workers.build_log import BuildLog
from erpai_desktop.workers.compile_model import complete_build, give_up
from erpai_desktop.workers.compiled import Compiled, compiled
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.providers.connecting import Connecting
from erpai_desktop.workers.targets.target import GoesOnElsewhereError, NotTrained
from erpai_desktop.workers.training.ends import cancelled_by, left_running
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
    try:
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
    except GoesOnElsewhereError as error:
        raise error.why from None
    except asyncio.CancelledError:
        if await left_running(job, log, compilation_id):
            raise
        await give_up(job, compilation_id, cancelled_by(job), log, JobState.CANCELLED)
        raise
    except ErpAiError as error:
        await give_up(job, compilation_id, str(error), log, JobState.FAILED)
        raise
    except Exception as error:
        await give_up(job, compilation_id, f"{type(error).__name__}: {error}", log, JobState.FAILED)
        raise
    return await compiled(job, compilation_id)
