"""Which knowledge a model has: inheritance down the tree, aggregation up it, the nearest row wins.

The rules, for one model of the tree:

- Its lineage is itself, its ancestors and its descendants. Only rows of these models count, each model's own ones:
  what an ancestor aggregates from its other children is not inherited, so siblings never leak into each other.
- Only active training Q&As and the turns of approved conversations teach (turns.py says what a turn is).
- Rows with one question key (questions.py) compete. Within one model a conversation newer than a Q&A beats it;
  a Q&A at least as new as the newest conversation beats that. Q&As left over that answer alike are duplicates,
  and the latest is kept; where they differ they are in conflict. Between conversations the newer wins, the
  larger id on equal times (ids are made in order), the later turn within one.
- Between models: own, then the nearest ancestor. Below, a row wins over those of its own descendants; rows that
  remain stand in different branches, and are in conflict, whatever their depth, if they differ.
- Validation rows travel along the same lineage, for an inherited rule must hold in a child too. The nearest model
  that has the question wins, so a child that overrides an answer overrides its test by the same question. They are
  never in conflict: different tests of one question at the same place are all asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from erpai_desktop.models.competition import Bucket, Standing, Taught, settle_between, settle_within
from erpai_desktop.models.curated import ConversationRow, MessageRow, QaRow
from erpai_desktop.models.enums import QaType, ReviewState, RowKind
from erpai_desktop.models.hierarchy import Hierarchy
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.questions import answer_key, question_key
from erpai_desktop.models.resolved import (
    Conflict,
    Counts,
    OriginKind,
    Resolution,
    ResolvedRow,
    Shadowed,
    ShadowReason,
    Skipped,
    SkipReason,
    ValidationRow,
)
from erpai_desktop.models.turns import taught_turns

__all__ = [
    "Conflict",
    "ConversationRow",
    "Counts",
    "MessageRow",
    "OriginKind",
    "Place",
    "QaRow",
    "Resolution",
    "ResolvedRow",
    "ShadowReason",
    "Shadowed",
    "SkipReason",
    "Skipped",
    "ValidationRow",
    "places_of",
    "resolve",
]


@dataclass(frozen=True, slots=True)
class Place:
    """One model of the lineage; places are numbered from near to far in the order in which they win."""

    model_id: ModelId
    origin: OriginKind
    distance: int


def places_of(hierarchy: Hierarchy, model_id: ModelId) -> tuple[Place, ...]:
    """A model's lineage. Raises NotFoundError."""
    above = enumerate(hierarchy.ancestors(model_id), start=1)
    return (
        Place(model_id, OriginKind.OWN, 0),
        *(Place(ancestor, OriginKind.INHERITED, distance) for distance, ancestor in above),
        *(Place(below, OriginKind.AGGREGATED, depth) for below, depth in hierarchy.descendants(model_id)),
    )


class _Lineage:
    """The places of a model's lineage, and their numbers by model."""

    def __init__(self, hierarchy: Hierarchy, model_id: ModelId) -> None:
        self._hierarchy = hierarchy
        self.places = places_of(hierarchy, model_id)
        self.number = {place.model_id: number for number, place in enumerate(self.places)}

    def nearest(self, numbers: Sequence[int]) -> dict[int, int]:
        """For each place that has a question, the one it gives way to (itself when it stands).

        `numbers` ascend. Own and inherited places win outright. Below, a place gives way to the topmost one on its
        way up that has the question; those that remain stand in different branches.
        """
        if self.places[numbers[0]].origin is not OriginKind.AGGREGATED:
            return dict.fromkeys(numbers, numbers[0])
        holders = set(numbers)
        winner_of: dict[int, int] = {}
        for number in numbers:
            winner_of[number] = number
            step = self._hierarchy.parent(self.places[number].model_id)
            while step is not None and (above := self.number[step]) != 0:
                if above in holders:
                    winner_of[number] = above
                step = self._hierarchy.parent(step)
        return winner_of


