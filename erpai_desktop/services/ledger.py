"""The resolved rows of a model in columns: what hash, manifest and findings of a build are made from.

A build keeps its ledger on this machine, so that the next one only has to catch up with the history (catching_up.py).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
import orjson

from erpai_desktop.ai.builtin.rows import text_hash
from erpai_desktop.models.dataset import (
    RECORD_FLAGS,
    RECORD_SIZE,
    content_digest,
    manifest_around,
    shadow_entries,
)
from erpai_desktop.models.enums import RowKind
from erpai_desktop.models.findings import LONG_ANSWER, LONG_QUESTION, PERSONAL_FLAGS, SHORT_QUESTION, Facts, row_flags
from erpai_desktop.models.hierarchy import Hierarchy
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.questions import question_key
from erpai_desktop.models.resolution import Place, places_of
from erpai_desktop.models.resolved import (
    Conflict,
    Counts,
    OriginKind,
    Resolution,
    ResolvedRow,
    ShadowReason,
    Skipped,
    ValidationRow,
)

Column = npt.NDArray[Any]
Buffer = bytes | memoryview

_ROWS_AT_ONCE = 4_096

KINDS = (RowKind.QA, RowKind.CONVERSATION)
COLUMNS = ("ids", "keys", "kinds", "conflicted", "turns", "flags", "contents")
_FLAGS = (*PERSONAL_FLAGS.values(), SHORT_QUESTION, LONG_QUESTION, LONG_ANSWER)


@dataclass(frozen=True)
class Ledger:
    """Rows in the order of `Resolution.rows`; columns have one item a row.

    places: the lineage; parents: the model above each of them. starts: the first row of each place, and the number of
    rows at the end. ids, contents: (rows, 16) and (rows, 32) bytes, of the UUID and of the content's SHA-256. keys:
    `text_hash` of the question key.
    flags: as `row_flags` answers. special: rows that are in conflict or shadow others, in full, by their place.
    tests: every live validation row of the lineage, also one that tests nothing.
    """

    model_id: ModelId
    places: tuple[Place, ...]
    parents: tuple[ModelId | None, ...]
    starts: Column
    ids: Column
    keys: Column
    kinds: Column
    conflicted: Column
    turns: Column
    flags: Column
    contents: Column
    special: Mapping[int, ResolvedRow]
    skipped: tuple[Skipped, ...]
    tests: tuple[UUID, ...]
    not_approved: int = 0
    validation: tuple[ValidationRow, ...] = field(default=(), compare=False)

    def __len__(self) -> int:
        return len(self.keys)

    @classmethod
    def of(cls, resolution: Resolution, nodes: Hierarchy, tests: Iterable[UUID]) -> Ledger:
        """The ledger of a resolution."""
        rows = resolution.rows
        places = places_of(nodes, resolution.model_id)
        counts = resolution.counts
        given = {resolution.model_id: counts.own, **counts.inherited, **counts.aggregated}
        sizes = [given.get(place.model_id, 0) for place in places]
        return cls(
            model_id=resolution.model_id,
            places=places,
            parents=parents_of(nodes, places),
            starts=np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
            **columns_of(rows, _keys(resolution)),
            special={place: row for place, row in enumerate(rows) if row.shadows or row.conflicted},
            skipped=resolution.skipped,
            tests=tuple(sorted(tests)),
            not_approved=counts.not_approved,
            validation=resolution.validation,
        )

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """As in Resolution."""
        held: dict[str, list[ResolvedRow]] = defaultdict(list)
        for _, row in sorted(self.special.items()):
            if row.conflicted:
                held[question_key(row.question)].append(row)
        return tuple(Conflict(key, rows[0].question, tuple(rows)) for key, rows in sorted(held.items()))

    @cached_property
    def counts(self) -> Counts:
        """As in Resolution."""
        sizes = np.diff(self.starts).tolist()

        def by_model(origin: OriginKind) -> dict[ModelId, int]:
            pairs = zip(self.places, sizes, strict=True)
            return {place.model_id: size for place, size in pairs if place.origin is origin and size}

        reasons = [shadow.reason for row in self.special.values() for shadow in row.shadows]
        duplicates = sum(reason is ShadowReason.DUPLICATE for reason in reasons)
        return Counts(
            own=sizes[0],
            inherited=by_model(OriginKind.INHERITED),
            aggregated=by_model(OriginKind.AGGREGATED),
            conflicted=sum(len(conflict.rows) for conflict in self.conflicts),
            overridden=len(reasons) - duplicates,
            duplicates=duplicates,
            validation=len(self.validation),
            skipped=len(self.skipped),
            not_approved=self.not_approved,
        )

    def records(self) -> bytes:
        """The training rows' records as `models.dataset.records_of`."""
        records = np.empty((len(self), RECORD_SIZE), np.uint8)
        records[:, :16] = self.ids
        records[:, 16:32] = np.repeat(_bytes([place.model_id for place in self.places]), np.diff(self.starts), axis=0)
        turns = self.turns.astype("<u4")
        records[:, 32:36] = turns.view(np.uint8).reshape(len(self), 4)
        flags = np.array(
            [[*RECORD_FLAGS[kind, conflicted]] for kind in KINDS for conflicted in (False, True)], np.uint8
        )
        records[:, 36:38] = flags[self.kinds * 2 + self.conflicted]
        records[:, 38:] = self.contents
        high, low = (half.astype(np.uint64) for half in self.ids.view(">u8").T)
        return records[np.lexsort((turns.view(">u4"), low, high))].tobytes()

    def manifest(self) -> Iterator[Buffer]:
        """What `manifest_json` makes of the resolution, piece by piece: each is to be used before the next is made."""
        yield manifest_around(b"[", model_id=self.model_id, counts=self.counts)[:-1]
        comma = b""
        for rows in self._manifest_rows():
            yield comma
            yield rows
            comma = b","
        yield b"]}"

    def facts(self) -> Facts:
        """What `facts_of` answers for the resolution."""
        order = np.argsort(self.keys, kind="stable")
        keys = self.keys[order]

        def taught(key: str) -> tuple[UUID, bool] | None:
            hashed = np.uint64(text_hash(key))
            at = int(np.searchsorted(keys, hashed))
            if at == len(keys) or keys[at] != hashed:
                return None
            row = int(order[at])
            return self.row_id(row), bool(self.conflicted[row])

        return Facts(
            rows=len(self),
            flagged={
                flag: [self.row_id(int(row)) for row in np.flatnonzero(self.flags & np.uint8(flag))] for flag in _FLAGS
            },
            special=[row for _, row in sorted(self.special.items()) if row.shadows],
            conflicts=self.conflicts,
            validation=self.validation,
            skipped=self.skipped,
            taught=taught,
        )

    def row_id(self, row: int) -> UUID:
        """The id of one row."""
        return UUID(bytes=self.ids[row].tobytes())

    def _manifest_rows(self) -> Iterator[Buffer]:
        """The rows' JSON in order, in runs with commas between; nearly all rows are alike but for id and content."""
        odd = (self.kinds != 0) | (self.conflicted != 0) | (self.turns != 0)
        odd[list(self.special)] = True
        for place, start, end in zip(self.places, self.starts[:-1].tolist(), self.starts[1:].tolist(), strict=True):
            begin = start
            for row in (*np.flatnonzero(odd[start:end]).tolist(), end - start):
                yield from _plain_rows(place, self.ids[begin : start + row], self.contents[begin : start + row])
                if start + row < end:
                    yield self._odd_row(place, start + row)
                begin = start + row + 1

    def _odd_row(self, place: Place, row: int) -> bytes:
        special = self.special.get(row)
        return orjson.dumps(
            (
                self.row_id(row),
                KINDS[int(self.kinds[row])],
                int(self.turns[row]),
                place.model_id,
                place.origin,
                place.distance,
                self.contents[row].tobytes().hex(),
                bool(self.conflicted[row]),
                shadow_entries(special.shadows if special is not None else ()),
            )
        )


