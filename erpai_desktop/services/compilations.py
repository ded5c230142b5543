"""A build's life in the workspace: begun, completed, failed or cancelled, activated; each one transaction."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from erpai_desktop.changes import Changes
from erpai_desktop.errors import NotFoundError, UserError
from erpai_desktop.models.entities import Compilation, CompilationAsset, JobIntention, Model
from erpai_desktop.models.enums import CompilationStatus, JobState, Role, Target
from erpai_desktop.models.ids import CompilationId, ModelId, ProviderId
from erpai_desktop.models.multilang import text_in
from erpai_desktop.models.snapshots.compilations import InterruptedBuild
from erpai_desktop.services.activation import binned_provider, why_not_activated
from erpai_desktop.services.build_owner import is_alive, this_process
from erpai_desktop.services.live_rows import live_row
from erpai_desktop.services.training_files import TRAINING_JOB, UPLOAD, is_prepared
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork

BUILD = "build"
"""The kind of a build's intention."""


def begin(
    work: UnitOfWork,
    *,
    compilation_id: CompilationId,
    model_id: ModelId,
    target: Target,
    engine_version: str,
    provider_id: ProviderId | None = None,
    base_model: str = "",
) -> Changes:
    """Write a new version down, Running, with the intention of this process to build it.

    `provider_id` and `base_model` are what it is going to answer with, where it needs a provider for that. The id is
    the caller's, who can so give up a build that was begun while its task was being cancelled. Raises NotFoundError,
    NotPermittedError.
    """
    work.require(Role.TRAINER, "compile a model")
    live_row(work.session, Model, model_id)
    if target is Target.FINE_TUNE:
        _refuse_a_second_training(work.session, model_id)
    last = work.session.scalar(select(func.max(Compilation.number)).where(Compilation.model_id == model_id)) or 0
    compilation = Compilation(
        id=compilation_id,
        model_id=model_id,
        number=last + 1,
        target=target,
        provider_id=provider_id,
        base_model=base_model,
        engine_version=engine_version,
        user_id=work.actor.user_id,
        start_time_utc=work.now,
        status=CompilationStatus.RUNNING,
    )
    work.session.add(compilation)
    work.session.add(
        JobIntention(
            kind=BUILD,
            subject_id=compilation.id,
            state=JobState.RUNNING,
            user_id=work.actor.user_id,
            owner=this_process(),
            started_utc=work.now,
        )
    )
    return work.finish("Compile")


def complete(
    work: UnitOfWork,
    *,
    compilation_id: CompilationId,
    input_hash: str,
    knowledge_revision: int,
    compiled_model_name: str,
    build_log: str,
    values: Mapping[str, str],
    blobs: Mapping[str, str],
    base_model: str | None = None,
    unmeasured: str = "",
) -> Changes:
    """Store what a build made and, if its model wants that, activate it: all together or not at all.

    One that does worse than the active version by more than the model allows is not activated; its `activation_note`
    says why (see `models.activation_gate`). Files that cannot answer are never activated.

    `values` maps asset keys to texts, `blobs` to hashes of stored blobs. `base_model` is what it answers with where
    that was not known at the beginning; `unmeasured` says why it could not be evaluated. Raises UserError when the
    build is no longer running: cancelled, or given up by another start of the program.
    """
    compilation = _running(work, compilation_id)
    for key, value in values.items():
        work.session.add(CompilationAsset(compilation_id=compilation_id, asset_key=key, value=value))
    for key, sha256 in blobs.items():
        work.session.add(CompilationAsset(compilation_id=compilation_id, asset_key=key, blob_sha256=sha256))
    compilation.input_hash = input_hash
    compilation.knowledge_revision = knowledge_revision
    compilation.compiled_model_name = compiled_model_name
    compilation.build_log = build_log
    if base_model is not None:
        compilation.base_model = base_model
    compilation.status = CompilationStatus.COMPLETED
    compilation.is_successful = True
    compilation.completion_time_utc = work.now
    _end_intention(work, compilation_id, JobState.DONE)
    model = work.session.get(Model, compilation.model_id)
    if model is not None and model.auto_update_to_latest_build and compilation.target is not Target.EXPORT:
        # What was just added must be seen by what reads the evaluation.
        work.session.flush()
        compilation.activation_note = why_not_activated(
            work.session, model=model, compilation=compilation, unmeasured=unmeasured
        )
        if not compilation.activation_note:
            model.conversational_compilation_id = compilation_id
    return work.finish("Compile")


def fail(
    work: UnitOfWork, *, compilation_id: CompilationId, error_message: str, build_log: str, state: JobState
) -> Changes:
    """Say that a build has failed or was cancelled. The active version stays; one that has ended stays as it is."""
    compilation = work.session.get(Compilation, compilation_id)
    if compilation is not None and compilation.status in (CompilationStatus.NEW, CompilationStatus.RUNNING):
        _give_up(work, compilation, error_message, state)
        compilation.build_log = build_log
    return work.finish("Compile")


def discard_unchanged(
    work: UnitOfWork, *, compilation_id: CompilationId, same_as: CompilationId, knowledge_revision: int
) -> Changes:
    """Nothing has changed since an earlier version: take the new one away and move the earlier one's revision on."""
    compilation = _running(work, compilation_id)
    earlier = work.session.get(Compilation, same_as)
    if earlier is not None and earlier.knowledge_revision < knowledge_revision:
        earlier.knowledge_revision = knowledge_revision
    _end_intention(work, compilation_id, JobState.DONE)
    work.session.delete(compilation)
    return work.finish("Nothing to compile")


