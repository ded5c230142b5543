"""Puts a list of questions to one version, a few at a time, and judges what can be judged."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from erpai_desktop.ai.answerer import Answer, Answerer
from erpai_desktop.models.enums import Purpose
from erpai_desktop.models.evaluation import judge
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.models.snapshots.golden import GoldenQuestion, GoldenReply
from erpai_desktop.services.answer_rows import packed_sources
from erpai_desktop.services.evaluations import is_in_own_words
from erpai_desktop.workers.answering import open_compilation
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.providers.connecting import Connecting

_AT_ONCE = 16


@asynccontextmanager
async def opened(
    job: Job, engine: EngineProcess, *, compilation_id: CompilationId, connections: Connecting | None
) -> AsyncIterator[Answerer]:
    """A version to be asked, closed again afterwards.

    A provider that fails is an error here: what stands in for it is not what the version says.
    """
    version = await open_compilation(
        job,
        engine,
        compilation_id=compilation_id,
        connections=connections,
        purpose=Purpose.GOLDEN,
        stands_in=False,
    )
    try:
        yield version
    finally:
        await version.close()


async def ask_all(
    job: Job, answerer: Answerer, questions: Sequence[GoldenQuestion], *, stage: str
) -> tuple[GoldenReply, ...]:
    """The replies in the order of the questions. Raises EngineError, ProviderError, BudgetExceededError."""
    replies: list[GoldenReply] = []
    for start in range(0, len(questions), _AT_ONCE):
        job.progress(stage, start, len(questions))
        some = questions[start : start + _AT_ONCE]
        answers = await answerer.answer_many([one.question for one in some])
        replies += [_reply(question, answer) for question, answer in zip(some, answers, strict=True)]
    job.progress(stage, len(questions), len(questions))
    return tuple(replies)


def _reply(question: GoldenQuestion, answer: Answer) -> GoldenReply:
    return GoldenReply(
        question=question,
        answer=answer.text,
        refused=answer.refused,
        confidence=answer.confidence,
        right=_is_right(question, answer),
        sources=tuple(packed_sources(answer.sources)),
    )


def _is_right(question: GoldenQuestion, answer: Answer) -> bool | None:
    """By the same rule as an evaluation; of a question that nobody has written an answer to, None."""
    if question.qa_id is None:
        return None
    return judge(
        expected=question.expected,
        expects_refusal=question.expects_refusal,
        answer=answer.text,
        refused=answer.refused,
        required_terms=question.required_terms,
        forbidden_terms=question.forbidden_terms,
        own_words=is_in_own_words(answer),
    ).right
