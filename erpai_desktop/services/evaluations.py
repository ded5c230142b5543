"""What comes of putting the validation questions to a version: one record a question, stored with the version."""

from __future__ import annotations

from sqlalchemy import select

from erpai_desktop.ai.answerer import Answer
from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import NotFoundError
from erpai_desktop.models.asset_keys import EVALUATION, EVALUATION_SUMMARY, JUDGE_RUBRIC
from erpai_desktop.models.entities import Compilation, CompilationAsset, Model
from erpai_desktop.models.enums import Grounding, Role
from erpai_desktop.models.evaluation import judge
from erpai_desktop.models.evaluation_record import EvaluationRecord, EvaluationSummary
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.models.resolved import ValidationRow
from erpai_desktop.models.statistics import percent
from erpai_desktop.services.activation import why_not_activated
from erpai_desktop.services.checks import counted
from erpai_desktop.storage.unit_of_work import UnitOfWork

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


def failed_record(row: ValidationRow, reason: str, *, elapsed_ms: float) -> EvaluationRecord:
    """A question that the provider did not answer. `reason` completes the sentence "It is wrong because"."""
    return EvaluationRecord(
        qa_id=row.row_id,
        model_id=row.model_id,
        question=row.question,
        expected=row.answer,
        expects_refusal=row.expects_refusal,
        answer="",
        refused=False,
        confidence=0.0,
        right=False,
        reason=reason,
        elapsed_ms=round(elapsed_ms, 3),
        grounding=Grounding.UNCITED,
    )


def evaluation_line(summary: EvaluationSummary) -> str:
    """An evaluation as the log tells it."""
    if not summary.total:
        return "No validation rows: nothing was evaluated"
    share = percent(summary.right / summary.total)
    return f"Evaluated {counted(summary.total, 'validation question')}: {summary.right:,} right ({share})"


def check_may_evaluate(work: UnitOfWork) -> Changes:
    """Raises NotPermittedError; for before anything is asked that costs something."""
    work.require(Role.TRAINER, "evaluate a version")
    return work.finish()


def store_evaluation(
    work: UnitOfWork,
    *,
    compilation_id: CompilationId,
    summary: EvaluationSummary,
    records_sha256: str | None,
    rubric: str = "",
) -> Changes:
    """Replace a version's evaluation. `records_sha256` is the stored blob of its records, None where there are none.

    Where the version was kept from answering, its `activation_note` says what the new evaluation does.
    The blob that is replaced is freed by the next housekeeping. Raises NotFoundError, NotPermittedError.
    """
    work.require(Role.TRAINER, "evaluate a version")
    compilation = work.session.get(Compilation, compilation_id)
    if compilation is None:
        raise NotFoundError("This version does not exist.", safe="Nothing was stored.")
    wanted: dict[str, tuple[str | None, str | None]] = {
        EVALUATION: (None, records_sha256),
        EVALUATION_SUMMARY: (summary.to_json(), None),
        JUDGE_RUBRIC: (rubric or None, None),
    }
    held = {
        asset.asset_key: asset
        for asset in work.session.scalars(
            select(CompilationAsset).where(
                CompilationAsset.compilation_id == compilation_id, CompilationAsset.asset_key.in_(wanted)
            )
        )
    }
    for key, (value, sha256) in wanted.items():
        asset = held.get(key)
        if value is None and sha256 is None:
            if asset is not None:
                work.session.delete(asset)
        elif asset is None:
            work.session.add(
                CompilationAsset(compilation_id=compilation_id, asset_key=key, value=value, blob_sha256=sha256)
            )
        else:
            asset.value, asset.blob_sha256 = value, sha256
    model = work.session.get(Model, compilation.model_id)
    if compilation.activation_note and model is not None:
        # Why it was kept back has been answered, one way or the other; what was just stored must be seen.
        work.session.flush()
        compilation.activation_note = why_not_activated(work.session, model=model, compilation=compilation)
    # How well it does is part of what the lists of versions show.
    work.touched(Entity.COMPILATION, compilation_id, owners=(compilation.model_id,))
    return work.finish(f"Evaluate v{compilation.number}")
