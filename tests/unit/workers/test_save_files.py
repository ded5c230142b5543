"""A version's files saved where a person wants them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from erpai_desktop.errors import UserError
from erpai_desktop.models.asset_keys import DATASET
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.services import tree
from erpai_desktop.storage.database import Database
from erpai_desktop.workers.save_files import Saved, save_files
from tests.direct_job import DirectJob
from tests.trained import add_arbiter, begin_prepared


@pytest.fixture
def version(empty: Database, tmp_path: Path) -> Iterator[CompilationId]:
    model_id = add_arbiter(empty, rows=1)
    empty.write(tree.update_model, model_id=model_id, object_version=None, names={"en": "Support / \u202eHR: <b>"})
    yield begin_prepared(empty, model_id, tmp_path)


async def _save(database: Database, version: CompilationId, folder: Path, **more: bool) -> Saved:
    return await save_files(DirectJob(database), compilation_id=version, folder=folder, **more)


async def test_all_files_under_plain_names(empty: Database, version: CompilationId, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    saved = await _save(empty, version, folder)
    assert saved.names == ("training.jsonl", "validation.jsonl", "findings.json", "summary.json")
    assert sorted(path.name for path in folder.iterdir()) == sorted(saved.names)
    assert (folder / "training.jsonl").read_bytes() == (tmp_path / DATASET).read_bytes()
    assert orjson.loads((folder / "summary.json").read_bytes())["examples"] == 12
    assert str(folder) in saved.sentence()


async def test_nothing_is_overwritten(empty: Database, version: CompilationId, tmp_path: Path) -> None:
    await _save(empty, version, tmp_path / "out")
    (tmp_path / "out" / "training.jsonl").write_text("mine")
    with pytest.raises(UserError, match="already has"):
        await _save(empty, version, tmp_path / "out")
    assert (tmp_path / "out" / "training.jsonl").read_text() == "mine"


async def test_a_folder_named_after_the_version(empty: Database, version: CompilationId, tmp_path: Path) -> None:
    saved = await _save(empty, version, tmp_path, in_own_folder=True)
    assert saved.folder == tmp_path / "Support HR b v1"


async def test_a_place_that_cannot_be_written_says_so(empty: Database, version: CompilationId, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="could not be written"):
        await _save(empty, version, tmp_path / "file" / "folder")
