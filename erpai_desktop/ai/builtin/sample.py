"""Which rows are measured, and how a question is disturbed to ask it anew. Seeded by text, never by position."""

from __future__ import annotations

import random

import numpy as np
import xxhash

from erpai_desktop.ai.builtin.quantize import Any_, Ints
from erpai_desktop.ai.builtin.text import is_code

_DROP = 0.35
_MISSPELL = 0.5


def stable_order(hashes: Any_, seed: int) -> Any_:
    """A pseudo-random number a row that depends on the row's text and the seed alone (SplitMix64's finaliser)."""
    with np.errstate(over="ignore"):
        mixed = hashes.astype(np.uint64) + np.uint64((seed * 0x9E3779B97F4A7C15) % (1 << 64))
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))


def stratified(hashes: Any_, strata: Any_, size: int, seed: int) -> Ints:
    """Positions of at most `size` rows, each stratum in proportion, those with the smallest seeded hash.

    A few edits change a few places of the sample: a row's own rank never depends on its position.
    """
    count = len(hashes)
    if count <= size:
        return np.arange(count)
    keys = stable_order(hashes, seed)
    _, numbers, sizes = np.unique(strata, return_inverse=True, return_counts=True)
    exact = sizes * (size / count)
    quota = np.floor(exact).astype(np.int64)
    rest = size - int(quota.sum())
    if rest:
        quota[np.lexsort((np.arange(len(quota)), -(exact - quota)))[:rest]] += 1
    order = np.lexsort((keys, numbers))
    starts = np.concatenate(([0], np.cumsum(sizes)))[:-1]
    rank = np.empty(count, np.int64)
    rank[order] = np.arange(count) - np.repeat(starts, sizes)
    return np.flatnonzero(rank < quota[numbers])


def disturb(text: str, seed: int) -> str:
    """A question as somebody else might type it: a third of the words gone, one misspelled, two swapped.

    Product codes stay: without them it would be another question.
    """
    words = text.split()
    chance = random.Random(seed ^ xxhash.xxh3_64_intdigest(text.encode("utf-8", "replace")))  # noqa: S311
    keep = [w for w in words if _names(w) or chance.random() >= _DROP]
    if len(keep) < min(2, len(words)):
        keep = words[:]
    longest = max((i for i, w in enumerate(keep) if not _names(w)), key=lambda i: len(keep[i]), default=None)
    if longest is not None and len(keep[longest]) >= 4 and chance.random() < _MISSPELL:
        word, at = keep[longest], chance.randrange(1, len(keep[longest]) - 2)
        keep[longest] = f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}"
    if len(keep) >= 3:
        at = chance.randrange(len(keep) - 1)
        keep[at], keep[at + 1] = keep[at + 1], keep[at]
    return " ".join(keep)


def _names(word: str) -> bool:
    return any(map(str.isdigit, word)) and is_code("".join(filter(str.isalnum, word)).casefold())
