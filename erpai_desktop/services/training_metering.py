"""What a training costs: metered once a version, however often its program is restarted."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from erpai_desktop.ai.answerer import Usage as TokenUsage
from erpai_desktop.changes import Changes
from erpai_desktop.models.entities import Compilation, CompilationAsset
from erpai_desktop.models.entities import Usage as UsageRow
from erpai_desktop.models.enums import Purpose, UsageState
from erpai_desktop.models.ids import CompilationId, ModelId, ProviderId, UsageId
from erpai_desktop.models.metering import CallContext, TokenEstimate
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services.usage import begin_call, end_call
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


def _usage_id(work: UnitOfWork, compilation_id: CompilationId) -> UsageId | None:
    value = work.session.scalar(
        select(CompilationAsset.value).where(
            CompilationAsset.compilation_id == compilation_id, CompilationAsset.asset_key == USAGE
        )
    )
    return UsageId(UUID(value)) if value else None
