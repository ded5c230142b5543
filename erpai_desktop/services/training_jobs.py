"""What fine-tuning does outside, written down before it is done: one transaction each, by its owner alone.

Each upload and each job has an intention of its own, whose id goes to the provider with it. An intention is acted on
once: when nobody knows whether it was carried out, it is looked for there, and either adopted or given up for a new
one. So no intention ever has two jobs, and a job that turns up late is known by its id.

A run has one owner, a process, that alone may act. It says that it lives (`seen_utc`); another one takes over when the
owner is dead, or, on another machine, when it has been silent for long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.changes import Changes
from erpai_desktop.errors import NotFoundError, OwnedElsewhereError, UserError
from erpai_desktop.models.asset_keys import FINDINGS
from erpai_desktop.models.entities import Compilation, CompilationAsset, JobIntention, Model, Provider, Usage
from erpai_desktop.models.entities.base import utc_now
from erpai_desktop.models.enums import CompilationStatus, JobState, Purpose, Role, Target, UsageState
from erpai_desktop.models.ids import CompilationId, JobId, ModelId, ProviderId
from erpai_desktop.models.multilang import text_in
from erpai_desktop.models.provider_rules import effective_url
from erpai_desktop.models.snapshots.training import TrainingLine, TrainingRun, TrainingStep
from erpai_desktop.services.build_owner import is_alive, is_here, this_process
from erpai_desktop.services.compilations import BUILD
from erpai_desktop.services.training_files import TRAINING_JOB, UPLOAD, is_prepared
from erpai_desktop.storage.unit_of_work import UnitOfWork

TOLD = "told"
"""In a step's payload: the jobs that were told as orphans of it."""
SILENT = timedelta(minutes=15)
"""After which a program on another machine is taken for dead; it says that it lives far more often."""


def record_prepared(
    work: UnitOfWork,
    *,
    compilation_id: CompilationId,
    input_hash: str,
    knowledge_revision: int,
    values: Mapping[str, str],
    blobs: Mapping[str, str],
    build_log: str,
) -> Changes:
    """Keep what was prepared for training with its version, so that whatever happens it need not be made again.

    Raises UserError when the version is not being built any more.
    """
    compilation = _owned(work, compilation_id)
    for key, value in values.items():
        work.session.add(CompilationAsset(compilation_id=compilation_id, asset_key=key, value=value))
    for key, sha256 in blobs.items():
        work.session.add(CompilationAsset(compilation_id=compilation_id, asset_key=key, blob_sha256=sha256))
    compilation.input_hash = input_hash
    compilation.knowledge_revision = knowledge_revision
    compilation.build_log = build_log
    return work.finish("Prepare training")


def intend(
    work: UnitOfWork,
    *,
    compilation_id: CompilationId,
    step_id: JobId,
    kind: str,
    payload: Mapping[str, Any],
) -> Changes:
    """Write down what is about to be done outside. `payload["part"]` tells uploads apart.

    Raises UserError when the version is not being built any more or another step of this kind is open,
    OwnedElsewhereError. Then nothing may be done.
    """
    _owned(work, compilation_id)
    part = payload.get("part", "")
    for other in _steps(work.session, compilation_id):
        if other.kind == kind and other.part == part and other.is_open:
            raise UserError("This has been begun already.", safe="It is not begun a second time.")
    work.session.add(
        JobIntention(
            id=step_id,
            kind=kind,
            subject_id=compilation_id,
            state=JobState.INTENDED,
            payload=dict(payload),
            user_id=work.actor.user_id,
            owner=this_process(),
            started_utc=work.now,
        )
    )
    return work.finish("Train")


def record_step(
    work: UnitOfWork,
    *,
    step_id: JobId,
    state: JobState,
    remote_id: str | None = None,
    payload: Mapping[str, Any] | None = None,
    build_log: str | None = None,
    error_message: str = "",
) -> Changes:
    """Write down how a step stands. `payload` is added to what is kept. Raises OwnedElsewhereError, UserError."""
    step = work.session.get(JobIntention, step_id)
    if step is None or step.subject_id is None:
        raise NotFoundError("This step of the training does not exist.")
    compilation = _owned(work, CompilationId(step.subject_id))
    step.state = state
    if remote_id is not None:
        step.remote_id = remote_id
    if payload:
        step.payload = {**step.payload, **payload}
    step.error_message = error_message[:4096]
    if state not in (JobState.INTENDED, JobState.RUNNING, JobState.PAUSED):
        step.ended_utc = work.now
    if build_log is not None:
        compilation.build_log = build_log
    return work.finish("Train")


