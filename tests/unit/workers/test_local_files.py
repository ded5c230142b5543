"""Local copies of indexes and folders of builds: used again, and not kept for ever."""

from __future__ import annotations

import os
import time
from pathlib import Path

from erpai_desktop.services.compilations_reading import active_version
from erpai_desktop.workers import local_indexes
from erpai_desktop.workers.local_indexes import KEPT, LocalIndexes
from erpai_desktop.workers.staging import make_staging, remove_staging
from tests.unit.workers.conftest import Shop

_OLD = time.time() - 3 * 24 * 3600


def aged(path: Path, seconds: float = 0) -> Path:
    os.utime(path, (_OLD + seconds, _OLD + seconds))
    return path


def test_a_copy_is_read_through_only_once(compiled_shop: Shop) -> None:
    sha256 = compiled_shop.database.read(active_version, model_id=compiled_shop.model_id).index_sha256
    indexes = LocalIndexes(compiled_shop.cache / "indexes")
    path = indexes.get(compiled_shop.database, sha256)
    whole = path.read_bytes()
    aged(path)
    path.write_bytes(whole + b"!")
    assert indexes.get(compiled_shop.database, sha256).read_bytes() == whole + b"!"
    assert path.stat().st_mtime > _OLD
    assert LocalIndexes(indexes.folder).get(compiled_shop.database, sha256).read_bytes() == whole
    path.unlink()
    assert indexes.get(compiled_shop.database, sha256).read_bytes() == whole


async def test_what_was_just_built_is_not_fetched(shop: Shop) -> None:
    await shop.compile()
    sha256 = shop.database.read(active_version, model_id=shop.model_id).index_sha256
    assert [path.name for path in (shop.cache / "indexes").iterdir()] == [sha256]


def test_the_copies_used_last_are_kept_and_those_of_today(tmp_path: Path) -> None:
    indexes = LocalIndexes(tmp_path / "indexes")
    indexes.folder.mkdir()
    for number in range(KEPT + 3):
        (indexes.folder / f"{number:02}").write_bytes(b"x")
        aged(indexes.folder / f"{number:02}", seconds=number)
    os.utime(indexes.folder / "00")
    new = tmp_path / "new"
    new.write_bytes(b"new")
    indexes.adopt(new, "f" * 64)
    left = sorted(path.name for path in indexes.folder.iterdir())
    assert "00" in left and "f" * 64 in left and not new.exists()
    assert len(left) == local_indexes.KEPT
    assert {"01", "02", "03"}.isdisjoint(left) and f"{KEPT + 2:02}" in left


def test_folders_of_killed_builds_go_after_a_day(tmp_path: Path) -> None:
    left, recent = make_staging(tmp_path), make_staging(tmp_path)
    (left / "index").write_bytes(b"half")
    aged(left)
    mine = make_staging(tmp_path)
    assert not left.exists() and recent.exists() and mine.exists()
    remove_staging(mine)
    remove_staging(mine)
    assert not mine.exists()