def activate(work: UnitOfWork, *, compilation_id: CompilationId) -> Changes:
    """Let this version answer from now on; an older one rolls back. Raises NotFoundError, UserError."""
    work.require(Role.ADMINISTRATOR, "activate a version")
    compilation = work.session.get(Compilation, compilation_id)
    if compilation is None:
        raise NotFoundError("This version does not exist.", safe="Nothing was changed.")
    if compilation.target is Target.EXPORT:
        raise UserError(
            f"v{compilation.number} is made of files alone, so it cannot answer.",
            safe="The active version stays.",
            advice="Compile to built-in, grounded or fine-tune.",
        )
    if compilation.status is CompilationStatus.DELETED:
        raise UserError(f"v{compilation.number} was deleted, so it cannot answer.", safe="The active version stays.")
    if compilation.status is not CompilationStatus.COMPLETED or not compilation.is_successful:
        raise UserError(
            f"v{compilation.number} was not built to its end, so it cannot answer.",
            safe="The active version stays.",
            advice="Compile again.",
        )
    gone = binned_provider(work.session, compilation)
    if gone:
        raise UserError(
            f"v{compilation.number} answers through “{gone}”, which lies in the bin.",
            safe="The active version stays.",
            advice="Restore the provider first.",
        )
    model = live_row(work.session, Model, compilation.model_id)
    model.conversational_compilation_id = compilation_id
    return work.finish(f"Activate v{compilation.number}")


def mark_interrupted(database: Database) -> tuple[InterruptedBuild, ...]:
    """Give up builds whose program has ended in their midst, and answer which; for the next start."""
    left = database.read(_left_running)
    if not left:
        return ()
    return database.write(_interrupt, ids=left)


def _left_running(session: Session) -> tuple[CompilationId, ...]:
    """Builds without a living owner, but those whose training goes on at a provider: these are taken up again."""
    owners = dict(
        session.execute(
            select(JobIntention.subject_id, JobIntention.owner).where(
                JobIntention.kind == BUILD, JobIntention.state == JobState.RUNNING
            )
        ).all()
    )
    running = session.scalars(
        select(Compilation.id).where(
            Compilation.status.in_((CompilationStatus.NEW, CompilationStatus.RUNNING)),
            (Compilation.target != Target.FINE_TUNE) | ~is_prepared(Compilation.id),
        )
    )
    return tuple(CompilationId(id_) for id_ in running if not is_alive(owners.get(id_, "")))


def _interrupt(work: UnitOfWork, *, ids: tuple[CompilationId, ...]) -> tuple[InterruptedBuild, ...]:
    found: list[InterruptedBuild] = []
    for id_ in ids:
        compilation = work.session.get(Compilation, id_)
        if compilation is None or compilation.status not in (CompilationStatus.NEW, CompilationStatus.RUNNING):
            continue
        _give_up(work, compilation, "Interrupted: the program ended during the build.", JobState.INTERRUPTED)
        model = work.session.get(Model, compilation.model_id)
        name = text_in(model.name, "en") if model is not None else ""
        found.append(InterruptedBuild(id_, ModelId(compilation.model_id), name, compilation.number))
    work.finish("Give up interrupted builds")
    return tuple(found)


def _refuse_a_second_training(session: Session, model_id: ModelId) -> None:
    """Raises UserError while a version of the model is being trained: a second one would be billed too."""
    running = session.execute(
        select(Compilation.number, is_prepared(Compilation.id), JobIntention.owner)
        .join(JobIntention, JobIntention.subject_id == Compilation.id)
        .where(
            Compilation.model_id == model_id,
            Compilation.target == Target.FINE_TUNE,
            Compilation.status == CompilationStatus.RUNNING,
            JobIntention.kind == BUILD,
        )
    )
    for number, prepared, owner in running:
        if prepared or is_alive(owner):
            raise UserError(
                f"v{number} of this model is being trained already.",
                safe="Nothing was sent a second time.",
                advice="Wait for it, or cancel it first.",
            )


def _running(work: UnitOfWork, compilation_id: CompilationId) -> Compilation:
    compilation = work.session.get(Compilation, compilation_id)
    if compilation is None or compilation.status is not CompilationStatus.RUNNING:
        raise UserError("This build was given up meanwhile.", safe="The active version stays.", advice="Compile again.")
    return compilation


def _give_up(work: UnitOfWork, compilation: Compilation, message: str, state: JobState) -> None:
    compilation.status = CompilationStatus.COMPLETED
    compilation.is_successful = False
    compilation.error_message = message
    compilation.completion_time_utc = work.now
    _end_intention(work, CompilationId(compilation.id), state, message)
    # What may go on at a provider all the same is told as an orphan when it is met there.
    work.session.execute(
        update(JobIntention)
        .where(
            JobIntention.kind.in_((UPLOAD, TRAINING_JOB)),
            JobIntention.subject_id == compilation.id,
            JobIntention.state.in_((JobState.INTENDED, JobState.RUNNING, JobState.PAUSED)),
        )
        .values(state=state, ended_utc=work.now, error_message=message[:4096])
    )


def _end_intention(work: UnitOfWork, compilation_id: CompilationId, state: JobState, message: str = "") -> None:
    work.session.execute(
        update(JobIntention)
        .where(JobIntention.kind == BUILD, JobIntention.subject_id == compilation_id)
        .values(state=state, ended_utc=work.now, error_message=message[:4096])
    )