def resolve(
    hierarchy: Hierarchy, model_id: ModelId, qas: Iterable[QaRow], conversations: Iterable[ConversationRow]
) -> Resolution:
    """The knowledge of a model, from rows of any models in any order.

    The result depends on the rows alone, not on their order. Linear in the number of rows, but for one sort.
    Raises NotFoundError when the model is not in the hierarchy.
    """
    lineage = _Lineage(hierarchy, model_id)
    places, number = lineage.places, lineage.number
    buckets = [Bucket() for _ in places]
    tests: dict[str, list[QaRow]] = {}
    skipped: list[Skipped] = []
    _gather_qas(qas, number, buckets, tests, skipped)
    not_approved = _gather_conversations(conversations, number, buckets, skipped)
    for bucket in buckets:
        settle_within(bucket)
    settle_between(buckets, lineage.nearest)
    rows, by_key, conflicts, per_place = _emit(places, buckets)
    validation = _validation(lineage, tests)
    shadowed = tuple(shadow for row in rows if row.shadows for shadow in row.shadows)
    duplicates = sum(shadow.reason is ShadowReason.DUPLICATE for shadow in shadowed)
    skipped.sort(key=lambda skip: (number[skip.model_id], skip.row_id, skip.turn))
    return Resolution(
        model_id=model_id,
        rows=tuple(rows),
        conflicts=conflicts,
        shadowed=shadowed,
        validation=validation,
        skipped=tuple(skipped),
        counts=Counts(
            own=per_place[0],
            inherited=_by_model(places, per_place, OriginKind.INHERITED),
            aggregated=_by_model(places, per_place, OriginKind.AGGREGATED),
            conflicted=sum(len(conflict.rows) for conflict in conflicts),
            overridden=len(shadowed) - duplicates,
            duplicates=duplicates,
            validation=len(validation),
            skipped=len(skipped),
            not_approved=not_approved,
        ),
        by_key=by_key,
    )


def _gather_qas(
    qas: Iterable[QaRow],
    number: dict[ModelId, int],
    buckets: list[Bucket],
    tests: dict[str, list[QaRow]],
    skipped: list[Skipped],
) -> None:
    model_id: ModelId | None = None
    bucket: Bucket | None = None
    for qa in qas:
        # Unpacked: for a hundred thousand rows, names of fields would take a good part of the time.
        id_, owner, _, question, answer, is_active, qa_type, _, expects_refusal, required, forbidden = qa
        if owner is not model_id:  # A UUID's hash is slow, and rows come in runs of one model.
            model_id = owner
            bucket = buckets[number[model_id]] if model_id in number else None
        if bucket is None or not is_active:
            continue
        key = question_key(question)
        testing = qa_type == QaType.VALIDATION
        if not key:
            skipped.append(Skipped(id_, RowKind.QA, owner, SkipReason.EMPTY_QUESTION))
        elif testing and (expects_refusal or required or forbidden or answer.strip()):
            tests.setdefault(key, []).append(qa)
        elif testing or not answer or answer.isspace():
            skipped.append(Skipped(id_, RowKind.QA, owner, SkipReason.EMPTY_ANSWER))
        elif key in bucket.several or bucket.singles.setdefault(key, qa) is not qa:
            bucket.add(key, qa)


def _gather_conversations(
    conversations: Iterable[ConversationRow],
    number: dict[ModelId, int],
    buckets: list[Bucket],
    skipped: list[Skipped],
) -> int:
    """Put approved turns into the buckets; answer how many conversations are not approved."""
    not_approved = 0
    for row in conversations:
        no = number.get(row.model_id)
        if no is None:
            continue
        if row.review_state != ReviewState.APPROVED:
            not_approved += 1
            continue
        turns = taught_turns(row.messages)
        if not turns:
            skipped.append(Skipped(row.id, RowKind.CONVERSATION, row.model_id, SkipReason.NO_TURN))
        for turn in turns:
            key = question_key(turn.question)
            if not key or turn.answer is None:
                why = SkipReason.EMPTY_QUESTION if not key else SkipReason.CORRECTION_UNANSWERED
                skipped.append(Skipped(row.id, RowKind.CONVERSATION, row.model_id, why, turn.number))
                continue
            rejected = tuple(
                Shadowed(
                    row_id=row.id,
                    kind=RowKind.CONVERSATION,
                    model_id=row.model_id,
                    reason=ShadowReason.CORRECTED,
                    question=turn.question,
                    answer=answer,
                    turn=turn.number,
                )
                for answer in turn.rejected
            )
            taught = Taught(
                id=row.id,
                model_id=row.model_id,
                question=turn.question,
                answer=turn.answer,
                time=row.last_update_time_utc,
                turn=turn.number,
                shadows=rejected,
            )
            buckets[no].add(key, taught)
    return not_approved


