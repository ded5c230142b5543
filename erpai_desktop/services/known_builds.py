"""Which versions of a model make building again needless when nothing has changed since."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.models.entities import Compilation, Model
from erpai_desktop.models.enums import CompilationStatus, Target
from erpai_desktop.models.ids import CompilationId, ModelId


class KnownBuild(NamedTuple):
    """A version that was built to its end."""

    id: CompilationId
    number: int
    input_hash: str


def known_builds(session: Session, *, model_id: ModelId, target: Target) -> tuple[KnownBuild, ...]:
    """The newest version and, if it is another one, the version that answers; the newest first.

    Older ones do not count: a person who compiles after taking an edit back wants the newest version to be what the
    model knows now.
    """
    active = session.scalar(select(Model.conversational_compilation_id).where(Model.id == model_id))
    built = session.execute(
        select(Compilation.id, Compilation.number, Compilation.input_hash)
        .where(
            Compilation.model_id == model_id,
            Compilation.target == target,
            Compilation.status == CompilationStatus.COMPLETED,
            Compilation.is_successful.is_(True),
        )
        .order_by(Compilation.number.desc())
    ).all()
    return tuple(
        KnownBuild(CompilationId(id_), number, input_hash)
        for at, (id_, number, input_hash) in enumerate(built)
        if at == 0 or id_ == active
    )
