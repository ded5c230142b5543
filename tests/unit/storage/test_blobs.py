"""Stored files: whole or not there, resumable, verified when fetched, cleared away when nothing refers to them."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from erpai_desktop.errors import CorruptWorkspaceError, NotFoundError, ServiceError
from erpai_desktop.models.entities import Blob, BlobPart, Compilation, CompilationAsset, Model
from erpai_desktop.models.new_id import new_id
from erpai_desktop.storage import blobs
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork

LATER = timedelta(days=2)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file of two parts and a bit."""
    path = tmp_path / "index.bin"
    path.write_bytes(random.Random(7).randbytes(2 * blobs.PART_SIZE + 12_345))
    return path


def _parts(database: Database) -> int:
    return database.read(lambda session: session.scalar(select(func.count()).select_from(BlobPart))) or 0


@pytest.mark.parametrize("size", [0, 1, blobs.PART_SIZE - 1, blobs.PART_SIZE, blobs.PART_SIZE + 1])
def test_a_file_goes_in_and_out(database: Database, tmp_path: Path, size: int) -> None:
    source = tmp_path / "source"
    source.write_bytes(random.Random(size).randbytes(size))
    sha256 = blobs.store_blob(database, source)
    assert sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
    assert _parts(database) == -(-size // blobs.PART_SIZE)
    copy = blobs.fetch_blob(database, sha256, tmp_path / "cache")
    assert copy.read_bytes() == source.read_bytes()
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [sha256]


def test_the_same_file_is_stored_once(database: Database, source: Path) -> None:
    assert blobs.store_blob(database, source) == blobs.store_blob(database, source)
    assert _parts(database) == 3


def test_an_interrupted_storing_is_resumed(
    database: Database, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "_PARTS_AT_ONCE", 2)
    real = blobs._store_parts
    stored: list[int] = []

    def failing(work: UnitOfWork, *, sha256: str, parts: Mapping[int, bytes]) -> None:
        if len(stored) == 2:
            raise KeyboardInterrupt
        stored.extend(parts)
        real(work, sha256=sha256, parts=parts)

    monkeypatch.setattr(blobs, "_store_parts", failing)
    with pytest.raises(KeyboardInterrupt):
        blobs.store_blob(database, source)
    sha256 = blobs.file_sha256(source)
    with pytest.raises(NotFoundError):
        blobs.fetch_blob(database, sha256, tmp_path / "cache")
    stored.clear()
    assert blobs.store_blob(database, source) == sha256
    assert stored == [2]
    assert blobs.fetch_blob(database, sha256, tmp_path / "cache").read_bytes() == source.read_bytes()


def test_a_file_that_changes_meanwhile_is_not_stored(
    database: Database, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = blobs._begin

    def begin(work: UnitOfWork, *, sha256: str, size: int) -> frozenset[int] | None:
        source.write_bytes(b"other")
        return real(work, sha256=sha256, size=size)

    monkeypatch.setattr(blobs, "_begin", begin)
    with pytest.raises(ServiceError, match="changed"):
        blobs.store_blob(database, source)
    assert _parts(database) == 0


def test_a_damaged_copy_is_fetched_again_and_damage_inside_is_found(
    database: Database, source: Path, tmp_path: Path
) -> None:
    sha256 = blobs.store_blob(database, source)
    copy = blobs.fetch_blob(database, sha256, tmp_path / "cache")
    copy.write_bytes(b"damaged")
    assert blobs.fetch_blob(database, sha256, tmp_path / "cache").read_bytes() == source.read_bytes()
    assert database.read(blobs.damaged_blobs) == ()

    database.write(
        lambda work: work.session.execute(update(BlobPart).where(BlobPart.part_no == 1).values(data=b"damaged"))
    )
    assert database.read(blobs.damaged_blobs) == (sha256,)
    copy.unlink()
    with pytest.raises(CorruptWorkspaceError):
        blobs.fetch_blob(database, sha256, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_copy_that_another_program_throws_away_at_this_moment_is_fetched_again(
    database: Database, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = blobs.store_blob(database, source)
    copy = blobs.fetch_blob(database, sha256, tmp_path / "cache")
    hashed = blobs.file_sha256

    def thrown_away(path: Path) -> str:
        copy.unlink(missing_ok=True)
        return hashed(path)

    monkeypatch.setattr(blobs, "file_sha256", thrown_away)
    assert blobs.fetch_blob(database, sha256, tmp_path / "cache").read_bytes() == source.read_bytes()


def test_an_unknown_file_is_not_found(database: Database, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        blobs.fetch_blob(database, "0" * 64, tmp_path / "cache")


def test_only_old_files_that_nothing_refers_to_are_removed(database: Database, source: Path, tmp_path: Path) -> None:
    kept = blobs.store_blob(database, source)
    loose = tmp_path / "loose"
    loose.write_bytes(b"loose")
    blobs.store_blob(database, loose)
    database.write(lambda work: work.session.add(Blob(sha256="f" * 64, size=9_000_000)))

    def refer(work: UnitOfWork) -> None:
        model, build = new_id(), new_id()
        work.session.add(Model(id=model, name={"en": "M"}))
        work.session.flush()
        work.session.add(Compilation(id=build, model_id=model, number=1))
        work.session.flush()
        work.session.add(CompilationAsset(compilation_id=build, asset_key="index", blob_sha256=kept))

    database.write(refer)
    assert database.write(blobs.remove_abandoned) == 0, "young ones may be about to be referred to"
    removed = database.write(lambda work: blobs.remove_abandoned(work, before=work.now + LATER))
    assert removed == 2
    assert database.read(lambda session: session.scalars(select(Blob.sha256)).all()) == [kept]
    assert _parts(database) == 3


def test_storing_again_makes_a_file_young(database: Database, source: Path) -> None:
    sha256 = blobs.store_blob(database, source)
    database.write(lambda work: work.session.execute(update(Blob).values(created_utc=work.now - LATER)))
    blobs.store_blob(database, source)
    assert database.write(blobs.remove_abandoned) == 0
    assert database.read(lambda session: session.scalars(select(Blob.sha256)).all()) == [sha256]
