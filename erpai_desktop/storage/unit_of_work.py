"""One transaction of one action: its session, who acts, and what it changed, recorded as it is flushed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from erpai_desktop.changes import ChangeCollector, Changes, Entity
from erpai_desktop.errors import ConflictError, NotPermittedError
from erpai_desktop.models.entities.base import Row, utc_now
from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import ActionId, UserId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.storage.change_recorder import ChangeRecorder

_RANK = {Role.STAFF: 0, Role.TRAINER: 1, Role.ADMINISTRATOR: 2}


@dataclass(frozen=True, slots=True)
class Actor:
    """The person at the keyboard, as a row of `users`."""

    user_id: UserId
    login: str
    name: str
    role: Role


class UnitOfWork:
    """What a service works in. `session` is open in a transaction that the caller commits or rolls back.

    Changes to mapped rows are recorded by themselves when flushed; statements that bypass the mapped classes
    (an import's bulk insert) are told to `recorder` by hand.
    """

    def __init__(self, session: Session, actor: Actor | None) -> None:
        self.session = session
        self.action_id = ActionId(new_id())
        self.now: datetime = utc_now()
        self._actor = actor
        self._collector = ChangeCollector()
        self.recorder = ChangeRecorder(
            session,
            action_id=self.action_id,
            user_id=actor.user_id if actor else None,
            now=self.now,
            collector=self._collector,
        )

    @property
    def actor(self) -> Actor:
        """Who acts. Raises NotPermittedError while nobody has joined the workspace."""
        if self._actor is None:
            raise NotPermittedError("Nobody has joined this workspace yet.", safe="Nothing was changed.")
        return self._actor

    def require(self, role: Role, doing: str) -> None:
        """Raises NotPermittedError unless the actor has this role or a higher one; `doing` completes the sentence."""
        if _RANK[self.actor.role] < _RANK[role]:
            raise NotPermittedError(
                f"Only a user with the role “{role.value}” may {doing}; yours is “{self.actor.role.value}”.",
                safe="Nothing was changed.",
                advice="Ask an administrator of this workspace.",
            )

    def check_version(self, row: Row, expected: int | None, **mine: object) -> None:
        """Raises ConflictError, with both texts, when the row has moved on from the version the person was shown."""
        if expected is None or row.object_version == expected:
            return
        theirs = {field: getattr(row, field) for field in mine}
        if theirs == mine:
            return
        raise ConflictError(
            "Somebody else changed this while you were editing it.",
            theirs=theirs,
            mine=mine,
            current_version=row.object_version,
        )

    def touched(self, entity: Entity, *ids: UUID, owners: tuple[UUID, ...] = (), created: bool = False) -> None:
        """Tell the views of rows that were written without the mapped classes."""
        self._collector.add(entity, ids, owners=owners, created=created)

    def finish(self, label: str = "") -> Changes:
        """Flush and answer what changed; `label` names the action in the history and in the Undo menu."""
        self.recorder.label = label
        self.session.flush()
        self.recorder.write()
        return self._collector.freeze(action_id=self.action_id, label=label, undoes=self.recorder.undoes)
