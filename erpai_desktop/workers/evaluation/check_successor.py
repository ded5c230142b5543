"""Asks a successor what was asked when golden answers were recorded, and sets its replies beside them."""

from __future__ import annotations

from erpai_desktop.ai.answerer import Answerer
from erpai_desktop.models.ids import CompilationId, GoldenSetId
from erpai_desktop.models.parity import parity, parity_line
from erpai_desktop.models.snapshots.golden import GoldenReply
from erpai_desktop.models.snapshots.parity import Parity, ParityAnswer
from erpai_desktop.models.statistics import percent
from erpai_desktop.services import golden, golden_reading, scoreboard
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.evaluation.asking_versions import ask_all, opened
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.providers.connecting import Connecting


async def check_successor(
    job: Job,
    *,
    golden_set_id: GoldenSetId,
    compilation_id: CompilationId,
    engine: EngineProcess,
    connections: Connecting | None = None,
) -> Parity:
    """The parity of a version with golden answers. Nothing is stored.

    Raises NotFoundError, NotPermittedError, EngineError, ProviderError, BudgetExceededError.
    """
    await job.write(golden.check_may_compare)
    async with opened(job, engine, compilation_id=compilation_id, connections=connections) as answerer:
        return await check_answers(job, answerer, golden_set_id=golden_set_id, compilation_id=compilation_id)


async def check_answers(
    job: Job, answerer: Answerer, *, golden_set_id: GoldenSetId, compilation_id: CompilationId
) -> Parity:
    """As `check_successor`, of a version that is open already."""
    recorded = await job.read(golden_reading.golden_set, golden_set_id=golden_set_id)
    version = await job.read(scoreboard.version_score, compilation_id=compilation_id)
    replies = await ask_all(job, answerer, [reply.question for reply in recorded.replies], stage="asking")
    line = recorded.line
    found = parity(
        recorded.model_name,
        (
            f"{line.name} (v{line.number})",
            " · ".join(part for part in ("golden answers", line.base_model, f"{line.recorded_utc:%Y-%m-%d}") if part),
        ),
        (version.name, " · ".join(part for part in (version.target.value, version.base_model) if part)),
        [
            parity_line(
                before.question.question,
                _answer(before),
                _answer(after),
                expected=before.question.expected,
                expects_refusal=before.question.expects_refusal,
            )
            for before, after in zip(recorded.replies, replies, strict=True)
        ],
    )
    share = found.share_alike
    job.progress("done", text=f"{percent(share)} the same or nearly so" if share is not None else "nothing to compare")
    return found


def _answer(reply: GoldenReply) -> ParityAnswer:
    return ParityAnswer(reply.answer, reply.refused, reply.right)
