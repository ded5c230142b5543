"""Questions that may be the same as another one: those in which full text finds its words."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.models.entities import ModelQA
from erpai_desktop.models.ids import ModelId, QaId
from erpai_desktop.storage import fulltext


def questions_with(session: Session, model_id: ModelId, words: str, *, besides: QaId) -> Sequence[str]:
    """Questions of a model's other live rows that hold all these words (where there is no word: all of them)."""
    dialect = session.get_bind().dialect.name
    statement = select(ModelQA.question).where(
        ModelQA.model_id == model_id, ModelQA.deleted_utc.is_(None), ModelQA.id != besides
    )
    match = fulltext.match(words, dialect)
    if match is not None:
        if dialect == "sqlite":
            statement = statement.join(fulltext.FTS, ModelQA.seq == fulltext.POINTS_AT)
        statement = statement.where(match)
    return session.scalars(statement).all()
