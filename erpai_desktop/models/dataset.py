"""The identity of a dataset: hashes of its rows and of all that goes into a build, and its manifest.

Formats, version 1. A row's content hash is SHA-256 over the lengths of its texts in characters (decimal, with spaces
between), then each text after a line feed, as UTF-8 with lone surrogates passed through: no two rows can run into each
other. The input hash is SHA-256 over a JSON head with sorted keys, the sorted records of the training rows, and those
of the validation rows; a record is a fixed number of bytes. So it depends neither on the order of rows nor on the
machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from erpai_desktop.models.enums import RowKind, Target
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.resolved import Counts, Resolution, ResolvedRow, Shadowed, ValidationRow

DATASET_FORMAT = 1
_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """What is written down of one row used in a build. `shadows` holds (row id, kind, turn, reason) of each."""

    row_id: str
    kind: str
    turn: int
    model_id: str
    origin: str
    distance: int
    content_hash: str
    conflicted: bool
    shadows: tuple[tuple[str, str, int, str], ...]


def content_hash(row: ResolvedRow) -> str:
    """SHA-256 of a row's question, answer and section, in hex."""
    return text_hash(row.question, row.answer, row.section)


def text_hash(question: str, answer: str, section: str) -> str:
    """The content hash of a row that says this."""
    return content_digest(question, answer, section).hex()


def records_of(rows: Iterable[ResolvedRow]) -> bytes:
    """Training rows as what goes into the input hash: records of RECORD_SIZE bytes, sorted, one after another."""
    # A record starts with the row's id, so that no two are equal and sorting is settled in its first bytes.
    taught = sorted(
        row.row_id.bytes
        + row.model_id.bytes
        + row.turn.to_bytes(4, "little")
        + RECORD_FLAGS[row.kind, row.conflicted]
        + content_digest(row.question, row.answer, row.section)
        for row in rows
    )
    return b"".join(taught)


def input_hash(
    *,
    taught: bytes,
    validation: Iterable[ValidationRow],
    instructions: str,
    target: Target,
    base_model: str,
    engine: str,
    embedder: str,
    settings: Mapping[str, Any],
) -> str:
    """SHA-256, in hex, of everything that decides what a build makes; `taught` are `records_of` the training rows.

    Equal hashes mean that building again would make the same; a different one, that the last build is stale. Where
    a row's model stands in the tree is left out, for it changes nothing that is said. `settings` must be
    JSON-able (TypeError).
    """
    head = {
        "format": DATASET_FORMAT,
        "texts": content_digest(instructions, base_model).hex(),
        "target": str(target),
        "engine": engine,
        "embedder": embedder,
        "settings": settings,
    }
    tests = sorted(
        row.row_id.bytes
        + row.model_id.bytes
        + (b"\1" if row.expects_refusal else b"\0")
        + content_digest(row.question, row.answer, row.section)
        + content_digest(*sorted(row.required_terms))
        + content_digest(*sorted(row.forbidden_terms))
        for row in validation
    )
    encoded = orjson.dumps(head, option=_OPTIONS)
    digest = hashlib.sha256()
    digest.update(b"%d %d %d\n" % (len(encoded), len(taught) // RECORD_SIZE, len(tests)))
    digest.update(encoded)
    digest.update(taught)
    digest.update(b"".join(tests))
    return digest.hexdigest()


def manifest_rows(rows: Iterable[ResolvedRow]) -> list[ManifestRow]:
    """The manifest's rows, in the order of the rows."""
    return [
        ManifestRow(
            row_id=str(row.row_id),
            kind=row.kind.value,
            turn=row.turn,
            model_id=str(row.model_id),
            origin=row.origin.value,
            distance=row.distance,
            content_hash=content_hash(row),
            conflicted=row.conflicted,
            shadows=tuple(
                (str(shadow.row_id), shadow.kind.value, shadow.turn, shadow.reason.value) for shadow in row.shadows
            ),
        )
        for row in rows
    ]


def manifest_json(resolution: Resolution) -> bytes:
    """The manifest as JSON: format, counts and rows; a row is an array in the order of `row_fields`."""
    rows = orjson.dumps(
        [
            (
                row.row_id,
                row.kind,
                row.turn,
                row.model_id,
                row.origin,
                row.distance,
                content_hash(row),
                row.conflicted,
                shadow_entries(row.shadows),
            )
            for row in resolution.rows
        ]
    )
    return manifest_around(rows, model_id=resolution.model_id, counts=resolution.counts)


def shadow_entries(shadows: Iterable[Shadowed]) -> list[tuple[UUID, RowKind, int, str]]:
    """The last field of a manifest's row."""
    return [(shadow.row_id, shadow.kind, shadow.turn, shadow.reason) for shadow in shadows]


def manifest_around(rows: bytes, *, model_id: ModelId, counts: Counts) -> bytes:
    """A manifest of rows that are JSON already."""
    head = orjson.dumps(
        {
            "format": DATASET_FORMAT,
            "model_id": str(model_id),
            "counts": {
                "own": counts.own,
                "inherited": {str(model_id): count for model_id, count in counts.inherited.items()},
                "aggregated": {str(model_id): count for model_id, count in counts.aggregated.items()},
                "conflicted": counts.conflicted,
                "overridden": counts.overridden,
                "duplicates": counts.duplicates,
                "validation": counts.validation,
            },
            "row_fields": list(_ROW_FIELDS),
        }
    )
    return head[:-1] + b',"rows":' + rows + b"}"


def read_manifest(data: bytes) -> list[ManifestRow]:
    """The rows of a manifest. Raises ValueError when it is damaged or of another format."""
    manifest = orjson.loads(data)
    if not isinstance(manifest, dict) or manifest.get("format") != DATASET_FORMAT:
        raise ValueError("not a manifest of this format")
    if manifest.get("row_fields") != list(_ROW_FIELDS):
        raise ValueError("the manifest has other fields")
    try:
        return [
            ManifestRow(**{**dict(zip(_ROW_FIELDS, values, strict=True)), "shadows": _shadows(values[-1])})
            for values in manifest["rows"]
        ]
    except (LookupError, TypeError, ValueError) as error:
        raise ValueError("the manifest is damaged") from error


_ROW_FIELDS: Sequence[str] = tuple(ManifestRow.__dataclass_fields__)
RECORD_SIZE = 70
"""Bytes of a training row's record: its id, its model's, its turn, kind and conflict, and its content's digest."""
RECORD_FLAGS = {
    (kind, conflicted): bytes((number, conflicted))
    for number, kind in enumerate((RowKind.QA, RowKind.CONVERSATION))
    for conflicted in (False, True)
}


def _shadows(entries: Iterable[Sequence[Any]]) -> tuple[tuple[str, str, int, str], ...]:
    return tuple((row_id, kind, turn, reason) for row_id, kind, turn, reason in entries)


def content_digest(*texts: str) -> bytes:
    """The digest of a row's question, answer and section."""
    lengths = " ".join([str(len(text)) for text in texts])
    return hashlib.sha256("\n".join((lengths, *texts)).encode("utf-8", "surrogatepass")).digest()
