"""The way back: the version that answered before the one that does now, as the history of the model tells it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import UserError
from erpai_desktop.models.entities import Change, Compilation, Model
from erpai_desktop.models.enums import CompilationStatus, Role
from erpai_desktop.models.ids import CompilationId, ModelId
from erpai_desktop.services.activation import binned_provider
from erpai_desktop.services.live_rows import live_row
from erpai_desktop.storage.unit_of_work import UnitOfWork

_ACTIVE = "conversational_compilation_id"
_ROLL_BACK = "Roll back"
"""How the label of such an action begins: by it the history tells a step back from a step forward."""


def roll_back(work: UnitOfWork, *, model_id: ModelId) -> Changes:
    """Let the version answer that answered before; again, the one before that.

    Raises UserError when there is none that could, NotFoundError, NotPermittedError.
    """
    work.require(Role.ADMINISTRATOR, "roll back a version")
    model = live_row(work.session, Model, model_id)
    before = version_before(work.session, model_id=model_id)
    if before is None:
        raise UserError(
            "No version answered before this one that still could.",
            safe="The active version stays.",
            advice="Activate any other version from the list.",
        )
    model.conversational_compilation_id = before
    number = work.session.get_one(Compilation, before).number
    return work.finish(f"{_ROLL_BACK} to v{number}")


def version_before(session: Session, *, model_id: ModelId) -> CompilationId | None:
    """What `roll_back` would let answer; None when it would refuse."""
    active = session.scalar(select(Model.conversational_compilation_id).where(Model.id == model_id))
    for earlier in reversed(_way_here(session, model_id)):
        if earlier != active and _can_answer(session, earlier):
            return CompilationId(earlier)
    return None


def _way_here(session: Session, model_id: ModelId) -> list[UUID]:
    """The versions that have answered, each once behind the one before it, without the steps that were taken back."""
    way: list[UUID] = []
    for label, undoes, after in session.execute(
        select(Change.label, Change.undoes, Change.after)
        .where(Change.entity == Entity.MODEL, Change.row_id == model_id)
        .order_by(Change.seq)
    ):
        if not after or not after.get(_ACTIVE):
            continue
        came = UUID(after[_ACTIVE])
        if (undoes is not None or label.startswith(_ROLL_BACK)) and came in way:
            del way[way.index(came) + 1 :]
        else:
            # One that answers again after others is one step: what lies between stays a way back.
            if came in way:
                way.remove(came)
            way.append(came)
    return way


def _can_answer(session: Session, compilation_id: UUID) -> bool:
    compilation = session.get(Compilation, compilation_id)
    return (
        compilation is not None
        and compilation.status is CompilationStatus.COMPLETED
        and compilation.is_successful is True
        and not binned_provider(session, compilation)
    )
