"""Before a new version is completed: the one that answers now is measured by the same questions, where that is free."""

from __future__ import annotations

from pathlib import Path

from erpai_desktop.errors import ErpAiError
from erpai_desktop.models.enums import Target
from erpai_desktop.models.evaluation_record import EvaluationSummary
from erpai_desktop.models.ids import ModelId
from erpai_desktop.services.activation import rival_of
from erpai_desktop.workers.build_log import BuildLog
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.evaluation.evaluate import evaluate_version
from erpai_desktop.workers.job import Job


async def measure_rival(
    job: Job,
    *,
    model_id: ModelId,
    summary: EvaluationSummary,
    log: BuildLog,
    engine: EngineProcess | None,
    cache_folder: Path,
) -> None:
    """Evaluate the active version anew if it was asked other questions than those of `summary`, and is built-in.

    One that costs something is compared by what both were asked. A failure is no failure of the build.
    """
    rival = await job.read(rival_of, model_id=model_id)
    if rival is None or not summary.total or rival.target is not Target.BUILT_IN:
        return
    if rival.questions_hash == summary.questions_hash:
        return
    log.add(f"Evaluating v{rival.number}, which answers now, by the same questions")
    own = engine or EngineProcess(cache_folder)
    try:
        await evaluate_version(job, compilation_id=rival.compilation_id, engine=own, cache_folder=cache_folder)
    except ErpAiError as error:
        log.add(f"v{rival.number} was not evaluated: {error.message}")
    finally:
        if engine is None:
            await own.close()
