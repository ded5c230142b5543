"""The knowledge of a model from that of its last build and the history since: the work grows with the edits.

Rows compete only with rows of the same question. So the questions of edited rows, as they were and as they are now, are
resolved again from all rows that have them, and everything else stays. What does not fit in with that (the lineage is
another one, too much was edited, or the history cannot tell what) is left to reading everything.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from erpai_desktop.ai.builtin.rows import RowTable, text_hash
from erpai_desktop.models.enums import QaType, RowKind
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.questions import question_key
from erpai_desktop.models.resolution import Resolution, places_of, resolve
from erpai_desktop.models.resolved import ResolvedRow, Skipped
from erpai_desktop.services.knowledge import Configured, read_configuration
from erpai_desktop.services.ledger import COLUMNS, Column, Ledger, columns_of, parents_of
from erpai_desktop.storage.queries.edits import Edited, action_at, edited_since
from erpai_desktop.storage.queries.knowledge import not_approved, revision, some_conversation_rows, some_qa_rows

_SHARE = 0.05
"""More edits than this share of the rows are not caught up with: reading everything is nearly as fast."""
_ALWAYS = 500


@dataclass(frozen=True, slots=True)
class Moment:
    """A place in a workspace's history: a revision and the action that wrote it."""

    revision: int
    action_id: UUID


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """The ledger as of `moment`. Since the earlier one all rows of the questions in `gone` (their `text_hash`) went,
    and `came` are those that these questions have now.
    """

    configured: Configured
    ledger: Ledger
    moment: Moment
    gone: Column
    came: Sequence[ResolvedRow]


def present_moment(session: Session) -> Moment | None:
    """Now; None where nothing has ever been written."""
    seq = revision(session)
    action_id = action_at(session, seq)
    return Moment(seq, action_id) if action_id is not None else None


def catch_up(session: Session, *, ledger: Ledger, since: Moment, table: RowTable) -> CaughtUp | None:
    """What has become of a ledger, whose rows are those of the index's `table`; None where all must be read.

    Raises NotFoundError.
    """
    configured = read_configuration(session, model_id=ledger.model_id)
    now = present_moment(session)
    if now is None or action_at(session, since.revision) != since.action_id:
        return None
    places = places_of(configured.nodes, ledger.model_id)
    if (places, parents_of(configured.nodes, places)) != (ledger.places, ledger.parents) or len(table) != len(ledger):
        return None
    edits = edited_since(session, since.revision, at_most=max(_ALWAYS, int(len(ledger) * _SHARE)))
    if edits is None:
        return None
    changed = _Change(session, configured, ledger, edits)
    try:
        return CaughtUp(configured, changed.ledger(table), now, changed.gone, changed.came)
    except _DoesNotFitError:
        return None


class _DoesNotFitError(Exception):
    """Ledger and index do not belong together."""


