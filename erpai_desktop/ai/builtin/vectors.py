"""Vectors of texts: from the previous index, else from the cache, else embedded."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import xxhash

from erpai_desktop.ai.builtin.embedders import Embedder
from erpai_desktop.ai.builtin.quantize import Bytes
from erpai_desktop.ai.embedding_cache import EmbeddingCache

_CHUNK = 8192


def vectors_of(
    embedder: Callable[[], Embedder],
    identity: str,
    dim: int,
    texts: Sequence[str],
    cache: EmbeddingCache | None,
    step: Callable[[int], None] | None = None,
) -> tuple[Bytes, int]:
    """Vectors of cleaned texts, shape (texts, dim), and how many had to be embedded.

    The embedder is loaded only when something is left to embed.
    """
    out = np.zeros((len(texts), dim), np.int8)
    embedded = 0
    for start in range(0, len(texts), _CHUNK):
        part = texts[start : start + _CHUNK]
        hashes = [xxhash.xxh3_128_digest(text.encode("utf-8", "replace")) for text in part]
        known = cache.get(identity, hashes) if cache is not None else {}
        missing: dict[bytes, int] = {}
        for i, key in enumerate(hashes):
            vector = known.get(key)
            if vector is not None and len(vector) == dim:
                out[start + i] = np.frombuffer(vector, np.int8)
            else:
                missing.setdefault(key, i)
        if missing:
            todo = list(missing.values())
            done = start
            fresh = embedder().embed([part[i] for i in todo], _shifted(step, done))
            embedded += len(todo)
            new = {hashes[i]: fresh[k].tobytes() for k, i in enumerate(todo)}
            if cache is not None:
                cache.put(identity, new)
            for i, key in enumerate(hashes):
                if key in new:
                    out[start + i] = np.frombuffer(new[key], np.int8)
        if step is not None:
            step(start + len(part))
    return out, embedded


def _shifted(step: Callable[[int], None] | None, by: int) -> Callable[[int], None] | None:
    return None if step is None else lambda done: step(by + done)
