"""Freeing stored files: only what nothing refers to, and never what somebody stores again meanwhile."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from erpai_desktop.models.entities import Blob, BlobPart, Compilation, CompilationAsset, Model
from erpai_desktop.models.new_id import new_id
from erpai_desktop.storage import blob_freeing
from erpai_desktop.storage.blob_freeing import free_blobs
from erpai_desktop.storage.blobs import PART_SIZE, fetch_blob, store_blob
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork

PARTS = 19


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "index"
    path.write_bytes(b"".join(bytes([n]) * PART_SIZE for n in range(PARTS)))
    return path


def parts(database: Database) -> int:
    return database.read(lambda session: session.scalar(select(func.count()).select_from(BlobPart)) or 0)


def age(database: Database, sha256: str, days: int) -> None:
    def make_old(work: UnitOfWork) -> None:
        earlier = work.now - timedelta(days=days)
        work.session.execute(update(Blob).where(Blob.sha256 == sha256).values(created_utc=earlier))

    database.write(make_old)


def test_frees_a_file_in_short_transactions(database: Database, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = store_blob(database, file)
    steps: list[int] = []
    free_some = blob_freeing._free_some

    def counting(work: UnitOfWork, **what: object) -> int:
        steps.append(free_some(work, **what))  # type: ignore[arg-type] # passed on as they came
        return steps[-1]

    monkeypatch.setattr(blob_freeing, "_free_some", counting)
    assert free_blobs(database, [sha256, sha256, "0" * 64], young_too=True) == 1
    assert parts(database) == 0 and max(steps) <= 8 and len(steps) == 4
    assert database.read(lambda session: session.get(Blob, sha256)) is None


def test_what_something_refers_to_stays(database: Database, file: Path, tmp_path: Path) -> None:
    sha256 = store_blob(database, file)

    def refer(work: UnitOfWork) -> None:
        model = Model(id=new_id(), name={"en": "Shop"})
        compilation = Compilation(id=new_id(), model_id=model.id, number=1)
        work.session.add(model)
        work.session.flush()
        work.session.add(compilation)
        work.session.flush()
        work.session.add(CompilationAsset(compilation_id=compilation.id, asset_key="index", blob_sha256=sha256))
        work.finish()

    database.write(refer)
    age(database, sha256, 3)
    assert free_blobs(database, [sha256], young_too=True) == 0
    assert fetch_blob(database, sha256, tmp_path / "copies").read_bytes() == file.read_bytes()


def test_a_young_one_may_be_about_to_be_named(database: Database, file: Path) -> None:
    sha256 = store_blob(database, file)
    assert free_blobs(database, [sha256], young_too=False) == 0
    age(database, sha256, 2)
    assert free_blobs(database, [sha256], young_too=False) == 1


def test_one_that_is_stored_again_meanwhile_is_whole(
    database: Database, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha256 = store_blob(database, file)
    age(database, sha256, 2)
    free_some = blob_freeing._free_some
    stored: list[str] = []

    def and_then_somebody_builds(work: UnitOfWork, **what: object) -> int:
        return free_some(work, **what)  # type: ignore[arg-type] # passed on as they came

    write = database.write

    def between(service: object, /, **what: object) -> object:
        result: object = write(service, **what)  # type: ignore[arg-type] # passed on as they came
        if service is and_then_somebody_builds and not stored:
            monkeypatch.undo()
            stored.append(store_blob(database, file))
        return result

    monkeypatch.setattr(blob_freeing, "_free_some", and_then_somebody_builds)
    monkeypatch.setattr(database, "write", between)
    assert free_blobs(database, [sha256], young_too=True) == 0
    assert stored == [sha256]
    assert fetch_blob(database, sha256, tmp_path / "copies").read_bytes() == file.read_bytes()
