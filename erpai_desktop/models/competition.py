"""Which of several rows with the same question stands: within one model, then between models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from erpai_desktop.models.curated import QaRow
from erpai_desktop.models.enums import RowKind
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.questions import answer_key
from erpai_desktop.models.resolved import Shadowed, ShadowReason


@dataclass(slots=True)
class Taught:
    """One turn of a conversation as a competitor. `shadows` are answers rejected in the same conversation."""

    id: UUID
    model_id: ModelId
    question: str
    answer: str
    time: datetime
    turn: int
    shadows: tuple[Shadowed, ...] = ()


Competitor: TypeAlias = QaRow | Taught


@dataclass(slots=True)
class Entrant:
    """A row that stands so far, with what gave way to it."""

    row: Competitor
    shadows: list[Shadowed]


@dataclass(slots=True)
class Standing:
    """The rows of one model that stand for one question: several only when they are in conflict."""

    entrants: list[Entrant]
    conflicted: bool = False


@dataclass(slots=True)
class Bucket:
    """The rows of one model by question key.

    Nearly every question has one Q&A and nothing else: it waits in `singles` as it came. The others wait in
    `several` until `settle_within` turns them into `standings`. A key is in one of the three.
    """

    singles: dict[str, QaRow] = field(default_factory=dict)
    several: dict[str, list[Competitor]] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)

    def add(self, key: str, row: Competitor) -> None:
        """Add a row that is not the first and only Q&A of its question."""
        held = self.several.setdefault(key, [])
        if key in self.singles:
            held.append(self.singles.pop(key))
        held.append(row)

    def take(self, key: str) -> Standing:
        """Remove a settled question and answer what stands for it."""
        if key in self.singles:
            return Standing([Entrant(self.singles.pop(key), [])])
        return self.standings.pop(key)


# Answers, for the numbers of the models that have a question (ascending), the number of the model that each gives
# way to; a model that stands is mapped to itself.
Nearest: TypeAlias = Callable[[Sequence[int]], dict[int, int]]


def settle_within(bucket: Bucket) -> None:
    """Let the rows of one model compete."""
    for key, rows in bucket.several.items():
        bucket.standings[key] = _settled(rows)
    bucket.several = {}


def settle_between(buckets: Sequence[Bucket], nearest: Nearest) -> None:
    """Let the models compete; afterwards a key is in several buckets only when it is in conflict.

    `buckets` are settled within and stand in the order in which models win.
    """
    first: dict[str, int] = {}
    contested: dict[str, list[int]] = {}
    for number, bucket in enumerate(buckets):
        for keys in (bucket.singles, bucket.standings):
            for key in keys:
                holder = first.setdefault(key, number)
                if holder != number:
                    contested.setdefault(key, [holder]).append(number)
    for key, numbers in contested.items():
        standings = {number: buckets[number].take(key) for number in numbers}
        winner_of = nearest(numbers)
        for number, winner in winner_of.items():
            if number != winner:
                _give_way(standings.pop(number).entrants, standings[winner].entrants[0], ShadowReason.NEARER)
        _settle_branches(list(standings.values()))
        for number, standing in standings.items():
            if standing.entrants:
                buckets[number].standings[key] = standing


def _settled(rows: Sequence[Competitor]) -> Standing:
    """The rules within one model: see resolution.py."""
    qas = sorted((row for row in rows if isinstance(row, QaRow)), key=_qa_age, reverse=True)
    turns = sorted((row for row in rows if isinstance(row, Taught)), key=_turn_age, reverse=True)
    latest = turns[0] if turns else None
    standing = [qa for qa in qas if latest is None or qa.updated_utc >= latest.time]
    if latest is not None and not standing:
        winner = Entrant(latest, list(latest.shadows))
        _give_way([*map(_entrant, turns[1:]), *map(_entrant, qas)], winner, ShadowReason.NEWER)
        return Standing([winner])
    kept: dict[str, Entrant] = {}
    for qa in standing:
        same = kept.setdefault(answer_key(qa.answer), entrant := _entrant(qa))
        if same is not entrant:
            _give_way([entrant], same, ShadowReason.DUPLICATE)
    entrants = list(kept.values())
    _give_way([*map(_entrant, turns), *map(_entrant, qas[len(standing) :])], entrants[0], ShadowReason.NEWER)
    return Standing(entrants, conflicted=len(entrants) > 1)


def _settle_branches(standings: Sequence[Standing]) -> None:
    """Models of which none is above another: equal answers become one, different ones a conflict."""
    if len(standings) < 2:
        return
    kept: dict[str, Entrant] = {}
    for standing in standings:
        entrants, standing.entrants = standing.entrants, []
        for entrant in entrants:
            same = kept.setdefault(answer_key(entrant.row.answer), entrant)
            if same is entrant:
                standing.entrants.append(entrant)
            else:
                _give_way([entrant], same, ShadowReason.DUPLICATE)
    for standing in standings:
        standing.conflicted = len(kept) > 1


def _give_way(losers: Sequence[Entrant], winner: Entrant, reason: ShadowReason) -> None:
    """Shadow rows, and what they themselves shadow.

    An equal answer is a duplicate, whichever of them is newer or nearer: nothing is overridden by it.
    """
    for loser in losers:
        row = loser.row
        why = reason
        if answer_key(row.answer) == answer_key(winner.row.answer):
            why = ShadowReason.DUPLICATE
        is_qa = isinstance(row, QaRow)
        winner.shadows.append(
            Shadowed(
                row_id=row.id,
                kind=RowKind.QA if is_qa else RowKind.CONVERSATION,
                model_id=row.model_id,
                reason=why,
                question=row.question,
                answer=row.answer,
                turn=0 if isinstance(row, QaRow) else row.turn,
            )
        )
        winner.shadows += loser.shadows


def _entrant(row: Competitor) -> Entrant:
    return Entrant(row, [] if isinstance(row, QaRow) else list(row.shadows))


def _qa_age(row: QaRow) -> tuple[datetime, UUID]:
    return row.updated_utc, row.id


def _turn_age(row: Taught) -> tuple[datetime, UUID, int]:
    return row.time, row.id, row.turn
