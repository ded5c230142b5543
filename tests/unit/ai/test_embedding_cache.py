"""The embedding cache: keeps vectors, and never stands in the way."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from erpai_desktop.ai.embedding_cache import EmbeddingCache

KEYS = [i.to_bytes(2) * 8 for i in range(1200)]


def test_vectors_are_kept_by_embedder_and_text(tmp_path: Path) -> None:
    with EmbeddingCache(tmp_path / "new" / "cache") as cache:
        cache.put("a", {key: key[:4] for key in KEYS})
        cache.put("b", {KEYS[0]: b"other"})
    with EmbeddingCache(tmp_path / "new" / "cache") as cache:
        assert cache.get("a", KEYS) == {key: key[:4] for key in KEYS}
        assert cache.get("b", KEYS) == {KEYS[0]: b"other"}
        assert cache.get("c", KEYS) == {}


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\x00" + bytes(5000)])
def test_a_damaged_file_is_replaced(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "cache"
    path.write_bytes(content)
    with EmbeddingCache(path) as cache:
        cache.put("a", {KEYS[0]: b"x"})
        assert cache.get("a", KEYS[:1]) == {KEYS[0]: b"x"}


def test_damage_inside_costs_the_cache_only(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    with EmbeddingCache(path) as cache:
        cache.put("a", {key: bytes(400) for key in KEYS})
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with EmbeddingCache(path) as cache:
        assert cache.get("a", KEYS) == {}
        cache.put("a", {KEYS[0]: b"x"})
    with EmbeddingCache(path) as cache:
        cache.put("a", {KEYS[0]: b"x"})
        assert cache.get("a", KEYS) == {KEYS[0]: b"x"}


def test_a_folder_in_its_place_is_done_without(tmp_path: Path) -> None:
    with EmbeddingCache(tmp_path) as cache:
        cache.put("a", {KEYS[0]: b"x"})
        assert cache.get("a", KEYS) == {}


def test_another_programs_database_is_not_written_to(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE vector (x)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with EmbeddingCache(path) as cache:
        cache.put("a", {KEYS[0]: b"x"})
        assert cache.get("a", KEYS[:1]) == {}
    assert path.read_bytes() == before


def test_a_file_that_grew_too_large_starts_anew(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    with EmbeddingCache(path) as cache:
        cache.put("a", {key: bytes(400) for key in KEYS})
    with EmbeddingCache(path, max_bytes=10_000) as cache:
        assert cache.get("a", KEYS) == {}


def test_several_processes_that_open_a_new_file_at_once_all_keep_what_they_write(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from erpai_desktop.ai.embedding_cache import EmbeddingCache\n"
        "n = int(sys.argv[1])\n"
        "for path in sys.stdin:\n"
        "    with EmbeddingCache(pathlib.Path(path.strip())) as cache:\n"
        "        for i in range(5): cache.put('a', {bytes([n, i]) * 8: bytes([i])})\n"
        "    print('kept', flush=True)\n"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", code, str(n)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(4)
    ]
    try:
        for turn in range(20):
            path = tmp_path / str(turn)
            for process in running:
                assert process.stdin is not None
                process.stdin.write(f"{path}\n")
                process.stdin.flush()
            for process in running:
                assert process.stdout is not None
                assert process.stdout.readline() == "kept\n"
            with EmbeddingCache(path) as cache:
                assert len(cache.get("a", [bytes([n, i]) * 8 for n in range(4) for i in range(5)])) == 20
    finally:
        for process in running:
            process.communicate()
    assert [process.returncode for process in running] == [0] * 4


def test_a_file_that_somebody_writes_to_for_a_moment_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    with EmbeddingCache(path) as cache:
        cache.put("a", {KEYS[0]: b"x"})
    writer = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    writer.execute("PRAGMA journal_mode = DELETE")  # SQLite does not wait when it is changed back during a write.
    writer.execute("BEGIN IMMEDIATE")
    letting_go = threading.Timer(0.2, writer.rollback)
    letting_go.start()
    with EmbeddingCache(path) as cache:
        assert cache.get("a", KEYS[:1]) == {KEYS[0]: b"x"}
    letting_go.join()
    writer.close()
