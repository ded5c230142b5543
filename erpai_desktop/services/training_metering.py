"""What a training costs: metered once a version, however often its program is restarted, and once an orphan."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from erpai_desktop.ai.answerer import Usage as TokenUsage
from erpai_desktop.changes import Changes
from erpai_desktop.models.chat_limits import likely_epochs
from erpai_desktop.models.entities import Compilation, CompilationAsset, JobIntention
from erpai_desktop.models.entities import Usage as UsageRow
from erpai_desktop.models.enums import Purpose, UsageState
from erpai_desktop.models.ids import CompilationId, JobId, ModelId, ProviderId, UsageId
from erpai_desktop.models.metering import CallContext, TokenEstimate
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.training import BASE_MODEL
from erpai_desktop.services.training_files import TRAINING_JOB
from erpai_desktop.services.training_jobs import TOLD, note_orphan, training_run
from erpai_desktop.services.usage import begin_call, end_call, record_spent
from erpai_desktop.storage.unit_of_work import UnitOfWork

USAGE = "usage"
"""The asset that names the metered call."""


def begin_training_call(work: UnitOfWork, *, compilation_id: CompilationId, tokens: int) -> Changes:
    """Write down what a training may cost, unless that was done before. Raises BudgetExceededError."""
    compilation = work.session.get_one(Compilation, compilation_id)
    if _usage_id(work, compilation_id) is not None or compilation.provider_id is None:
        return Changes()
    usage_id = UsageId(new_id())
    begin_call(
        work,
        provider_id=ProviderId(compilation.provider_id),
        base_model=compilation.base_model,
        call=CallContext(Purpose.TRAINING, ModelId(compilation.model_id), compilation_id),
        estimate=TokenEstimate(tokens_in=tokens),
        usage_id=usage_id,
    )
    work.session.add(CompilationAsset(compilation_id=compilation_id, asset_key=USAGE, value=str(usage_id)))
    return work.finish("Meter a training")


def end_training_call(
    work: UnitOfWork, *, compilation_id: CompilationId, trained_tokens: int | None, state: UsageState
) -> Changes:
    """Settle it; `trained_tokens` None leaves the estimate, for nobody knows better."""
    usage_id = _usage_id(work, compilation_id)
    if usage_id is None or (row := work.session.get(UsageRow, usage_id)) is None:
        return Changes()
    return end_call(
        work,
        usage_id=usage_id,
        usage=TokenUsage(tokens_in=trained_tokens) if trained_tokens is not None else None,
        elapsed_ms=round((work.now - row.started_utc).total_seconds() * 1000),
        state=state,
    )


def settle_orphan(work: UnitOfWork, *, step_id: JobId, remote_id: str, trained_tokens: int | None) -> Changes:
    """Remember that an orphan was told, and count what it cost; `trained_tokens` None means its version's estimate.

    It is counted once, and not where its version's own call covers it: one that was cancelled without anybody knowing
    what had come of it keeps its estimate.
    """
    step = work.session.get(JobIntention, step_id)
    compilation = work.session.get(Compilation, step.subject_id) if step is not None and step.subject_id else None
    if step is None or compilation is None or compilation.provider_id is None:
        return Changes()
    known = remote_id in step.payload.get(TOLD, ())
    if not known and not _is_covered(work, step, remote_id):
        compilation_id = CompilationId(compilation.id)
        if trained_tokens is None:
            run = training_run(work.session, compilation_id=compilation_id)
            trained_tokens = run.tokens * likely_epochs(run.examples)
        if trained_tokens:
            record_spent(
                work,
                provider_id=ProviderId(compilation.provider_id),
                # A version that was trained has the trained model's name by now.
                base_model=step.payload.get(BASE_MODEL) or compilation.base_model,
                call=CallContext(Purpose.TRAINING, ModelId(compilation.model_id), compilation_id),
                usage=TokenUsage(tokens_in=trained_tokens),
            )
    return note_orphan(work, step_id=step_id, remote_id=remote_id)


def _is_covered(work: UnitOfWork, step: JobIntention, remote_id: str) -> bool:
    """Whether the call of its version is still the one that was begun for this job."""
    if step.remote_id not in (None, "", remote_id) or step.subject_id is None:
        return False
    newest = work.session.scalar(
        select(JobIntention.id)
        .where(JobIntention.kind == TRAINING_JOB, JobIntention.subject_id == step.subject_id)
        .order_by(JobIntention.id.desc())
        .limit(1)
    )
    usage_id = _usage_id(work, CompilationId(step.subject_id))
    row = work.session.get(UsageRow, usage_id) if usage_id is not None else None
    return newest == step.id and row is not None and row.tokens_in > 0


def _usage_id(work: UnitOfWork, compilation_id: CompilationId) -> UsageId | None:
    value = work.session.scalar(
        select(CompilationAsset.value).where(
            CompilationAsset.compilation_id == compilation_id, CompilationAsset.asset_key == USAGE
        )
    )
    return UsageId(UUID(value)) if value else None