def _emit(
    places: Sequence[Place], buckets: Sequence[Bucket]
) -> tuple[list[ResolvedRow], dict[str, ResolvedRow], tuple[Conflict, ...], list[int]]:
    """The rows in order, by key, those in conflict, and how many each place gave."""
    rows: list[ResolvedRow] = []
    by_key: dict[str, ResolvedRow] = {}
    conflicts: dict[str, list[ResolvedRow]] = {}
    per_place: list[int] = []
    # By place, not by name of field: a quarter of the time of a hundred thousand rows.
    made, kind = ResolvedRow._make, RowKind.QA
    for place, bucket in zip(places, buckets, strict=True):
        before = len(rows)
        singles, standings = bucket.singles, bucket.standings
        model_id, origin, distance = place.model_id, place.origin, place.distance
        for key in sorted([*singles, *standings] if standings else singles):
            # Taken away, so that of a hundred thousand rows there are never all of both kinds.
            qa = singles.pop(key, None)
            if qa is not None:
                row = made((qa[0], kind, qa[3], qa[4], qa[2], model_id, origin, distance, (), False, 0))
                rows.append(row)
                by_key[key] = row
                continue
            standing = standings[key]
            standing_rows = _rows(standing, place)
            rows += standing_rows
            by_key.setdefault(key, standing_rows[0])
            if standing.conflicted:
                conflicts.setdefault(key, []).extend(standing_rows)
        per_place.append(len(rows) - before)
    in_conflict = tuple(Conflict(key, held[0].question, tuple(held)) for key, held in sorted(conflicts.items()))
    return rows, by_key, in_conflict, per_place


def _rows(standing: Standing, place: Place) -> list[ResolvedRow]:
    return [
        ResolvedRow(
            row_id=entrant.row.id,
            kind=RowKind.QA if isinstance(entrant.row, QaRow) else RowKind.CONVERSATION,
            question=entrant.row.question,
            answer=entrant.row.answer,
            section=entrant.row.section if isinstance(entrant.row, QaRow) else "",
            model_id=place.model_id,
            origin=place.origin,
            distance=place.distance,
            shadows=tuple(entrant.shadows),
            conflicted=standing.conflicted,
            turn=0 if isinstance(entrant.row, QaRow) else entrant.row.turn,
        )
        for entrant in standing.entrants
    ]


def _validation(lineage: _Lineage, tests: dict[str, list[QaRow]]) -> tuple[ValidationRow, ...]:
    """The validation rows of the nearest place of each question, the same test once."""
    kept: list[tuple[int, str, QaRow]] = []
    for key, qas in tests.items():
        ranked = sorted(((lineage.number[qa.model_id], qa) for qa in qas), key=lambda one: (one[0], one[1].id))
        winner_of = lineage.nearest(sorted({number for number, _ in ranked}))
        seen: set[tuple[object, ...]] = set()
        for number, qa in ranked:
            test = (
                answer_key(qa.answer),
                qa.expects_refusal,
                frozenset(qa.required_terms),
                frozenset(qa.forbidden_terms),
            )
            if winner_of[number] == number and test not in seen:
                seen.add(test)
                kept.append((number, key, qa))
    kept.sort(key=lambda one: (one[0], one[1], one[2].id))
    return tuple(
        ValidationRow(
            row_id=qa.id,
            question=qa.question,
            answer=qa.answer,
            section=qa.section,
            model_id=qa.model_id,
            origin=lineage.places[number].origin,
            distance=lineage.places[number].distance,
            expects_refusal=qa.expects_refusal,
            required_terms=tuple(qa.required_terms),
            forbidden_terms=tuple(qa.forbidden_terms),
        )
        for number, _, qa in kept
    )


def _by_model(places: Sequence[Place], per_place: Sequence[int], origin: OriginKind) -> dict[ModelId, int]:
    """Counts of the places of one origin that gave any row, nearest first."""
    return {
        place.model_id: count
        for place, count in zip(places, per_place, strict=True)
        if place.origin is origin and count
    }