class _Change:
    """Edited rows, the questions they touch, and what stands for these questions now."""

    def __init__(self, session: Session, configured: Configured, ledger: Ledger, edits: Edited) -> None:
        self._old = ledger
        self._edited = edits.qas | edits.conversations
        lineage = configured.nodes.lineage(ledger.model_id)
        qas = some_qa_rows(session, lineage, edits.qas.union(ledger.tests))
        talks = some_conversation_rows(session, lineage, edits.conversations)
        now = resolve(configured.nodes, ledger.model_id, qas, talks)
        self._tests = tuple(sorted(row.id for row in qas if row.qa_type == QaType.VALIDATION))
        # As they were, and as they are; what an edited row gave way to, or what gave way to it, has the same question.
        hashes = {text_hash(key) for key in now.by_key}
        hashes |= {int(ledger.keys[row]) for row in self._places_of_edited()}
        self.gone: Column = np.array(sorted(hashes), np.uint64)
        self._rivals = self._rows_of(self.gone)
        rivals = {RowKind.QA: set[UUID](), RowKind.CONVERSATION: set[UUID]()}
        for row in np.flatnonzero(self._rivals).tolist():
            rivals[(RowKind.QA, RowKind.CONVERSATION)[int(ledger.kinds[row])]].add(ledger.row_id(row))
            special = ledger.special.get(row)
            for shadow in special.shadows if special is not None else ():
                rivals[shadow.kind].add(shadow.row_id)
        qas += some_qa_rows(session, lineage, rivals[RowKind.QA] - edits.qas - set(ledger.tests))
        talks += some_conversation_rows(session, lineage, rivals[RowKind.CONVERSATION] - edits.conversations)
        self._now: Resolution = resolve(configured.nodes, ledger.model_id, qas, talks)
        keyed = [(key, row) for row in self._now.rows if text_hash(key := question_key(row.question)) in hashes]
        self._keys = [key for key, _ in keyed]
        self.came = [row for _, row in keyed]
        self._not_approved = not_approved(session, lineage)

    def ledger(self, table: RowTable) -> Ledger:
        """The ledger that all rows give. Raises _DoesNotFitError."""
        old, came = self._old, self.came
        if int(np.isin(table.keys, self.gone).sum()) != int(self._rivals.sum()):
            raise _DoesNotFitError
        keep = ~self._rivals
        left = np.concatenate(([0], np.cumsum(keep)))
        number = {place.model_id: place_no for place_no, place in enumerate(old.places)}
        owners = np.array([number[row.model_id] for row in came], np.int64)
        texts = _KeyTexts(old, table)
        places = [
            bisect_left(range(len(old)), key, int(old.starts[owner]), int(old.starts[owner + 1]), key=texts.of)
            for key, owner in zip(self._keys, owners.tolist(), strict=True)
        ]
        at = left[np.array(places, np.int64)]
        fresh = columns_of(came, self._keys)
        sizes = np.diff(left[old.starts]) + np.bincount(owners, minlength=len(old.places))
        # Where each row that is left stands now, and each that came.
        moved = left + np.searchsorted(at, left, "right")
        special = {int(moved[row]): one for row, one in old.special.items() if keep[row]}
        special |= {
            place: row
            for place, row in zip((at + np.arange(len(came))).tolist(), came, strict=True)
            if row.shadows or row.conflicted
        }
        return replace(
            old,
            starts=np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
            **{name: np.insert(getattr(old, name)[keep], at, fresh[name], axis=0) for name in COLUMNS},
            special=special,
            skipped=self._skipped(number),
            tests=self._tests,
            not_approved=self._not_approved,
            validation=self._now.validation,
        )

    def _places_of_edited(self) -> list[int]:
        """Rows of the ledger that were edited, or that shadow one that was."""
        old = self._old
        found = np.flatnonzero(_among(old.ids, self._edited)).tolist()
        found += [
            row for row, one in old.special.items() if any(shadow.row_id in self._edited for shadow in one.shadows)
        ]
        return found

    def _rows_of(self, hashes: Column) -> Column:
        rows: Column = np.isin(self._old.keys, hashes)
        return rows

    def _skipped(self, number: dict[ModelId, int]) -> tuple[Skipped, ...]:
        read_again = self._edited.union(self._old.tests)
        skipped = [skip for skip in self._old.skipped if skip.row_id not in read_again]
        skipped += [skip for skip in self._now.skipped if skip.row_id in read_again]
        return tuple(sorted(skipped, key=lambda skip: (number[skip.model_id], skip.row_id, skip.turn)))


class _KeyTexts:
    """The question key of a ledger's row, from the index that has its question."""

    def __init__(self, ledger: Ledger, table: RowTable) -> None:
        self._keys = ledger.keys
        self._table = table
        self._order = np.argsort(table.keys, kind="stable")
        self._sorted = table.keys[self._order]

    def of(self, row: int) -> str:
        """Raises _DoesNotFitError."""
        hashed = self._keys[row]
        at = int(np.searchsorted(self._sorted, hashed))
        if at < len(self._sorted):
            key = question_key(self._table.questions[int(self._order[at])])
            if text_hash(key) == hashed:
                return key
        raise _DoesNotFitError


def _among(ids: Column, some: frozenset[UUID]) -> Column:
    """Which rows have one of some ids."""
    # By the half of an id that chance made; then the few that are left as a whole.
    halves = ids.view(">u8").reshape(-1, 2)[:, 1]
    found = np.isin(halves, np.array([id_.int & (2**64 - 1) for id_ in some], np.uint64))
    for row in np.flatnonzero(found).tolist():
        found[row] = UUID(bytes=ids[row].tobytes()) in some
    return found
