"""Which curated rows may have changed since a revision, told by the history."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.changes import Entity
from erpai_desktop.models.entities import Change, ModelQA, TrainingConversationMessage

IDS_AT_ONCE = 500
_KNOWLEDGE = (Entity.QA.value, Entity.CONVERSATION.value, Entity.MESSAGE.value)


class Edited(NamedTuple):
    """Ids of rows that may have changed; some may be of other models, or gone for good."""

    qas: frozenset[UUID]
    conversations: frozenset[UUID]


def action_at(session: Session, revision: int) -> UUID | None:
    """The action that wrote a change: it tells one history from another that has got as far."""
    return session.scalar(select(Change.action_id).where(Change.seq == revision))


def edited_since(session: Session, revision: int, *, at_most: int) -> Edited | None:
    """What was edited after a revision; None where it is more than `at_most`, or cannot be told row by row."""
    changes = session.execute(
        select(
            Change.entity,
            Change.row_id,
            Change.before,
            Change.after,
            Change.batch,
            Change.row_count,
            Change.affects_build,
        )
        .where(Change.seq > revision, Change.entity.in_(_KNOWLEDGE))
        .limit(at_most + 1)
    ).all()
    if len(changes) > at_most:
        return None
    qas: set[UUID] = set()
    conversations: set[UUID] = set()
    messages: set[UUID] = set()
    for entity, row_id, before, after, batch, row_count, affects_build in changes:
        if batch is not None:
            if not affects_build:
                continue  # What lay in the bin went away for good.
            found = _of_batch(session, after or {}, row_count, at_most) if entity == Entity.QA.value else None
            if found is None:
                return None
            qas |= found
        elif row_id is None:
            return None
        elif entity == Entity.QA.value:
            qas.add(row_id)
        elif entity == Entity.CONVERSATION.value:
            conversations.add(row_id)
        else:
            messages.add(row_id)
            conversations |= {UUID(side["conversation_id"]) for side in (before, after) if _names(side)}
    owners = _owners(session, messages)
    if len(owners) != len(messages) or len(qas) + len(conversations) > at_most:
        return None
    return Edited(frozenset(qas), frozenset(conversations) | frozenset(owners.values()))


def chunks(ids: Collection[UUID]) -> Iterator[Sequence[UUID]]:
    """Ids in portions that a statement takes, in order."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), IDS_AT_ONCE):
        yield ordered[start : start + IDS_AT_ONCE]


def _of_batch(session: Session, after: dict[str, Any], row_count: int, at_most: int) -> set[UUID] | None:
    """The rows of an import, or of one taken back; None unless every one of them is still there to be told."""
    if not {"first_seq", "last_seq"} <= after.keys() or row_count > at_most:
        return None
    query = select(ModelQA.id).where(ModelQA.seq.between(after["first_seq"], after["last_seq"])).limit(at_most + 1)
    found = set(session.scalars(query))
    return found if row_count <= len(found) <= at_most else None


def _names(side: dict[str, Any] | None) -> bool:
    return bool(side and side.get("conversation_id"))


def _owners(session: Session, messages: set[UUID]) -> dict[UUID, UUID]:
    """The conversation of each message that is still there."""
    found: dict[UUID, UUID] = {}
    for some in chunks(messages):
        query = select(TrainingConversationMessage.id, TrainingConversationMessage.conversation_id)
        rows = session.execute(query.where(TrainingConversationMessage.id.in_(some)))
        found.update((id_, owner) for id_, owner in rows)
    return found