def claim(work: UnitOfWork, *, compilation_id: CompilationId) -> Changes:
    """Become the owner of a run whose owner is dead or silent; its owner may claim it again.

    Raises OwnedElsewhereError while another program follows it, or has followed it to its end.
    """
    compilation = work.session.get(Compilation, compilation_id)
    build = _build(work.session, compilation_id)
    if compilation is None or build is None or compilation.status is not CompilationStatus.RUNNING:
        raise OwnedElsewhereError("This training has ended meanwhile.", safe="Nothing was sent.")
    if build.owner != this_process() and _lives(build, work.now):
        raise OwnedElsewhereError(
            f"Another window follows the training of v{compilation.number}.",
            safe="It goes on there.",
            advice="Close that window to follow it here.",
        )
    build.owner = this_process()
    build.state = JobState.RUNNING
    build.seen_utc = work.now
    return work.finish("Follow a training")


def claim_end(work: UnitOfWork, *, compilation_id: CompilationId) -> Changes:
    """Become the one that ends, at the provider, what a version that was given up has begun there.

    Raises OwnedElsewhereError while another program is at it.
    """
    build = _build(work.session, compilation_id)
    if build is None or _lives(build, work.now):
        raise OwnedElsewhereError("Another window ends this training.", safe="It is ended there.")
    build.owner = this_process()
    build.seen_utc = work.now
    return work.finish("End a training")


def may_control(work: UnitOfWork, *, role: Role) -> Changes:
    """Raises NotPermittedError unless the acting person has this role."""
    work.require(role, "control a training")
    return Changes()


def release(work: UnitOfWork, *, compilation_id: CompilationId, build_log: str) -> Changes:
    """Follow it no longer; anybody may take it up at once."""
    build = _build(work.session, compilation_id)
    compilation = work.session.get(Compilation, compilation_id)
    if build is not None and compilation is not None and build.owner == this_process():
        build.owner = ""
        compilation.build_log = build_log
    return work.finish("Leave a training")


def record_log(work: UnitOfWork, *, compilation_id: CompilationId, build_log: str) -> Changes:
    """Keep what was logged after a version had been given up."""
    compilation = work.session.get(Compilation, compilation_id)
    if compilation is not None and compilation.status is not CompilationStatus.RUNNING:
        compilation.build_log = build_log
    return work.finish("End a training")


def note_orphan(work: UnitOfWork, *, step_id: JobId, remote_id: str) -> Changes:
    """Remember that a job which turned up for a step that had been given up was told."""
    step = work.session.get(JobIntention, step_id)
    if step is not None:
        # A job that the step has led to stays its job: this one is another.
        step.remote_id = step.remote_id or remote_id
        step.payload = {**step.payload, TOLD: sorted({*step.payload.get(TOLD, ()), remote_id})}
    return work.finish("Find an orphan")


def add_findings(work: UnitOfWork, *, compilation_id: CompilationId, messages: Sequence[str]) -> Changes:
    """Add orphans to what was found of a version, each once."""
    asset = work.session.scalars(
        select(CompilationAsset).where(
            CompilationAsset.compilation_id == compilation_id, CompilationAsset.asset_key == FINDINGS
        )
    ).one_or_none()
    if asset is not None:
        found = orjson.loads(asset.value or "[]")
        told = {finding["message"] for finding in found}
        found += [
            {"kind": "orphan", "severity": "look", "message": message, "rows": []}
            for message in messages
            if message not in told
        ]
        asset.value = orjson.dumps(found).decode()
    return work.finish("Find an orphan")


def training_run(session: Session, *, compilation_id: CompilationId) -> TrainingRun:
    """A run as it stands. Raises NotFoundError for a version that is no fine-tuned one."""
    compilation = session.get(Compilation, compilation_id)
    if compilation is None or compilation.target is not Target.FINE_TUNE or compilation.provider_id is None:
        raise NotFoundError("This version is not one that is trained.")
    model = session.get(Model, compilation.model_id)
    provider = session.get(Provider, compilation.provider_id)
    assets = session.scalars(select(CompilationAsset).where(CompilationAsset.compilation_id == compilation_id)).all()
    return TrainingRun(
        compilation_id=compilation_id,
        number=compilation.number,
        model_id=ModelId(compilation.model_id),
        model_name=text_in(model.name, "en") if model is not None else "",
        provider_id=ProviderId(compilation.provider_id),
        provider_name=text_in(provider.name, "en") if provider is not None else "the provider",
        provider_kind=provider.provider_field if provider is not None else None,
        base_model=compilation.base_model,
        address=effective_url(provider.provider_field, provider.base_url) if provider is not None else "",
        is_running=compilation.status is CompilationStatus.RUNNING,
        input_hash=compilation.input_hash,
        knowledge_revision=compilation.knowledge_revision,
        build_log=compilation.build_log,
        values={asset.asset_key: asset.value for asset in assets if asset.value is not None},
        blobs={asset.asset_key: asset.blob_sha256 for asset in assets if asset.blob_sha256 is not None},
        steps=_steps(session, compilation_id),
    )


