"""How many tokens texts are, counted offline in the vocabulary o200k; what has not changed is not counted again.

bpe-openai carries the vocabulary and counts as tiktoken does. It refuses very long texts, so these are counted in
pieces, cut where the vocabulary's pattern always cuts: between a letter or digit and a space before another letter.

Looking up each text by a hash of its own would take a good part of the time of counting it. So what is kept are the
counts of runs of neighbouring texts, by one hash a run. Where a run ends depends on the lengths of the texts around
that place alone: a changed, new or removed text costs the counting of its own run, wherever it stands in the list.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import re
from array import array
from collections.abc import Callable, Sequence
from importlib.machinery import PathFinder
from pathlib import Path
from types import TracebackType
from typing import Self

from erpai_desktop.ai.token_cache import TokenCache

VOCABULARY = "o200k_base"
_LONGEST = 40_000
"""Characters of a piece: four tokens each would still be within the package's limit of 200,000 tokens."""
_WINDOW = 4_000
_CUT = re.compile(r"(?<=\w)(?= [^\W\d_])")
_RUN, _LONGEST_RUN = 128, 1024
"""How many texts a run has on average, and at most."""


class TokenCounter:
    """Counts tokens. Without a path nothing is kept. Not for several threads at once; close it."""

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = TokenCache(cache) if cache is not None else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def count(self, texts: Sequence[str]) -> list[int]:
        """The number of tokens of each text, in their order. Any text is legal, half characters included."""
        if self._cache is None or not texts:
            return _counted(texts)
        texts = texts if isinstance(texts, list) else list(texts)
        runs = _runs(texts)
        keys = [key for _, _, key in runs]
        known = self._cache.get(keys)
        counts = array("I")
        counted: dict[bytes, bytes] = {}
        for start, end, key in runs:
            kept = known.get(key)
            if kept is not None and len(kept) == (end - start) * counts.itemsize:
                counts.frombytes(kept)
                continue
            run = array("I", _counted(texts[start:end]))
            counts += run
            counted[key] = run.tobytes()
        self._cache.put(counted)
        return counts.tolist()

    def close(self) -> None:
        """Let the cache go; harmless when repeated."""
        if self._cache is not None:
            self._cache.close()


def _runs(texts: list[str]) -> list[tuple[int, int, bytes]]:
    """From where to where each run goes, and its key."""
    import numpy as np

    lengths = np.fromiter(map(len, texts), dtype=np.uint64, count=len(texts))
    # A number that three neighbouring lengths decide, mixed until any of its values is as likely as any other.
    mixed = lengths * np.uint64(0x9E3779B97F4A7C15)
    mixed[1:] ^= lengths[:-1] * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed[2:] += lengths[:-2] * np.uint64(0x165667B19E3779F9)
    ends = np.flatnonzero((mixed >> np.uint64(32)) % np.uint64(_RUN) == 0) + 1
    runs: list[tuple[int, int, bytes]] = []
    start = 0
    for last in [*ends.tolist(), len(texts)]:
        while start < last:
            end = min(last, start + _LONGEST_RUN)
            # With the lengths in front no two lists of texts look alike.
            digest = hashlib.sha256(lengths[start:end].tobytes())
            digest.update("".join(texts[start:end]).encode("utf-8", "surrogatepass"))
            runs.append((start, end, digest.digest()[:16]))
            start = end
    return runs


def _counted(texts: Sequence[str]) -> list[int]:
    count = _counting()
    counts = []
    for text in texts:
        try:
            counts.append(count(text) if len(text) <= _LONGEST else sum(map(count, _pieces(text))))
        except UnicodeEncodeError:
            whole = text.encode("utf-8", "replace").decode()
            counts.append(sum(map(count, _pieces(whole))))
    return counts


def _pieces(text: str) -> list[str]:
    pieces = []
    start = 0
    while len(text) - start > _LONGEST:
        end = start + _LONGEST
        cuts = [cut.start() for cut in _CUT.finditer(text, end - _WINDOW, end)]
        # Without any such place a cut may part one token into two.
        end = cuts[-1] if cuts else end
        pieces.append(text[start:end])
        start = end
    return [*pieces, text[start:]]


@functools.cache
def _counting() -> Callable[[str], int]:
    """The package's compiled counting alone: importing the package reads all its vocabularies, 0.4 s and 130 MB."""
    package = importlib.util.find_spec("bpe_openai")
    folders = package.submodule_search_locations if package is not None else None
    compiled = PathFinder.find_spec("_bindings", folders) if folders else None
    try:
        assert compiled is not None and compiled.loader is not None
        module = importlib.util.module_from_spec(compiled)
        compiled.loader.exec_module(module)
        count: Callable[[str], int] = module.tokenizer_for_encoding(VOCABULARY).count
    except (AssertionError, AttributeError, ImportError):
        return _counting_in_public()
    return count


def _counting_in_public() -> Callable[[str], int]:
    """The same by what the package documents, should its inside ever change."""
    import bpe_openai

    encode = bpe_openai.get_encoding(VOCABULARY).encode_ordinary
    return lambda text: len(encode(text))