def parents_of(nodes: Hierarchy, places: Iterable[Place]) -> tuple[ModelId | None, ...]:
    """The model above each place: among those below, it decides which of them wins."""
    return tuple(nodes.parent(place.model_id) for place in places)


def columns_of(rows: Sequence[ResolvedRow], keys: Iterable[str]) -> dict[str, Column]:
    """The columns of some rows with their question keys."""
    digests = b"".join([content_digest(row.question, row.answer, row.section) for row in rows])
    return {
        "ids": _bytes([row.row_id for row in rows]),
        "keys": np.array([text_hash(key) for key in keys], np.uint64),
        "kinds": np.array([row.kind is RowKind.CONVERSATION for row in rows], np.uint8),
        "conflicted": np.array([row.conflicted for row in rows], np.uint8),
        "turns": np.array([row.turn for row in rows], np.uint32),
        "flags": np.array([row_flags(row.question, row.answer) for row in rows], np.uint8),
        "contents": np.frombuffer(digests, np.uint8).reshape(len(rows), hashlib.sha256().digest_size),
    }


def _keys(resolution: Resolution) -> Iterator[str]:
    """The question key of each row: nearly all of them are known already, in the rows' order."""
    known = iter(resolution.by_key.items())
    key, first = next(known, ("", None))
    for row in resolution.rows:
        if row is first:
            yield key
            key, first = next(known, ("", None))
        else:
            yield question_key(row.question)


def _bytes(ids: Sequence[UUID]) -> Column:
    return np.frombuffer(b"".join([id_.bytes for id_ in ids]), np.uint8).reshape(len(ids), 16)


_DIGITS = np.frombuffer(b"".join(b"%02x" % byte for byte in range(256)), np.uint8).reshape(256, 2)


def _hex(values: Column) -> Column:
    return _DIGITS[values].reshape(len(values), values.shape[1] * 2)


def _plain_rows(place: Place, ids: Column, contents: Column) -> Iterator[Buffer]:
    """Q&As without anything to remark on, as orjson writes them, with commas between."""
    empty = orjson.dumps(
        (UUID(int=0), RowKind.QA, 0, place.model_id, place.origin, place.distance, "0" * 64, False, [])
    )
    # ["xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx","qa", ... ,"<64 digits>",false,[]]
    at_content = empty.index(b'"' + b"0" * 64) + 1
    rows = np.empty((min(len(ids), _ROWS_AT_ONCE), len(empty) + 1), np.uint8)
    rows[:] = np.frombuffer(empty + b",", np.uint8)
    for start in range(0, len(ids), _ROWS_AT_ONCE):
        hex_ids = _hex(ids[start : start + _ROWS_AT_ONCE])
        some = rows[: len(hex_ids)]
        for begin, end, at in ((0, 8, 2), (8, 12, 11), (12, 16, 16), (16, 20, 21), (20, 32, 26)):
            some[:, at : at + end - begin] = hex_ids[:, begin:end]
        some[:, at_content : at_content + 64] = _hex(contents[start : start + _ROWS_AT_ONCE])
        yield some.reshape(-1).data[:-1]
