"""What comes of putting the validation questions to a version: one record a question, stored with the version."""

from __future__ import annotations

from erpai_desktop.ai.answerer import Answer
from erpai_desktop.models.enums import Grounding
from erpai_desktop.models.evaluation import judge
from erpai_desktop.models.evaluation_record import EvaluationRecord, EvaluationSummary
from erpai_desktop.models.resolved import ValidationRow

EVALUATION, EVALUATION_SUMMARY = "evaluation", "evaluation_summary"
"""The assets that keep an evaluation."""


_OWN_WORDS = frozenset({Grounding.CITED, Grounding.UNCITED, Grounding.LEARNED})


def is_in_own_words(answer: Answer) -> bool:
    """Whether the answer is a model's, not a curated one."""
    return answer.grounding in _OWN_WORDS and not answer.refused


def record_of(
    row: ValidationRow,
    answer: Answer,
    *,
    elapsed_ms: float | None = None,
    money_micros: int | None = None,
    meaning: float | None = None,
) -> EvaluationRecord:
    """How a version has answered a validation question. `meaning` is as in `models.evaluation.judge`."""
    verdict = judge(
        expected=row.answer,
        expects_refusal=row.expects_refusal,
        answer=answer.text,
        refused=answer.refused,
        required_terms=row.required_terms,
        forbidden_terms=row.forbidden_terms,
        own_words=is_in_own_words(answer),
        meaning=meaning,
    )
    return EvaluationRecord(
        qa_id=row.row_id,
        model_id=row.model_id,
        question=row.question,
        expected=row.answer,
        expects_refusal=row.expects_refusal,
        answer=answer.text,
        refused=answer.refused,
        confidence=round(answer.confidence, 6),
        right=verdict.right,
        reason=verdict.reason,
        score=round(verdict.score, 6),
        similarity=None if verdict.similarity is None else round(verdict.similarity, 2),
        elapsed_ms=None if elapsed_ms is None else round(elapsed_ms, 3),
        money_micros=money_micros,
        grounding=answer.grounding,
        note=answer.note,
    )


def evaluation_line(summary: EvaluationSummary) -> str:
    """An evaluation as the log tells it."""
    if not summary.total:
        return "No validation rows: nothing was evaluated"
    share = summary.right / summary.total
    return f"Evaluated {summary.total:,} validation questions: {summary.right:,} right ({share:.0%})"
