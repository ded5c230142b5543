"""What other windows and workstations have changed in this workspace since a revision."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from erpai_desktop.changes import ChangeCollector, Changes, Entity
from erpai_desktop.models.entities import Change
from erpai_desktop.models.ids import ActionId


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """`revision` is the newest `Change.seq`; `changes` leaves out the actions that are our own."""

    revision: int
    changes: Changes


def newest_revision(session: Session) -> int:
    """The newest `Change.seq`, 0 in a workspace without history."""
    return session.scalar(select(func.max(Change.seq))) or 0


def changes_since(session: Session, *, revision: int, own_actions: Collection[ActionId]) -> Elsewhere:
    """All that came after `revision`. A batch counts as one row under its own id."""
    rows = session.execute(
        select(
            Change.seq, Change.action_id, Change.entity, Change.row_id, Change.batch, Change.model_id, Change.before
        ).where(Change.seq > revision)
    ).all()
    collector = ChangeCollector()
    newest = revision
    for seq, action_id, entity, row_id, batch, model_id, before in rows:
        newest = max(newest, seq)
        if action_id in own_actions:
            continue
        collector.add(
            Entity(entity),
            [row_id or batch or action_id],
            owners=[model_id] if model_id else [],
            created=before is None and row_id is not None,
        )
    return Elsewhere(newest, collector.freeze())
