"""Large immutable files in the database, by their SHA-256, in parts of 1 MiB, a few of them a short transaction."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Insert, delete, exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from erpai_desktop.errors import CorruptWorkspaceError, NotFoundError, ServiceError
from erpai_desktop.models.entities import Blob, BlobPart, CompilationAsset
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork

PART_SIZE = 1024 * 1024
_PARTS_AT_ONCE = 4
"""What one transaction stores: each waits for the disk once, and others write in between."""
ABANDONED_AFTER = timedelta(days=1)
"""How long a blob may stand without anything that refers to it: nobody needs a day from storing it to naming it."""


def store_blob(database: Database, path: Path, sha256: str | None = None) -> str:
    """Store a file, unless it is there already, and answer its SHA-256 in hexadecimal.

    `sha256` is given where it is known already; it is checked while the file is stored. Resumable: parts that an
    interrupted attempt has stored are not stored again. The file must not change meanwhile. Raises OSError when it
    cannot be read, ServiceError when it did change.
    """
    sha256 = sha256 or file_sha256(path)
    size = path.stat().st_size
    stored = database.write(_begin, sha256=sha256, size=size)
    if stored is None:
        return sha256
    digest = hashlib.sha256()
    with path.open("rb") as file:
        part_no = 0
        while parts := [data for _ in range(_PARTS_AT_ONCE) if (data := file.read(PART_SIZE))]:
            for data in parts:
                digest.update(data)
            new = {number: data for number, data in enumerate(parts, part_no) if number not in stored}
            if new:
                database.write(_store_parts, sha256=sha256, parts=new)
            part_no += len(parts)
    if digest.hexdigest() != sha256:
        database.write(_forget, sha256=sha256)
        raise ServiceError(f"{path.name} changed while it was being stored.", safe="Nothing refers to it.")
    database.write(_complete, sha256=sha256)
    return sha256


def fetch_blob(database: Database, sha256: str, into: Path) -> Path:
    """A local copy named by its hash in the folder `into`, verified, for mapping into memory.

    A good copy that is there already is used. Raises NotFoundError for an unknown or incomplete blob,
    CorruptWorkspaceError when what is stored does not have this hash.
    """
    target = into / sha256
    with contextlib.suppress(FileNotFoundError):  # Another program may be throwing it away, long unused as it is.
        if target.is_file() and file_sha256(target) == sha256:
            return target
    parts = database.read(_number_of_parts, sha256=sha256)
    into.mkdir(parents=True, exist_ok=True)
    descriptor, growing = tempfile.mkstemp(dir=into, prefix=f".{sha256[:16]}-")
    try:
        digest = hashlib.sha256()
        with os.fdopen(descriptor, "wb") as file:
            for part_no in range(parts):
                data = database.read(_part, sha256=sha256, part_no=part_no)
                digest.update(data)
                file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if digest.hexdigest() != sha256:
            raise _damaged(sha256)
        # In one step: whoever maps the old copy keeps it, nobody ever sees half a file.
        Path(growing).replace(target)
    finally:
        Path(growing).unlink(missing_ok=True)
    return target


def read_blob(session: Session, sha256: str) -> bytes:
    """The whole of a small blob (a manifest, an evaluation). Raises NotFoundError when it is unknown or incomplete."""
    if session.scalar(select(Blob.complete_utc).where(Blob.sha256 == sha256)) is None:
        raise NotFoundError("A stored part of this version is missing.", advice="Compile again.")
    return b"".join(session.scalars(select(BlobPart.data).where(BlobPart.sha256 == sha256).order_by(BlobPart.part_no)))


def remove_abandoned(work: UnitOfWork, *, before: datetime | None = None) -> int:
    """Remove blobs that nothing refers to, whole or half, begun before a moment (a day ago). Answers how many."""
    abandoned = (
        select(Blob.sha256)
        .where(
            Blob.created_utc < (before or work.now - ABANDONED_AFTER),
            ~exists().where(CompilationAsset.blob_sha256 == Blob.sha256),
        )
        .scalar_subquery()
    )
    hashes = work.session.scalars(select(Blob.sha256).where(Blob.sha256.in_(abandoned))).all()
    for sha256 in hashes:
        work.session.execute(delete(BlobPart).where(BlobPart.sha256 == sha256))
        work.session.execute(delete(Blob).where(Blob.sha256 == sha256))
    return len(hashes)


def damaged_blobs(session: Session) -> tuple[str, ...]:
    """Hashes of complete blobs whose stored bytes have another one."""
    damaged = []
    for sha256, size in session.execute(
        select(Blob.sha256, Blob.size).where(Blob.complete_utc.is_not(None)).order_by(Blob.sha256)
    ).all():
        digest = hashlib.sha256()
        for part_no in range(_parts_of(size)):
            digest.update(
                session.scalar(select(BlobPart.data).where(BlobPart.sha256 == sha256, BlobPart.part_no == part_no))
                or b""
            )
        if digest.hexdigest() != sha256:
            damaged.append(sha256)
    return tuple(damaged)


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- each one transaction -----------------------------------------------------------------------------------------


def _begin(work: UnitOfWork, *, sha256: str, size: int) -> frozenset[int] | None:
    """The parts already stored; None when the blob is complete."""
    work.session.execute(_insert(work, Blob).values(sha256=sha256, size=size, created_utc=work.now))
    # Also when it was there: a blob about to be used again must not be taken for an abandoned one.
    work.session.execute(update(Blob).where(Blob.sha256 == sha256).values(created_utc=work.now))
    if work.session.scalar(select(Blob.complete_utc).where(Blob.sha256 == sha256)) is not None:
        return None
    return frozenset(work.session.scalars(select(BlobPart.part_no).where(BlobPart.sha256 == sha256)))


def _store_parts(work: UnitOfWork, *, sha256: str, parts: Mapping[int, bytes]) -> None:
    for part_no, data in parts.items():
        work.session.execute(_insert(work, BlobPart).values(sha256=sha256, part_no=part_no, data=data))


def _complete(work: UnitOfWork, *, sha256: str) -> None:
    size = work.session.scalar(select(Blob.size).where(Blob.sha256 == sha256))
    stored = work.session.scalar(select(func.sum(func.length(BlobPart.data))).where(BlobPart.sha256 == sha256)) or 0
    if size is None or stored != size:
        raise ServiceError("A part of the file was removed while it was being stored.", advice="Try again.")
    work.session.execute(update(Blob).where(Blob.sha256 == sha256).values(complete_utc=work.now))


def _forget(work: UnitOfWork, *, sha256: str) -> None:
    work.session.execute(delete(BlobPart).where(BlobPart.sha256 == sha256))
    work.session.execute(delete(Blob).where(Blob.sha256 == sha256, Blob.complete_utc.is_(None)))


def _number_of_parts(session: Session, *, sha256: str) -> int:
    size = session.scalar(select(Blob.size).where(Blob.sha256 == sha256, Blob.complete_utc.is_not(None)))
    if size is None:
        raise NotFoundError(
            "A file of this version is not in the workspace.", safe="Nothing was changed.", advice="Compile it again."
        )
    return _parts_of(size)


def _part(session: Session, *, sha256: str, part_no: int) -> bytes:
    data = session.scalar(select(BlobPart.data).where(BlobPart.sha256 == sha256, BlobPart.part_no == part_no))
    if data is None:
        raise _damaged(sha256)
    return data


def _parts_of(size: int) -> int:
    return -(-size // PART_SIZE)


def _insert(work: UnitOfWork, table: type[Blob | BlobPart]) -> Insert:
    """An insert that leaves a row be that another process has stored at the same time."""
    if work.session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def _damaged(sha256: str) -> CorruptWorkspaceError:
    return CorruptWorkspaceError(
        f"The stored file {sha256[:12]}… is damaged.",
        safe="The workspace was left as it is.",
        advice="Compile the version again, or restore a backup.",
    )
