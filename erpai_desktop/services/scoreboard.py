"""All versions of a model side by side: how well each answers, what it costs, how long its base model lives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.errors import NotFoundError
from erpai_desktop.models.asset_keys import EVALUATION_SUMMARY
from erpai_desktop.models.entities import Compilation, CompilationAsset, Model, Provider
from erpai_desktop.models.enums import Target
from erpai_desktop.models.evaluation_record import EvaluationSummary, read_summary
from erpai_desktop.models.ids import CompilationId, ModelId, ProviderId
from erpai_desktop.models.lifecycle import ShutdownDates, sooner, utc_today
from erpai_desktop.models.multilang import FALLBACK_LANGUAGE, text_in
from erpai_desktop.models.snapshots.comparison import VersionScore
from erpai_desktop.models.statistics import wilson_interval
from erpai_desktop.storage.queries.providers import shutdown_dates

_FREE = frozenset({Target.BUILT_IN, Target.EXPORT})
"""Targets whose answers cost nothing, measured or not."""


def scoreboard(
    session: Session, *, model_id: ModelId, today: date | None = None, language: str = FALLBACK_LANGUAGE
) -> tuple[VersionScore, ...]:
    """All versions of a model, the newest first. Days are counted from `today` (UTC)."""
    found = session.scalars(
        select(Compilation).where(Compilation.model_id == model_id).order_by(Compilation.number.desc())
    ).all()
    return _scores(session, found, today or utc_today(), language)


def version_score(
    session: Session, *, compilation_id: CompilationId, today: date | None = None, language: str = FALLBACK_LANGUAGE
) -> VersionScore:
    """One version. Raises NotFoundError."""
    compilation = session.get(Compilation, compilation_id)
    if compilation is None:
        raise NotFoundError("This version does not exist.")
    return _scores(session, [compilation], today or utc_today(), language)[0]


def find_version(session: Session, *, model_id: ModelId, name: str) -> CompilationId:
    """The version called "v7" or "7", or "active" for the one that answers. Raises NotFoundError."""
    wanted = name.strip().casefold()
    if wanted == "active":
        active = session.scalar(select(Model.conversational_compilation_id).where(Model.id == model_id))
        if active is None:
            raise NotFoundError("No version is active.", advice="Compile the model, or activate a version.")
        return CompilationId(active)
    digits = wanted.removeprefix("v")
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None
    found = session.scalar(select(Compilation.id).where(Compilation.model_id == model_id, Compilation.number == number))
    if number is None or found is None:
        raise NotFoundError(f"There is no version “{name.strip()}”.", advice="Look at the list of versions.")
    return CompilationId(found)


def _scores(
    session: Session, compilations: Iterable[Compilation], today: date, language: str
) -> tuple[VersionScore, ...]:
    rows = list(compilations)
    if not rows:
        return ()
    active = session.scalar(select(Model.conversational_compilation_id).where(Model.id == rows[0].model_id))
    summaries = {
        id_: read_summary(value)
        for id_, value in session.execute(
            select(CompilationAsset.compilation_id, CompilationAsset.value).where(
                CompilationAsset.compilation_id.in_([row.id for row in rows]),
                CompilationAsset.asset_key == EVALUATION_SUMMARY,
            )
        )
    }
    providers = {row.provider_id for row in rows if row.provider_id is not None}
    names = {
        id_: text_in(name, language)
        for id_, name in session.execute(select(Provider.id, Provider.name).where(Provider.id.in_(providers)))
    }
    ends = ShutdownDates(shutdown_dates(session), today)
    return tuple(_score(row, summaries.get(row.id, EvaluationSummary()), active, names, ends) for row in rows)


def _score(
    row: Compilation,
    summary: EvaluationSummary,
    active: UUID | None,
    names: Mapping[UUID, str],
    ends: ShutdownDates,
) -> VersionScore:
    # A fine-tuned model ends by itself or with the model it was made from, whichever comes first.
    ending = sooner(ends.of(row.provider_id, row.base_model), ends.of(row.provider_id, row.compiled_model_name))
    # What an older program has stored says how many were right, and not which of them.
    counted = summary.answered_right + summary.refused_right == summary.right and summary.total > 0
    right = min(max(summary.right, 0), max(summary.total, 0))
    return VersionScore(
        id=CompilationId(row.id),
        model_id=ModelId(row.model_id),
        number=row.number,
        target=row.target,
        status=row.status,
        is_successful=row.is_successful,
        is_active=row.id == active,
        start_time_utc=row.start_time_utc,
        provider_id=ProviderId(row.provider_id) if row.provider_id is not None else None,
        provider_name=names.get(row.provider_id, "") if row.provider_id is not None else "",
        base_model=row.base_model,
        activation_note=row.activation_note,
        right=right,
        total=summary.total,
        interval=wilson_interval(right, summary.total) if summary.total > 0 else None,
        answered_right=summary.answered_right if counted else None,
        refused_right=summary.refused_right if counted else None,
        median_ms=summary.median_ms,
        cost_micros=_cost(row.target, summary),
        currency=summary.currency,
        judge=summary.judge,
        evaluated_utc=summary.evaluated_utc,
        shutdown=ending.shutdown_date if ending is not None else None,
        days_left=ending.days_left if ending is not None else None,
    )


def _cost(target: Target, summary: EvaluationSummary) -> int | None:
    if summary.money_micros is not None and summary.total > 0:
        return round(summary.money_micros * 1000 / summary.total)
    return 0 if target in _FREE and summary.total > 0 else None
