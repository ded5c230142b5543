"""Deleting a version: written down first, then undone at the provider by the worker, then its files let go."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import NotFoundError, UserError
from erpai_desktop.models.entities import Compilation, CompilationAsset, JobIntention, Model
from erpai_desktop.models.enums import CompilationStatus, JobState, Role, Target
from erpai_desktop.models.ids import CompilationId, ModelId, ProviderId
from erpai_desktop.services.build_owner import this_process
from erpai_desktop.services.training_files import UPLOAD
from erpai_desktop.storage.unit_of_work import UnitOfWork

DELETION = "delete version"
"""The kind of a deletion's intention."""


@dataclass(frozen=True, slots=True)
class DeletionPlan:
    """What goes with a version: its model and files at the provider, if any, and its stored files by SHA-256."""

    model_id: ModelId
    number: int
    provider_id: ProviderId | None
    remote_model: str
    remote_files: tuple[str, ...]
    blobs: tuple[str, ...]

    @property
    def is_remote(self) -> bool:
        """Whether anything of it lies at a provider."""
        return self.provider_id is not None and bool(self.remote_model or self.remote_files)


def deletion_plan(session: Session, *, compilation_id: CompilationId) -> DeletionPlan:
    """What goes with a version. Raises NotFoundError."""
    compilation = _version(session, compilation_id)
    assets = session.scalars(select(CompilationAsset).where(CompilationAsset.compilation_id == compilation_id)).all()
    trained = compilation.target is Target.FINE_TUNE
    uploads = session.scalars(
        select(JobIntention.remote_id)
        .where(
            JobIntention.kind == UPLOAD, JobIntention.subject_id == compilation_id, JobIntention.remote_id.is_not(None)
        )
        .order_by(JobIntention.id)
    )
    return DeletionPlan(
        model_id=ModelId(compilation.model_id),
        number=compilation.number,
        provider_id=ProviderId(compilation.provider_id) if compilation.provider_id is not None else None,
        remote_model=compilation.compiled_model_name if trained and compilation.is_successful else "",
        remote_files=tuple(name for name in uploads if name),
        blobs=tuple(asset.blob_sha256 for asset in assets if asset.blob_sha256 is not None),
    )


def begin_deletion(work: UnitOfWork, *, compilation_id: CompilationId) -> Changes:
    """Mark a version Deleted, so that nobody lets it answer meanwhile, with the intention to delete it outside too.

    One that is marked already may be deleted again: what a crash has left at the provider goes then. Raises UserError
    for the active version and one that is being built; NotFoundError, NotPermittedError.
    """
    work.require(Role.ADMINISTRATOR, "delete a version")
    compilation = _version(work.session, compilation_id)
    if compilation.status in (CompilationStatus.NEW, CompilationStatus.RUNNING):
        raise UserError(
            f"v{compilation.number} is still being built.",
            safe="Nothing was deleted.",
            advice="Cancel the build first.",
        )
    if work.session.scalar(select(Model.id).where(Model.conversational_compilation_id == compilation_id)) is not None:
        raise UserError(
            f"v{compilation.number} is the version that answers, so it cannot be deleted.",
            safe="Nothing was deleted.",
            advice="Activate another version first.",
        )
    work.session.add(
        JobIntention(
            kind=DELETION,
            subject_id=compilation_id,
            state=JobState.RUNNING,
            payload={"was": compilation.status.value},
            remote_id=compilation.compiled_model_name[:256] or None,
            user_id=work.actor.user_id,
            owner=this_process(),
            started_utc=work.now,
        )
    )
    compilation.status = CompilationStatus.DELETED
    return work.finish(f"Delete v{compilation.number}")


def give_up_deletion(
    work: UnitOfWork, *, compilation_id: CompilationId, error_message: str, state: JobState
) -> Changes:
    """The provider has not deleted it: the version is what it was. Raises NotFoundError, NotPermittedError."""
    work.require(Role.ADMINISTRATOR, "delete a version")
    compilation = _version(work.session, compilation_id)
    # The newest: an earlier one, left by a crash, does not know whether the provider has deleted it by now.
    begun = work.session.scalars(
        select(JobIntention)
        .where(
            JobIntention.kind == DELETION,
            JobIntention.subject_id == compilation_id,
            JobIntention.state == JobState.RUNNING,
        )
        .order_by(JobIntention.id.desc())
    ).first()
    if begun is not None:
        compilation.status = CompilationStatus(begun.payload["was"])
    _end_intention(work, compilation_id, state, error_message)
    return work.finish(f"Keep v{compilation.number}")


def complete_deletion(work: UnitOfWork, *, compilation_id: CompilationId) -> Changes:
    """Let go of a deleted version's files; its log, its instructions and how well it did stay for the record.

    Raises UserError for a version that is not marked Deleted; NotFoundError, NotPermittedError.
    """
    work.require(Role.ADMINISTRATOR, "delete a version")
    compilation = _version(work.session, compilation_id)
    if compilation.status is not CompilationStatus.DELETED:
        raise UserError(f"v{compilation.number} is not being deleted.", safe="Nothing was deleted.")
    gone = work.session.scalars(
        select(CompilationAsset.id).where(
            CompilationAsset.compilation_id == compilation_id, CompilationAsset.blob_sha256.is_not(None)
        )
    ).all()
    work.session.execute(delete(CompilationAsset).where(CompilationAsset.id.in_(gone)))
    work.touched(Entity.ASSET, *gone, owners=(compilation.model_id,))
    work.touched(Entity.COMPILATION, compilation_id, owners=(compilation.model_id,))
    _end_intention(work, compilation_id, JobState.DONE)
    return work.finish(f"Delete v{compilation.number}")


def builds_are_running(session: Session) -> bool:
    """Whether anybody is building, and so may be about to name a stored file that nothing refers to yet."""
    running = (CompilationStatus.NEW, CompilationStatus.RUNNING)
    return session.scalar(select(Compilation.id).where(Compilation.status.in_(running)).limit(1)) is not None


def _version(session: Session, compilation_id: CompilationId) -> Compilation:
    compilation = session.get(Compilation, compilation_id)
    if compilation is None:
        raise NotFoundError("This version does not exist.", safe="Nothing was deleted.")
    return compilation


def _end_intention(work: UnitOfWork, compilation_id: CompilationId, state: JobState, message: str = "") -> None:
    work.session.execute(
        update(JobIntention)
        .where(
            JobIntention.kind == DELETION,
            JobIntention.subject_id == compilation_id,
            JobIntention.state == JobState.RUNNING,
        )
        .values(state=state, ended_utc=work.now, error_message=message[:4096])
    )