def open_runs(session: Session) -> tuple[TrainingLine, ...]:
    """Versions that have begun something at a provider and have not ended, oldest first."""
    rows = session.execute(
        select(Compilation, Model.name, JobIntention)
        .join(Model, Model.id == Compilation.model_id)
        .join(JobIntention, JobIntention.subject_id == Compilation.id)
        .where(
            Compilation.status == CompilationStatus.RUNNING,
            Compilation.target == Target.FINE_TUNE,
            JobIntention.kind == BUILD,
            is_prepared(Compilation.id),
        )
        .order_by(Compilation.id)
    ).all()
    return tuple(_line(*row) for row in rows)


def unfinished_ends(session: Session) -> tuple[TrainingLine, ...]:
    """Versions that were given up while what they had begun at a provider was not ended there: their call is open."""
    rows = session.execute(
        select(Compilation, Model.name, JobIntention)
        .join(Model, Model.id == Compilation.model_id)
        .join(JobIntention, JobIntention.subject_id == Compilation.id)
        .join(Usage, Usage.compilation_id == Compilation.id)
        .where(
            Compilation.status == CompilationStatus.COMPLETED,
            Compilation.is_successful.is_(False),
            Compilation.target == Target.FINE_TUNE,
            JobIntention.kind == BUILD,
            Usage.purpose == Purpose.TRAINING,
            Usage.state == UsageState.OPEN,
        )
        .order_by(Compilation.id)
    ).all()
    return tuple(_line(*row) for row in rows)


def training_steps(session: Session) -> dict[str, TrainingStep]:
    """All intentions to train, by their ids as they stand at a provider."""
    rows = session.scalars(select(JobIntention).where(JobIntention.kind == TRAINING_JOB))
    return {str(row.id): _step(row) for row in rows}


def _line(compilation: Compilation, name: Mapping[str, str], build: JobIntention) -> TrainingLine:
    return TrainingLine(
        CompilationId(compilation.id),
        ModelId(compilation.model_id),
        text_in(name, "en"),
        compilation.number,
        _lives(build, utc_now()),
    )


def _steps(session: Session, compilation_id: CompilationId) -> tuple[TrainingStep, ...]:
    rows = session.scalars(
        select(JobIntention)
        .where(JobIntention.subject_id == compilation_id, JobIntention.kind.in_((UPLOAD, TRAINING_JOB)))
        .order_by(JobIntention.id)
    )
    return tuple(_step(row) for row in rows)


def _step(row: JobIntention) -> TrainingStep:
    return TrainingStep(
        id=JobId(row.id),
        kind=row.kind,
        part=row.payload.get("part", ""),
        state=row.state,
        remote_id=row.remote_id or "",
        payload=dict(row.payload),
        started_utc=row.started_utc,
    )


def _build(session: Session, compilation_id: CompilationId) -> JobIntention | None:
    return session.scalars(
        select(JobIntention).where(JobIntention.kind == BUILD, JobIntention.subject_id == compilation_id)
    ).one_or_none()


def _lives(build: JobIntention, now: datetime) -> bool:
    if not is_alive(build.owner):
        return False
    return is_here(build.owner) or now - (build.seen_utc or build.started_utc) < SILENT


def _running(work: UnitOfWork, compilation_id: CompilationId) -> Compilation:
    compilation = work.session.get(Compilation, compilation_id)
    if compilation is None or compilation.status is not CompilationStatus.RUNNING:
        raise UserError("This build was given up meanwhile.", safe="The active version stays.", advice="Compile again.")
    return compilation


def _owned(work: UnitOfWork, compilation_id: CompilationId) -> Compilation:
    """The version, which this process may act for; that it did is noted."""
    compilation = _running(work, compilation_id)
    build = _build(work.session, compilation_id)
    if build is None or build.owner != this_process():
        raise OwnedElsewhereError(
            f"Another window has taken over the training of v{compilation.number}.", safe="It goes on there."
        )
    build.seen_utc = work.now
    return compilation
