"""A local, disposable store of token counts of runs of texts, so that a recompile counts only what has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from erpai_desktop.ai.cache_file import KEYS_AT_ONCE, CacheFile

_SCHEMA = "CREATE TABLE IF NOT EXISTS run (run_hash BLOB PRIMARY KEY, counts BLOB NOT NULL) WITHOUT ROWID"
_APPLICATION_ID = 0x45525443  # "ERTC"


class TokenCache(CacheFile):
    """Counts as bytes by the hash of a run."""

    def __init__(self, path: Path, *, max_bytes: int = 256 * 1024**2) -> None:
        super().__init__(path, name="token cache", schema=_SCHEMA, application_id=_APPLICATION_ID, max_bytes=max_bytes)

    def get(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The counts that are known, by key."""
        found: dict[bytes, bytes] = {}
        for start in range(0, len(keys), KEYS_AT_ONCE):
            part = keys[start : start + KEYS_AT_ONCE]
            marks = ",".join("?" * len(part))
            query = f"SELECT run_hash, counts FROM run WHERE run_hash IN ({marks})"  # noqa: S608 - marks only
            found.update(self._read(query, part))
        return found

    def put(self, counts: Mapping[bytes, bytes]) -> None:
        """Keep counts."""
        if counts:
            self._write("INSERT OR REPLACE INTO run VALUES (?, ?)", sorted(counts.items()))
