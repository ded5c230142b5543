"""Frees stored files that nothing refers to any more, a few parts a transaction, so that nobody waits for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, exists, select, update

from erpai_desktop.models.entities import Blob, BlobPart, CompilationAsset
from erpai_desktop.storage.blobs import ABANDONED_AFTER
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork

_PARTS_AT_ONCE = 8


def free_blobs(database: Database, hashes: Iterable[str], *, young_too: bool) -> int:
    """Free those of the blobs that nothing refers to; answers how many.

    A blob younger than a day may have been stored by a build that has not named it yet: it is freed only with
    `young_too`, when the caller knows that nobody is building. Otherwise it is left to the next housekeeping, as is one
    whose freeing was interrupted.
    """
    freed = 0
    for sha256 in dict.fromkeys(hashes):
        begun = database.write(_begin, sha256=sha256, young_too=young_too)
        if begun is None:
            continue
        while database.write(_free_some, sha256=sha256, begun=begun):
            pass
        freed += database.write(_end, sha256=sha256, begun=begun)
    return freed


def _begin(work: UnitOfWork, *, sha256: str, young_too: bool) -> datetime | None:
    """Take a blob out of use and answer when it was begun, by which it is known again; None when it must stay.

    From here on it counts as incomplete: whoever stores the same file meanwhile begins it anew, with another time, and
    stores every part that is gone.
    """
    blob = work.session.get(Blob, sha256)
    if blob is None or work.session.scalar(select(exists().where(CompilationAsset.blob_sha256 == sha256))):
        return None
    if not young_too and blob.created_utc >= work.now - ABANDONED_AFTER:
        return None
    work.session.execute(update(Blob).where(Blob.sha256 == sha256).values(complete_utc=None))
    return blob.created_utc


def _free_some(work: UnitOfWork, *, sha256: str, begun: datetime) -> int:
    if not _is_still_ours(work, sha256, begun):
        return 0
    parts = work.session.scalars(
        select(BlobPart.part_no).where(BlobPart.sha256 == sha256).order_by(BlobPart.part_no).limit(_PARTS_AT_ONCE)
    ).all()
    work.session.execute(delete(BlobPart).where(BlobPart.sha256 == sha256, BlobPart.part_no.in_(parts)))
    return len(parts)


def _end(work: UnitOfWork, *, sha256: str, begun: datetime) -> bool:
    if not _is_still_ours(work, sha256, begun):
        return False
    work.session.execute(delete(Blob).where(Blob.sha256 == sha256))
    return True


def _is_still_ours(work: UnitOfWork, sha256: str, begun: datetime) -> bool:
    """Whether nobody has begun to store the same file again."""
    return (
        work.session.scalar(
            select(Blob.sha256)
            .where(Blob.sha256 == sha256, Blob.created_utc == begun, Blob.complete_utc.is_(None))
            .with_for_update()
        )
        is not None
    )
