"""Records what a version replies to all validation rows, and to questions that a person has chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from erpai_desktop.ai.answerer import Answerer
from erpai_desktop.changes import Changes
from erpai_desktop.errors import UserError
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.models.questions import question_key
from erpai_desktop.models.snapshots.golden import GoldenQuestion
from erpai_desktop.services import golden, golden_reading, scoreboard
from erpai_desktop.services.checks import counted
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.evaluation.asking_versions import ask_all, opened
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.providers.connecting import Connecting


async def record_golden(
    job: Job,
    *,
    compilation_id: CompilationId,
    engine: EngineProcess,
    connections: Connecting | None = None,
    name: str,
    questions: Sequence[str] = (),
    validation: bool = True,
) -> Changes:
    """Ask, then keep all replies or none.

    `questions` are past or typed ones; one that a validation row asks too is asked once. Raises UserError when there is
    nothing to ask, EngineError, ProviderError, BudgetExceededError, NotPermittedError.
    """
    await job.write(golden.check_may_record, name=name)
    async with opened(job, engine, compilation_id=compilation_id, connections=connections) as answerer:
        return await record_answers(
            job,
            answerer,
            compilation_id=compilation_id,
            name=name,
            questions=questions,
            validation=validation,
        )


async def record_answers(
    job: Job,
    answerer: Answerer,
    *,
    compilation_id: CompilationId,
    name: str,
    questions: Sequence[str] = (),
    validation: bool = True,
) -> Changes:
    """As `record_golden`, of a version that is open already."""
    version = await job.read(scoreboard.version_score, compilation_id=compilation_id)
    tests = await job.read(golden_reading.validation_questions, model_id=version.model_id) if validation else ()
    asked = tuple(_each_once(tests, questions))
    if not asked:
        raise UserError(
            "There is nothing to ask: no validation rows, and no question was chosen.",
            safe="Nothing was recorded.",
            advice="Add Q&As of the type Validation, or choose past questions.",
        )
    replies = await ask_all(job, answerer, asked, stage="asking")
    changes = await job.write(golden.add_golden_set, compilation_id=compilation_id, name=name, replies=replies)
    job.progress("done", text=f"{counted(len(replies), 'golden answer')} of {version.name} recorded")
    return changes


def _each_once(tests: Iterable[GoldenQuestion], questions: Iterable[str]) -> Iterable[GoldenQuestion]:
    seen: set[str] = set()
    for test in tests:
        seen.add(question_key(test.question))
        yield test
    for text in questions:
        key = question_key(text)
        if text.strip() and key not in seen:
            seen.add(key)
            yield GoldenQuestion(text.strip())
