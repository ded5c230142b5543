"""Rows by id for an edit: only those outside the bin, or an error that says what has become of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from erpai_desktop.errors import NotFoundError
from erpai_desktop.models.entities import (
    Budget,
    GoldenSet,
    Model,
    ModelQA,
    Provider,
    TrainingConversation,
    TrainingConversationMessage,
    User,
)
from erpai_desktop.storage.unit_of_work import UnitOfWork

BinnableRow = TypeVar(
    "BinnableRow", Model, ModelQA, Provider, TrainingConversation, TrainingConversationMessage, User, GoldenSet, Budget
)

_ROWS_A_STATEMENT = 900
"""Ids in one `IN (...)`: SQLite allows 999 parameters in its older builds."""

_KINDS: dict[type, tuple[str, str]] = {
    Model: ("model", "models"),
    ModelQA: ("Q&A", "Q&As"),
    Provider: ("provider", "providers"),
    TrainingConversation: ("training conversation", "training conversations"),
    TrainingConversationMessage: ("message", "messages"),
    User: ("user", "users"),
    Budget: ("budget", "budgets"),
    GoldenSet: ("set of golden answers", "sets of golden answers"),
}


def live_row(session: Session, kind: type[BinnableRow], row_id: UUID) -> BinnableRow:
    """The row. Raises NotFoundError when there is none or it lies in the bin."""
    row = session.get(kind, row_id)
    if row is None:
        raise NotFoundError(f"This {_KINDS[kind][0]} does not exist any more.", safe="Nothing was changed.")
    if row.deleted_utc is not None:
        raise NotFoundError(
            f"This {_KINDS[kind][0]} lies in the bin.", safe="Nothing was changed.", advice="Restore it first."
        )
    _check_owners(session, [row])
    return row


def live_rows(session: Session, kind: type[BinnableRow], ids: Iterable[UUID]) -> list[BinnableRow]:
    """The rows in the order asked for, each once. Raises NotFoundError unless all exist outside the bin."""
    wanted = list(dict.fromkeys(ids))
    found: dict[UUID, BinnableRow] = {}
    for chunk in chunks(wanted):
        found |= {row.id: row for row in session.scalars(select(kind).where(_id(kind).in_(chunk)))}
    missing = sum(row_id not in found or found[row_id].deleted_utc is not None for row_id in wanted)
    if missing:
        one, many = _KINDS[kind]
        gone = f"This {one}" if len(wanted) == 1 else f"{missing:,} of these {len(wanted):,} {many}"
        raise NotFoundError(
            f"{gone} cannot be found: deleted meanwhile, or in the bin.",
            safe="Nothing was changed.",
            advice="Look at the present state and try again.",
        )
    rows = [found[row_id] for row_id in wanted]
    _check_owners(session, rows)
    return rows


def to_bin(work: UnitOfWork, rows: Iterable[BinnableRow]) -> None:
    """Mark rows as deleted now by the actor."""
    for row in rows:
        row.deleted_utc = work.now
        row.deleted_by = work.actor.user_id


def chunks(ids: list[UUID]) -> Iterable[list[UUID]]:
    """The ids in parts that fit into one statement."""
    return (ids[start : start + _ROWS_A_STATEMENT] for start in range(0, len(ids), _ROWS_A_STATEMENT))


def _check_owners(session: Session, rows: Iterable[object]) -> None:
    """Knowledge lies in the bin with its model, without a mark of its own."""
    for model_id in {row.model_id for row in rows if isinstance(row, ModelQA | TrainingConversation)}:
        live_row(session, Model, model_id)


def _id(kind: type[BinnableRow]) -> InstrumentedAttribute[UUID]:
    column: InstrumentedAttribute[UUID] = kind.id
    return column
