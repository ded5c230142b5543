"""The gate before a new version answers by itself, with what it needs to know of the one that answers now."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.models.activation_gate import why_not
from erpai_desktop.models.asset_keys import MANIFEST_SUMMARY
from erpai_desktop.models.entities import Compilation, CompilationAsset, Model, Provider
from erpai_desktop.models.enums import CompilationStatus, Target
from erpai_desktop.models.ids import CompilationId, ModelId
from erpai_desktop.models.multilang import FALLBACK_LANGUAGE, text_in
from erpai_desktop.services.evaluations_reading import evaluation_of, summary_of


class Rival(NamedTuple):
    """The version that answers now, as far as the gate is concerned."""

    compilation_id: CompilationId
    number: int
    target: Target
    questions_hash: str


def rival_of(session: Session, *, model_id: ModelId) -> Rival | None:
    """Whom a new version of a model has to stand up to; None where nothing answers, or a person activates anyway."""
    model = session.get(Model, model_id)
    if model is None or not model.auto_update_to_latest_build:
        return None
    active = _active(session, model)
    if active is None:
        return None
    id_ = CompilationId(active.id)
    return Rival(id_, active.number, active.target, summary_of(session, compilation_id=id_).questions_hash)


def why_not_activated(session: Session, *, model: Model, compilation: Compilation, unmeasured: str = "") -> str:
    """Why a version that has just been built is not to be activated by itself, in words; empty when it is.

    `unmeasured` is why it could not be evaluated.
    """
    active = _active(session, model)
    if active is None or active.id == compilation.id:
        return ""
    return why_not(
        evaluation_of(session, compilation_id=CompilationId(compilation.id)).records,
        evaluation_of(session, compilation_id=CompilationId(active.id)).records,
        tests=_tests(session, compilation),
        margin=model.activation_margin,
        active_name=f"v{active.number}",
        unmeasured=unmeasured,
    )


def binned_provider(session: Session, compilation: Compilation) -> str:
    """The name of the provider that a version answers through, where that lies in the bin; else empty."""
    provider = session.get(Provider, compilation.provider_id) if compilation.provider_id is not None else None
    if provider is None or provider.deleted_utc is None:
        return ""
    return text_in(provider.name, FALLBACK_LANGUAGE)


def _active(session: Session, model: Model) -> Compilation | None:
    if model.conversational_compilation_id is None:
        return None
    active = session.get(Compilation, model.conversational_compilation_id)
    return active if active is not None and active.status is not CompilationStatus.DELETED else None


def _tests(session: Session, compilation: Compilation) -> int:
    """How many validation questions it was built with."""
    text = session.scalar(
        select(CompilationAsset.value).where(
            CompilationAsset.compilation_id == compilation.id, CompilationAsset.asset_key == MANIFEST_SUMMARY
        )
    )
    summary: Any = orjson.loads(text) if text else {}
    count = summary.get("validation", 0) if isinstance(summary, dict) else 0
    return count if isinstance(count, int) else 0
