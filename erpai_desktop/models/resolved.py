"""What resolution answers: the rows a model knows, where each comes from, what it shadows, what is in conflict."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from erpai_desktop.models.enums import RowKind
from erpai_desktop.models.ids import ModelId, QaId
from erpai_desktop.models.questions import question_key


class OriginKind(enum.StrEnum):
    """From which direction a row reaches the model."""

    OWN = "own"
    INHERITED = "inherited"
    AGGREGATED = "aggregated"


class ShadowReason(enum.StrEnum):
    """Why a row gives way to another one with the same question."""

    NEARER = "nearer"
    """The other stands in a model that is nearer, and answers differently."""
    NEWER = "newer"
    """The other stands in the same model, is the later word, and answers differently."""
    DUPLICATE = "duplicate"
    """The other gives the same answer."""
    CORRECTED = "corrected"
    """The user rejected this answer in the same conversation."""


class SkipReason(enum.StrEnum):
    """Why an active row of the lineage teaches or tests nothing."""

    EMPTY_QUESTION = "empty question"
    EMPTY_ANSWER = "empty answer"
    NO_TURN = "no answered question"
    """A conversation in which no question is answered."""
    CORRECTION_UNANSWERED = "correction unanswered"
    """The user rejected the answer, and no right one follows."""


@dataclass(frozen=True, slots=True)
class Shadowed:
    """A row that gave way. `turn` is as in ResolvedRow."""

    row_id: UUID
    kind: RowKind
    model_id: ModelId
    reason: ShadowReason
    question: str
    answer: str
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that was left out because there is nothing in it to teach or test."""

    row_id: UUID
    kind: RowKind
    model_id: ModelId
    reason: SkipReason
    turn: int = 0


class ResolvedRow(NamedTuple):
    """One question that the model knows, with its answer word for word.

    `row_id` is a ModelQA's or a TrainingConversation's by `kind`; `turn` counts a conversation's turns from 0 and
    is 0 for a Q&A, so (row_id, turn) is unique. `distance` is the number of steps in the tree, 0 for own rows. A
    conflicted row must not be given as an answer: its question is refused until a person decides. A named tuple for
    speed, like the rows in curated.py.
    """

    row_id: UUID
    kind: RowKind
    question: str
    answer: str
    section: str
    model_id: ModelId
    origin: OriginKind
    distance: int
    shadows: tuple[Shadowed, ...] = ()
    conflicted: bool = False
    turn: int = 0


@dataclass(frozen=True, slots=True)
class ValidationRow:
    """One question that tests a compilation; it teaches nothing."""

    row_id: QaId
    question: str
    answer: str
    section: str
    model_id: ModelId
    origin: OriginKind
    distance: int
    expects_refusal: bool = False
    required_terms: tuple[str, ...] = ()
    forbidden_terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """One question that rows answer differently, none of them nearer. `rows` has two or more."""

    question_key: str
    question: str
    rows: tuple[ResolvedRow, ...]

    @property
    def within_one_model(self) -> bool:
        """Whether one model contradicts itself; else different branches below do."""
        return len({row.model_id for row in self.rows}) == 1


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows come from where. `own + inherited + aggregated` are all rows, conflicted ones included.

    `overridden` counts shadowed rows but duplicates, which are in `duplicates`; `not_approved` counts training
    conversations of the lineage that wait for a review or were rejected.
    """

    own: int = 0
    inherited: Mapping[ModelId, int] = field(default_factory=dict)
    aggregated: Mapping[ModelId, int] = field(default_factory=dict)
    conflicted: int = 0
    overridden: int = 0
    duplicates: int = 0
    validation: int = 0
    skipped: int = 0
    not_approved: int = 0

    @property
    def total(self) -> int:
        """All resolved training rows."""
        return self.own + sum(self.inherited.values()) + sum(self.aggregated.values())


@dataclass(frozen=True, slots=True)
class Resolution:
    """What one model knows.

    `rows` are ordered: own, inherited (nearest ancestor first), aggregated (nearest descendant first), within a
    model by question key. `by_key` maps each question key to its row, a conflicted key to its first one.
    """

    model_id: ModelId
    rows: tuple[ResolvedRow, ...]
    conflicts: tuple[Conflict, ...]
    shadowed: tuple[Shadowed, ...]
    validation: tuple[ValidationRow, ...]
    skipped: tuple[Skipped, ...]
    counts: Counts
    by_key: Mapping[str, ResolvedRow] = field(repr=False, compare=False)

    def find(self, question: str) -> ResolvedRow | None:
        """The row of the same question, if the model knows it."""
        return self.by_key.get(question_key(question))
