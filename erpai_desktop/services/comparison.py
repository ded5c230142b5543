"""Two versions of a model, question by question, from what each answered when it was evaluated."""

from __future__ import annotations

from sqlalchemy.orm import Session

from erpai_desktop.errors import UserError
from erpai_desktop.models.comparison import Pair, compare, sentence
from erpai_desktop.models.entities import Model
from erpai_desktop.models.evaluation_record import EvaluationRecord
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.models.multilang import FALLBACK_LANGUAGE, text_in
from erpai_desktop.models.parity import alike, parity, parity_line
from erpai_desktop.models.snapshots.comparison import Comparison, QuestionComparison, SideAnswer, VersionScore
from erpai_desktop.models.snapshots.parity import Parity, ParityAnswer
from erpai_desktop.services.bulk import without_collecting
from erpai_desktop.services.evaluations_reading import records_of
from erpai_desktop.services.scoreboard import version_score


@without_collecting
def comparison(
    session: Session, *, left_id: CompilationId, right_id: CompilationId, language: str = FALLBACK_LANGUAGE
) -> Comparison:
    """Compare two versions of one model. Raises NotFoundError, UserError for versions of different models.

    CorruptWorkspaceError when a stored evaluation is damaged.
    """
    left = version_score(session, compilation_id=left_id, language=language)
    right = version_score(session, compilation_id=right_id, language=language)
    if left.model_id != right.model_id:
        raise UserError("These are versions of two models.", advice="Choose two versions of one model.")
    model = session.get(Model, left.model_id)
    found = compare(records_of(session, compilation_id=left.id), records_of(session, compilation_id=right.id))
    return Comparison(
        model_id=left.model_id,
        model_name=text_in(model.name, language) if model is not None else "",
        left=left,
        right=right,
        questions=tuple(map(_question, found.pairs)),
        better=found.better,
        worse=found.worse,
        same=found.same,
        p_value=found.p_value,
        verdict=found.verdict,
        sentence=sentence(
            found.verdict,
            left=left.name,
            right=right.name,
            better=found.better,
            worse=found.worse,
            p_value=found.p_value,
            total=len(found.pairs),
        ),
        left_only=found.left_only,
        right_only=found.right_only,
        reworded=found.reworded,
    )


def parity_of(found: Comparison) -> Parity:
    """The same comparison as a question of parity: does the right version say what the left one says?"""
    return parity(
        found.model_name,
        (found.left.name, _note(found.left)),
        (found.right.name, _note(found.right)),
        [
            parity_line(
                one.question,
                ParityAnswer(one.left.answer, one.left.refused, one.left.right, one.left.reason),
                ParityAnswer(one.right.answer, one.right.refused, one.right.right, one.right.reason),
                expected=one.expected,
                expects_refusal=one.expects_refusal,
            )
            for one in found.questions
        ],
    )


def _note(version: VersionScore) -> str:
    return " · ".join(part for part in (version.target.value, version.base_model) if part)


def _answer(record: EvaluationRecord) -> ParityAnswer:
    return ParityAnswer(record.answer, record.refused, record.right, record.reason)


def _question(pair: Pair) -> QuestionComparison:
    right = pair.right
    return QuestionComparison(
        qa_id=right.qa_id,
        question=right.question,
        expected=right.expected,
        expects_refusal=right.expects_refusal,
        left=_side(pair.left),
        right=_side(right),
        better=pair.better,
        similarity=alike(_answer(pair.left), _answer(right)),
    )


def _side(record: EvaluationRecord) -> SideAnswer:
    return SideAnswer(
        answer=record.answer,
        refused=record.refused,
        confidence=record.confidence,
        right=record.right,
        reason=record.reason,
        score=record.score,
        grounding=record.grounding,
        note=record.note,
        judge_score=record.judge_score,
        judge_reason=record.judge_reason,
    )
