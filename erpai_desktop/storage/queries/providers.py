"""Providers with what the last look at each has found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from erpai_desktop.models.entities import Compilation, Model, Provider, ProviderCheck
from erpai_desktop.models.enums import CompilationStatus, Target


def live_providers(session: Session) -> list[tuple[Provider, ProviderCheck | None]]:
    """All providers outside the bin, in no particular order."""
    rows = session.execute(
        select(Provider, ProviderCheck)
        .outerjoin(ProviderCheck, ProviderCheck.provider_id == Provider.id)
        .where(Provider.deleted_utc.is_(None))
    )
    return [(provider, check) for provider, check in rows]


def check_of(session: Session, provider_id: UUID) -> ProviderCheck | None:
    """The last look at one."""
    return session.scalar(select(ProviderCheck).where(ProviderCheck.provider_id == provider_id))


def own_uses(session: Session) -> dict[UUID, int]:
    """By provider, how many live models have chosen it themselves."""
    rows = session.execute(
        select(Model.provider_id, func.count())
        .where(Model.deleted_utc.is_(None), Model.provider_id.is_not(None))
        .group_by(Model.provider_id)
    )
    return {provider_id: count for provider_id, count in rows if provider_id is not None}


def names_of_users(session: Session, provider_id: UUID) -> list[dict[str, str]]:
    """Names of the live models that have chosen it, whose active version answers by it, or that are trained there."""
    active = (
        select(Compilation.id)
        .where(
            Compilation.id == Model.conversational_compilation_id,
            Compilation.provider_id == provider_id,
            Compilation.status != CompilationStatus.DELETED,
        )
        .exists()
    )
    trained = (
        select(Compilation.id)
        .where(
            Compilation.model_id == Model.id,
            Compilation.provider_id == provider_id,
            Compilation.target == Target.FINE_TUNE,
            Compilation.status == CompilationStatus.RUNNING,
        )
        .exists()
    )
    return list(
        session.scalars(
            select(Model.name).where(Model.deleted_utc.is_(None), (Model.provider_id == provider_id) | active | trained)
        )
    )


def active_provider(session: Session, model_id: UUID) -> UUID | None:
    """The live provider that a model's active version answers by."""
    return session.scalar(
        select(Provider.id)
        .join(Compilation, Compilation.provider_id == Provider.id)
        .join(Model, Model.conversational_compilation_id == Compilation.id)
        .where(Model.id == model_id, Provider.deleted_utc.is_(None), Compilation.status != CompilationStatus.DELETED)
    )


def shutdown_dates(session: Session) -> dict[tuple[UUID, str], date]:
    """By provider and model name, the day that its last check has announced."""
    rows = session.execute(
        select(ProviderCheck.provider_id, ProviderCheck.models)
        .join(Provider, Provider.id == ProviderCheck.provider_id)
        .where(Provider.deleted_utc.is_(None))
    )
    return {
        (provider_id, str(model["name"])): day
        for provider_id, models in rows
        for model in models
        if (day := shutdown_day(model)) is not None
    }


def shutdown_day(model: Mapping[str, Any]) -> date | None:
    """The day in a stored model's entry; one that cannot be read counts as none."""
    try:
        return date.fromisoformat(str(model.get("shutdown_date") or ""))
    except ValueError:
        return None
