"""What changed: the answer of every write, by which each view decides whether it is stale."""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import UUID


class Entity(enum.StrEnum):
    """The kinds of rows a change can name."""

    PROVIDER = "provider"
    MODEL = "model"
    QA = "model_qa"
    CONVERSATION = "training_conversation"
    MESSAGE = "training_conversation_message"
    COMPILATION = "compilation"
    ASSET = "compilation_asset"
    CHAT = "assistant_conversation"
    CHAT_MESSAGE = "assistant_conversation_message"
    JOB = "job_intention"
    USER = "user"
    PROVIDER_CHECK = "provider_check"
    USAGE = "usage"
    BUDGET = "budget"
    GOLDEN_SET = "golden_set"
    GOLDEN_ANSWER = "golden_answer"


CURATED = frozenset(
    {
        Entity.PROVIDER,
        Entity.MODEL,
        Entity.QA,
        Entity.CONVERSATION,
        Entity.MESSAGE,
        Entity.USER,
        Entity.GOLDEN_SET,
        Entity.BUDGET,
    }
)
"""What people curate: each change of these can be taken back."""

_NOTHING: Mapping[Entity, frozenset[UUID]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids of touched rows by entity.

    `created` and `deleted` are subsets of `rows`. `owners` are the models whose knowledge or look the change
    concerns (a Q&A's model, a compilation's model), so that a view of one model need not look a row up.
    `action_id` names the action in the history, for undo; `undoes` the action that this one took back.
    """

    rows: Mapping[Entity, frozenset[UUID]] = field(default_factory=lambda: _NOTHING)
    created: Mapping[Entity, frozenset[UUID]] = field(default_factory=lambda: _NOTHING)
    deleted: Mapping[Entity, frozenset[UUID]] = field(default_factory=lambda: _NOTHING)
    owners: frozenset[UUID] = frozenset()
    action_id: UUID | None = None
    label: str = ""
    undoes: UUID | None = None

    def __bool__(self) -> bool:
        return any(self.rows.values())

    @property
    def undoable(self) -> bool:
        """Whether the history keeps what came before: of curated things it does, of chats and builds it does not."""
        return any(ids for entity, ids in self.rows.items() if entity in CURATED)

    def of(self, entity: Entity) -> frozenset[UUID]:
        """Ids of all touched rows of one entity."""
        return self.rows.get(entity, frozenset())

    def touches(self, entity: Entity, ids: Iterable[UUID] | None = None) -> bool:
        """Whether any row (or one of `ids`) of the entity was touched."""
        touched = self.of(entity)
        return bool(touched) if ids is None else not touched.isdisjoint(ids)

    def new(self, entity: Entity) -> UUID:
        """The id of the one row of this entity that was created.

        Raises ValueError when none or several were.
        """
        (row_id,) = self.created.get(entity, frozenset())
        return row_id

    def __or__(self, other: Changes) -> Changes:
        return Changes(
            rows=_union(self.rows, other.rows),
            created=_union(self.created, other.created),
            deleted=_union(self.deleted, other.deleted),
            owners=self.owners | other.owners,
            action_id=other.action_id or self.action_id,
            label=other.label or self.label,
            undoes=other.undoes or self.undoes,
        )


@dataclass(slots=True)
class ChangeCollector:
    """Gathers ids while a transaction runs."""

    _rows: dict[Entity, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    _created: dict[Entity, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    _deleted: dict[Entity, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    _owners: set[UUID] = field(default_factory=set)

    def add(
        self,
        entity: Entity,
        ids: Iterable[UUID],
        *,
        owners: Iterable[UUID] = (),
        created: bool = False,
        deleted: bool = False,
    ) -> None:
        """Note rows as touched."""
        ids = set(ids)
        self._rows[entity] |= ids
        if created:
            self._created[entity] |= ids
        if deleted:
            self._deleted[entity] |= ids
        self._owners.update(owners)

    def freeze(self, *, action_id: UUID | None = None, label: str = "", undoes: UUID | None = None) -> Changes:
        """The gathered ids as an immutable value."""
        return Changes(
            rows=_frozen(self._rows),
            created=_frozen(self._created),
            deleted=_frozen(self._deleted),
            owners=frozenset(self._owners),
            action_id=action_id,
            label=label,
            undoes=undoes,
        )


def _frozen(ids: Mapping[Entity, set[UUID]]) -> Mapping[Entity, frozenset[UUID]]:
    return MappingProxyType({entity: frozenset(some) for entity, some in ids.items() if some})


def _union(
    a: Mapping[Entity, frozenset[UUID]], b: Mapping[Entity, frozenset[UUID]]
) -> Mapping[Entity, frozenset[UUID]]:
    return MappingProxyType({k: a.get(k, frozenset()) | b.get(k, frozenset()) for k in {*a, *b}})
