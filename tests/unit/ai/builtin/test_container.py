"""The index file: what is written is read, and damage is noticed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from erpai_desktop.ai.builtin import container
from erpai_desktop.ai.builtin.container import Container, write_container
from erpai_desktop.ai.builtin.engine import BuiltinEngine
from erpai_desktop.ai.builtin.index import Index
from erpai_desktop.ai.builtin.quantize import Any_
from erpai_desktop.errors import EngineError
from tests.unit.ai.builtin.conftest import Built

ARRAYS: dict[str, Any_] = {
    "b": np.arange(12, dtype=np.float32).reshape(3, 4),
    "a": np.array([-1, 2], np.int8),
    "none": np.empty((0, 5), np.uint64),
}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    sha256, size = write_container(tmp_path / "x", meta={"k": ["ж", 1.5]}, arrays=ARRAYS)
    assert size == (tmp_path / "x").stat().st_size
    opened = Container(tmp_path / "x", expected_sha256=sha256)
    assert opened.meta == {"k": ["ж", 1.5]}
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(opened.arrays[name], array)
        assert opened.arrays[name].dtype == array.dtype
    assert not opened.arrays["b"].flags.writeable
    opened.close()


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    write_container(tmp_path / "x", meta={"p": 1, "q": 2}, arrays=ARRAYS)
    write_container(tmp_path / "y", meta={"q": 2, "p": 1}, arrays={name: ARRAYS[name] for name in reversed(ARRAYS)})
    assert (tmp_path / "x").read_bytes() == (tmp_path / "y").read_bytes()


def test_objects_are_never_stored(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unsupported type"):
        write_container(tmp_path / "x", meta=None, arrays={"o": np.array([object()])})


@pytest.mark.parametrize("keep", [0, 7, 39, 60, 300, -1])
def test_a_cut_file_is_refused(small: Built, tmp_path: Path, keep: int) -> None:
    (tmp_path / "cut").write_bytes(small.path.read_bytes()[:keep])
    with pytest.raises(EngineError):
        BuiltinEngine.open(tmp_path / "cut")


def test_every_changed_byte_that_is_read_is_noticed(small: Built, tmp_path: Path) -> None:
    good = small.path.read_bytes()
    opened = Container(small.path)
    stored = sum(array.nbytes for array in opened.arrays.values())
    opened.close()
    noticed = 0
    places = range(0, len(good), 97)
    for place in places:
        damaged = bytearray(good)
        damaged[place] ^= 0x40
        (tmp_path / "bad").write_bytes(damaged)
        try:
            BuiltinEngine.open(tmp_path / "bad").close()
        except EngineError:
            noticed += 1
    padding = len(good) - stored
    assert noticed >= len(places) - padding // 97 - 8, "only padding between arrays may change unnoticed"


def test_a_missing_file_and_another_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError):
        BuiltinEngine.open(tmp_path / "nothing")
    (tmp_path / "other").write_bytes(b"PK\x03\x04" + bytes(500))
    with pytest.raises(EngineError, match="not an index"):
        BuiltinEngine.open(tmp_path / "other")


def test_another_format_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "INDEX_FORMAT", 99)
    write_container(tmp_path / "x", meta={}, arrays={})
    monkeypatch.undo()
    with pytest.raises(EngineError, match="format 99"):
        Container(tmp_path / "x")


@pytest.mark.parametrize(
    ("name", "value"),
    [("word_ids", 10**6), ("row_answers", -1), ("row_spoken", 10**6), ("row_sections", 99), ("word_starts", 10**9)],
)
def test_numbers_that_point_outside_are_refused(small: Built, tmp_path: Path, name: str, value: int) -> None:
    """A crafted file has right checksums; sparse products would read outside of memory."""
    opened = Container(small.path)
    arrays = dict(opened.arrays)
    arrays[name] = arrays[name].copy()
    arrays[name][-1] = value
    write_container(tmp_path / "crafted", meta=opened.meta, arrays=arrays)
    crafted = Container(tmp_path / "crafted")
    with pytest.raises(EngineError, match="contradicts"):
        Index.read(crafted)
