"""A local, disposable store of vectors by embedder and text, so that no text is embedded twice on one machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from erpai_desktop.ai.cache_file import KEYS_AT_ONCE, CacheFile

_SCHEMA = """
CREATE TABLE IF NOT EXISTS vector (
    embedder TEXT NOT NULL, text_hash BLOB NOT NULL, vector BLOB NOT NULL,
    PRIMARY KEY (embedder, text_hash)
) WITHOUT ROWID
"""
_APPLICATION_ID = 0x45524143  # "ERAC"


class EmbeddingCache(CacheFile):
    """Vectors as bytes, keyed by (embedder identity, hash of the text)."""

    def __init__(self, path: Path, *, max_bytes: int = 2 * 1024**3) -> None:
        super().__init__(
            path, name="embedding cache", schema=_SCHEMA, application_id=_APPLICATION_ID, max_bytes=max_bytes
        )

    def get(self, embedder: str, hashes: Sequence[bytes]) -> dict[bytes, bytes]:
        """The vectors that are known, by hash."""
        found: dict[bytes, bytes] = {}
        if not hashes or not self._read("SELECT 1 FROM vector WHERE embedder = ? LIMIT 1", (embedder,)):
            return found
        for start in range(0, len(hashes), KEYS_AT_ONCE):
            part = hashes[start : start + KEYS_AT_ONCE]
            marks = ",".join("?" * len(part))
            query = f"SELECT text_hash, vector FROM vector WHERE embedder = ? AND text_hash IN ({marks})"  # noqa: S608 - marks only
            found.update(self._read(query, (embedder, *part)))
        return found

    def put(self, embedder: str, vectors: Mapping[bytes, bytes] | Iterable[tuple[bytes, bytes]]) -> None:
        """Keep vectors."""
        pairs = vectors.items() if isinstance(vectors, Mapping) else vectors
        self._write("INSERT OR IGNORE INTO vector VALUES (?, ?, ?)", ((embedder, h, v) for h, v in sorted(pairs)))
