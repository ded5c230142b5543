"""Copies all Q&As of a model to another one, past the mapped classes: there may be very many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from erpai_desktop.models.entities import ModelQA
from erpai_desktop.models.ids import ModelId, UserId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.storage import fulltext
from erpai_desktop.storage.bulk_qas import QaRange

_ROWS_AT_A_TIME = 1_000

_COPIED = (
    "section",
    "question",
    "answer",
    "expects_refusal",
    "required_terms",
    "forbidden_terms",
    "qa_type",
    "is_active",
    "deactivation_time_utc",
    "notes",
)


@dataclass(frozen=True, slots=True)
class CopiedQas:
    """How many rows were made, and which."""

    rows: int
    place: QaRange


def copy_qas(
    session: Session, model_id: ModelId, to_model_id: ModelId, *, user_id: UserId, now: datetime
) -> CopiedQas | None:
    """Copy a model's live Q&As, in their order, as added now by a user; None when it has none."""
    table = ModelQA.__table__
    before = session.scalar(select(func.max(ModelQA.seq))) or 0
    common = {
        "model_id": to_model_id,
        "added_by_user_id": user_id,
        "creation_time_utc": now,
        "created_utc": now,
        "updated_utc": now,
    }
    after, copied = 0, 0
    with fulltext.bulk(session):
        while True:
            rows = session.execute(
                select(table.c.seq, *(table.c[name] for name in _COPIED))
                .where(
                    table.c.model_id == model_id,
                    table.c.deleted_utc.is_(None),
                    table.c.seq > after,
                    table.c.seq <= before,
                )
                .order_by(table.c.seq)
                .limit(_ROWS_AT_A_TIME)
            ).all()
            if not rows:
                break
            session.execute(
                insert(ModelQA),
                [{"id": new_id(), **common, **dict(zip(_COPIED, row[1:], strict=True))} for row in rows],
                execution_options={"render_nulls": True},
            )
            after, copied = rows[-1].seq, copied + len(rows)
    if not copied:
        return None
    last = session.scalar(select(func.max(ModelQA.seq))) or before
    return CopiedQas(copied, QaRange(before + 1, last, now))
