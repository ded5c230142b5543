"""What a version keeps of its training, for those who look at it; and whether a provider still trains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.errors import NotFoundError
from erpai_desktop.models.asset_keys import DATASET
from erpai_desktop.models.capabilities import Capability, Support
from erpai_desktop.models.entities import Compilation, CompilationAsset, JobIntention, Model
from erpai_desktop.models.enums import CompilationStatus, JobState, Target
from erpai_desktop.models.ids import CompilationId, ModelId, ProviderId
from erpai_desktop.models.multilang import text_in
from erpai_desktop.models.snapshots.training import KEPT, NOT_TRAINED, TrainingFacts
from erpai_desktop.services.providers_reading import provider_details, shutdown_dates
from erpai_desktop.services.training_files import TRAINING_JOB


@dataclass(frozen=True, slots=True)
class VersionFiles:
    """All that a version keeps, texts and hashes of blobs, by asset key."""

    number: int
    model_name: str
    values: Mapping[str, str]
    blobs: Mapping[str, str]


def version_files(session: Session, *, compilation_id: CompilationId) -> VersionFiles:
    """What can be saved of a version. Raises NotFoundError."""
    compilation = session.get(Compilation, compilation_id)
    if compilation is None:
        raise NotFoundError("This version does not exist.")
    model = session.get(Model, compilation.model_id)
    assets = session.scalars(select(CompilationAsset).where(CompilationAsset.compilation_id == compilation_id)).all()
    return VersionFiles(
        compilation.number,
        text_in(model.name, "en") if model is not None else "",
        {asset.asset_key: asset.value for asset in assets if asset.value is not None},
        {asset.asset_key: asset.blob_sha256 for asset in assets if asset.blob_sha256 is not None},
    )


def training_facts(session: Session, *, compilation_id: CompilationId) -> TrainingFacts:
    """How the training of a version stands, and what can be done with it. Raises NotFoundError."""
    compilation = session.get(Compilation, compilation_id)
    if compilation is None:
        raise NotFoundError("This version does not exist.")
    has_files = session.scalar(
        select(CompilationAsset.id).where(
            CompilationAsset.compilation_id == compilation_id, CompilationAsset.asset_key == DATASET
        )
    )
    step = session.scalars(
        select(JobIntention)
        .where(JobIntention.subject_id == compilation_id, JobIntention.kind == TRAINING_JOB)
        .order_by(JobIntention.id.desc())
        .limit(1)
    ).one_or_none()
    is_trained = compilation.target is Target.FINE_TUNE
    return TrainingFacts(
        compilation_id=compilation_id,
        model_id=ModelId(compilation.model_id),
        number=compilation.number,
        has_files=has_files is not None,
        is_training=is_trained and compilation.status is CompilationStatus.RUNNING and has_files is not None,
        is_started=step is not None and bool(step.remote_id),
        is_paused=step is not None and step.state is JobState.PAUSED,
        remote_id=(step.remote_id or "") if step is not None else "",
        remote_state=str(step.payload.get("remote_state", "")) if step is not None else "",
        has_failed=is_trained and compilation.is_successful is False and has_files is not None,
    )


def why_not_trained(session: Session, *, compilation_id: CompilationId) -> str:
    """Why a version need not be sent to be trained, in words with what to do instead; empty where it may be."""
    compilation = session.get(Compilation, compilation_id)
    if compilation is None or compilation.provider_id is None:
        return ""
    provider_id = ProviderId(compilation.provider_id)
    try:
        details = provider_details(session, provider_id=provider_id)
    except NotFoundError:
        return ""
    if details.capabilities.get(Capability.FINE_TUNING) is Support.NO:
        return (
            f"{NOT_TRAINED}{details.line.name} does not train, its last test says. {KEPT} "
            "If that has changed, test it again."
        )
    ending = shutdown_dates(session).of(provider_id, compilation.base_model)
    if ending is not None and ending.days_left < 0:
        return f"{NOT_TRAINED}{compilation.base_model} was shut down on {ending.shutdown_date:%Y-%m-%d}. {KEPT}"
    return ""
