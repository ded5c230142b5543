"""Writes the history: listens to a session's flushes and appends a Change for each touched row."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import event, insert, inspect
from sqlalchemy.orm import Session, UOWTransaction

from erpai_desktop.changes import ChangeCollector, Entity
from erpai_desktop.models import entities as e

_ENTITY: dict[type[e.Base], Entity] = {
    e.Provider: Entity.PROVIDER,
    e.Model: Entity.MODEL,
    e.ModelQA: Entity.QA,
    e.TrainingConversation: Entity.CONVERSATION,
    e.TrainingConversationMessage: Entity.MESSAGE,
    e.Compilation: Entity.COMPILATION,
    e.CompilationAsset: Entity.ASSET,
    e.AssistantConversation: Entity.CHAT,
    e.AssistantConversationMessage: Entity.CHAT_MESSAGE,
    e.JobIntention: Entity.JOB,
    e.User: Entity.USER,
    e.ProviderCheck: Entity.PROVIDER_CHECK,
    e.Usage: Entity.USAGE,
    e.Budget: Entity.BUDGET,
    e.GoldenSet: Entity.GOLDEN_SET,
    e.GoldenAnswer: Entity.GOLDEN_ANSWER,
}

# Private chats, jobs, assets and what was measured are announced to the views but leave no copy in the history.
_WITHOUT_HISTORY = {
    Entity.CHAT,
    Entity.CHAT_MESSAGE,
    Entity.JOB,
    Entity.ASSET,
    Entity.PROVIDER_CHECK,
    Entity.USAGE,
    Entity.GOLDEN_ANSWER,
}

# That a chat went to the bin, and no word of it, is written down, so that it can be undone like everything else.
_ALWAYS_IN_HISTORY = {"deleted_utc", "deleted_by"}

# Columns that say nothing a person would call a change, or that would copy a log into the history.
_SILENT = {"object_version", "created_utc", "updated_utc", "build_log", "seq", "last_update_time_utc"}

# What goes into a build: a change of these makes compilations stale. A note or a reviewer's name does not.
_BUILD_FIELDS: dict[Entity, frozenset[str]] = {
    Entity.MODEL: frozenset({"parent_id", "provider_id", "system_message", "deleted_utc"}),
    Entity.QA: frozenset(
        {
            "model_id",
            "section",
            "question",
            "answer",
            "expects_refusal",
            "required_terms",
            "forbidden_terms",
            "qa_type",
            "is_active",
            "deleted_utc",
        }
    ),
    Entity.CONVERSATION: frozenset({"model_id", "review_state", "deleted_utc"}),
    Entity.MESSAGE: frozenset({"conversation_id", "message_no", "participant_role", "contents", "deleted_utc"}),
}


class ChangeRecorder:
    """Gathers before and after of every flushed row; `write` appends them to the history in the same transaction.

    Several flushes of one row within the action become one Change.
    """

    def __init__(
        self,
        session: Session,
        *,
        action_id: UUID,
        user_id: UUID | None,
        now: datetime,
        collector: ChangeCollector,
    ) -> None:
        self.label = ""
        self.undoes: UUID | None = None
        self._session = session
        self._action_id = action_id
        self._user_id = user_id
        self._now = now
        self._collector = collector
        self._pending: dict[tuple[Entity, UUID], dict[str, Any]] = {}
        self._batches: list[dict[str, Any]] = []
        event.listen(session, "before_flush", self._before_flush)
        event.listen(session, "after_flush", self._after_flush)

    def batch(
        self,
        entity: Entity,
        *,
        batch: UUID,
        row_count: int,
        model_id: UUID | None,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
        affects_build: bool = True,
    ) -> None:
        """Note a bulk change (an import, an edit of many rows) as one Change."""
        self._batches.append(
            {
                "entity": entity.value,
                "row_id": None,
                "model_id": model_id,
                "before": before,
                "after": after,
                "batch": batch,
                "row_count": row_count,
                "affects_build": affects_build,
            }
        )

    def write(self) -> None:
        """Append what was gathered."""
        rows = [
            {"batch": None, "row_count": 1, **change}
            for change in self._pending.values()
            if change["before"] != change["after"] or change["touch"]
        ]
        for row in rows:
            row.pop("touch")
        rows += self._batches
        if rows:
            common = {
                "action_id": self._action_id,
                "label": self.label[:256],
                "user_id": self._user_id,
                "time_utc": self._now,
                "undoes": self.undoes,
            }
            self._session.execute(insert(e.Change), [common | row for row in rows])
        self._pending.clear()
        self._batches.clear()

    def _before_flush(self, session: Session, _context: UOWTransaction, _instances: object) -> None:
        # Old values are known only until the flush.
        for row in session.dirty:
            if session.is_modified(row, include_collections=False):
                self._note(row, created=False)
        for row in session.deleted:
            self._note_removed(row)

    def _after_flush(self, session: Session, _context: UOWTransaction) -> None:
        # Ids and defaults of new rows are known only after it.
        for row in session.new:
            self._note(row, created=True)

    def _note(self, row: object, *, created: bool) -> None:
        entity = _ENTITY.get(type(row))  # type: ignore[arg-type]
        if entity is None:
            return
        state = inspect(row)
        assert state is not None
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        for attribute in state.mapper.column_attrs:
            if attribute.key in _SILENT:
                continue
            history = state.attrs[attribute.key].history
            if created:
                after[attribute.key] = _jsonable(getattr(row, attribute.key))
            elif history.has_changes():
                before[attribute.key] = _jsonable(history.deleted[0]) if history.deleted else None
                after[attribute.key] = _jsonable(history.added[0]) if history.added else None
        row_id: UUID = row.id  # type: ignore[attr-defined]
        owner = self._owner(row, entity)
        went = "deleted_utc" in after and after["deleted_utc"] is not None and not created
        self._collector.add(entity, [row_id], owners=[owner] if owner else [], created=created, deleted=went)
        if entity is Entity.CHAT and not created:
            before = {field: value for field, value in before.items() if field in _ALWAYS_IN_HISTORY}
            after = {field: value for field, value in after.items() if field in _ALWAYS_IN_HISTORY}
            if before:
                self._merge(entity, row_id, owner, before, after)
        if entity in _WITHOUT_HISTORY:
            return
        self._merge(entity, row_id, owner, None if created else before, after)
        if entity is Entity.MODEL and "parent_id" in before:
            # What the old and the new parent aggregate has changed with it.
            for parent in (before["parent_id"], after["parent_id"]):
                if parent is not None:
                    self._touch_lineage(UUID(parent))
        if entity in (Entity.QA, Entity.CONVERSATION) and before.get("model_id") is not None:
            # The row is recorded under the model it came to; the one it left has lost it.
            self._touch_lineage(UUID(before["model_id"]))

    def _note_removed(self, row: object) -> None:
        entity = _ENTITY.get(type(row))  # type: ignore[arg-type]
        if entity is None:
            return
        state = inspect(row)
        assert state is not None
        row_id: UUID = row.id  # type: ignore[attr-defined]
        owner = self._owner(row, entity)
        self._collector.add(entity, [row_id], owners=[owner] if owner else [], deleted=True)
        if entity not in _WITHOUT_HISTORY:
            before = {a.key: _jsonable(getattr(row, a.key)) for a in state.mapper.column_attrs if a.key not in _SILENT}
            self._merge(entity, row_id, owner, before, None)

    def _merge(
        self,
        entity: Entity,
        row_id: UUID,
        owner: UUID | None,
        before: dict[str, Any] | None,
        after: dict[str, Any] | None,
    ) -> None:
        fields = set(before or ()) | set(after or ())
        affects = bool(fields & _BUILD_FIELDS.get(entity, frozenset()))
        earlier = self._pending.get((entity, row_id))
        if earlier is None:
            self._pending[entity, row_id] = {
                "entity": entity.value,
                "row_id": row_id,
                "model_id": owner,
                "before": before,
                "after": after,
                "affects_build": affects,
                "touch": False,
            }
            return
        if earlier["before"] is not None and before is not None:
            earlier["before"] = {**before, **earlier["before"]}
        earlier["after"] = None if after is None else {**(earlier["after"] or {}), **after}
        earlier["affects_build"] = earlier["affects_build"] or affects

    def _touch_lineage(self, model_id: UUID) -> None:
        key = (Entity.MODEL, model_id)
        if key in self._pending:
            self._pending[key]["affects_build"] = True
            return
        self._pending[key] = {
            "entity": Entity.MODEL.value,
            "row_id": model_id,
            "model_id": model_id,
            "before": None,
            "after": None,
            "affects_build": True,
            "touch": True,
        }
        self._collector.add(Entity.MODEL, [model_id], owners=[model_id])

    def _owner(self, row: object, entity: Entity) -> UUID | None:
        if isinstance(row, e.Model):
            return row.id
        if isinstance(row, e.TrainingConversationMessage):
            conversation = self._session.get(e.TrainingConversation, row.conversation_id)
            return conversation.model_id if conversation else None
        if isinstance(row, e.CompilationAsset):
            compilation = self._session.get(e.Compilation, row.compilation_id)
            return compilation.model_id if compilation else None
        if isinstance(row, e.JobIntention):
            return row.subject_id
        return getattr(row, "model_id", None) if entity is not Entity.USER else None


def _jsonable(value: object) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return value
