"""Stale saves: whether what somebody else has saved meanwhile touches what this person is saving."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import select

from erpai_desktop.errors import ConflictError
from erpai_desktop.models.entities import Change
from erpai_desktop.models.entities.base import Row
from erpai_desktop.storage.unit_of_work import UnitOfWork

_NO_NAMES: Mapping[str, str] = MappingProxyType({})


def check_version(
    work: UnitOfWork,
    row: Row,
    expected: int | None,
    mine: Mapping[str, object],
    *,
    together: frozenset[str] = frozenset(),
    columns: Mapping[str, str] = _NO_NAMES,
) -> None:
    """Raises ConflictError when fields that are being saved have changed since version `expected` was shown.

    None skips the check. Fields of `together` belong to one another, as a question and its answer do: a change of
    one makes a save of another stale, and the error shows both. A change of other fields (somebody moved the
    row, or switched it off) loses nothing, and the save goes through. `columns` maps names of arguments, which
    the error uses, to those of columns where they differ.
    """
    if expected is None or row.object_version == expected:
        return
    fields = set(mine)
    if fields & together:
        fields |= together
    theirs = {field: getattr(row, columns.get(field, field)) for field in fields}
    before = _before(work, row, row.object_version - expected)
    shown = {field: before[columns.get(field, field)] for field in fields if columns.get(field, field) in before}
    if before and not shown:
        return
    # A companion that was not edited here is, to this person, still what it was when it was shown.
    mine = {field: shown[field] for field in fields if field in shown and field not in mine} | dict(mine)
    theirs = {field: value for field, value in theirs.items() if field in mine}
    if theirs == mine:
        return
    raise ConflictError(
        "Somebody else changed this while you were editing it.",
        theirs=theirs,
        mine=mine,
        current_version=row.object_version,
    )


def _before(work: UnitOfWork, row: Row, versions: int) -> dict[str, object]:
    """Fields changed in the last so many versions, each with the value it had before them.

    An action adds one Change and one version or more, so as many Changes as versions reach back far enough,
    never too short. Empty when the history does not tell.
    """
    if versions < 1:
        return {}
    changes = work.session.execute(
        select(Change.before, Change.after).where(Change.row_id == row.id).order_by(Change.seq.desc()).limit(versions)
    )
    before: dict[str, object] = {}
    for old, new in changes:
        before |= old or new or {}
    return before
