"""A ledger as a file on this machine, named by the index of its build. Disposable; believed only when it fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from erpai_desktop import __version__
from erpai_desktop.ai.builtin.container import Container, write_container
from erpai_desktop.errors import EngineError
from erpai_desktop.models.enums import RowKind
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.resolution import Place
from erpai_desktop.models.resolved import OriginKind, ResolvedRow, Shadowed, ShadowReason, Skipped, SkipReason
from erpai_desktop.services.catching_up import Moment
from erpai_desktop.services.ledger import COLUMNS, Ledger

FORMAT = 1
"""Raised by whoever changes what a column means, or what makes it: the rules of resolution, findings, turns, keys."""
_MOST_SPECIAL = 20_000
"""Rows kept in full; of more, reading them would take as long as is saved."""


def write_ledger(path: Path, ledger: Ledger, *, moment: Moment, index_sha256: str) -> bool:
    """Write it, unless it is not worth it. Raises OSError."""
    if len(ledger.special) > _MOST_SPECIAL:
        return False
    meta = {
        "ledger": FORMAT,
        "program": __version__,
        "index": index_sha256,
        "revision": moment.revision,
        "action": moment.action_id,
        "model": ledger.model_id,
        "places": [[place.model_id, place.origin, place.distance] for place in ledger.places],
        "parents": ledger.parents,
        "special": [[at, _row(row)] for at, row in ledger.special.items()],
        "skipped": [asdict(skip) for skip in ledger.skipped],
        "tests": ledger.tests,
    }
    write_container(path, meta=meta, arrays={name: getattr(ledger, name) for name in ("starts", *COLUMNS)})
    return True


def read_ledger(path: Path, *, model_id: ModelId, index_sha256: str) -> tuple[Ledger, Moment] | None:
    """The ledger of this model's build of this index; None where this program left none, or it is damaged."""
    try:
        container = Container(path)
    except EngineError:
        return None
    try:
        meta = container.meta
        made_by = (meta["ledger"], meta["program"], meta["index"], meta["model"])
        if made_by != (FORMAT, __version__, index_sha256, str(model_id)):
            return None
        # Copies, for the file is closed.
        arrays: dict[str, Any] = {name: container.arrays[name].copy() for name in ("starts", *COLUMNS)}
        ledger = Ledger(
            model_id=model_id,
            places=tuple(
                Place(ModelId(UUID(id_)), OriginKind(origin), distance) for id_, origin, distance in meta["places"]
            ),
            parents=tuple(ModelId(UUID(id_)) if id_ is not None else None for id_ in meta["parents"]),
            special={at: _read_row(row) for at, row in meta["special"]},
            skipped=tuple(Skipped(**_typed(skip, reason=SkipReason)) for skip in meta["skipped"]),
            tests=tuple(map(UUID, meta["tests"])),
            **arrays,
        )
        return ledger, Moment(int(meta["revision"]), UUID(meta["action"]))
    except (KeyError, TypeError, ValueError):
        return None
    finally:
        container.close()


def _row(row: ResolvedRow) -> dict[str, Any]:
    return row._asdict() | {"shadows": [asdict(shadow) for shadow in row.shadows]}


def _read_row(row: Mapping[str, Any]) -> ResolvedRow:
    shadows = tuple(Shadowed(**_typed(shadow, reason=ShadowReason)) for shadow in row["shadows"])
    return ResolvedRow(**_typed(row, origin=OriginKind) | {"shadows": shadows})


def _typed(values: Mapping[str, Any], **kinds: type) -> dict[str, Any]:
    kinds = {"row_id": UUID, "model_id": UUID, "kind": RowKind, **kinds}
    return {name: kinds[name](value) if name in kinds else value for name, value in values.items()}
