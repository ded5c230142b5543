"""The lexical part: weighted words, with words spelled alike counted as partly the same, and product codes.

Rows are sets of words (`word_starts`, `word_ids`: CSR). Words are known by the XXH3-64 of their text, sorted. Plain
words also have character 2- and 3-grams, so that a misspelled or inflected word finds its like without a
character index over rows: what is kept grows with the vocabulary, not with the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import xxhash

from erpai_desktop.ai.builtin.quantize import Any_, Floats, Ints
from erpai_desktop.ai.builtin.text import Words, words

PLAIN, NUMBER, CODE = 0, 1, 2

_BUCKETS = 1 << 16
_ALIKE = 0.5  # Words whose n-grams agree less are different words.
_KIND_SEED = 7
_MAX_FUZZY = 32  # Words of a question that are also looked up by spelling; the rest only as they stand.
_REMEMBERED = 4096
_RARE = 0.5  # Weight of a question's word that no row knows: it tells little, but it is not nothing.


def word_hash(word: str, kind: int) -> int:
    """The identity of a word; a code is another word than the same letters as plain text."""
    return xxhash.xxh3_64_intdigest(word.encode("utf-8", "replace"), seed=_KIND_SEED if kind == CODE else 0)


def grams(word: str) -> Ints:
    """Distinct buckets of the character 2- and 3-grams of " word ", sorted; of its first 32 characters."""
    padded = f" {word[:32]} "
    found = {padded[i : i + n] for n in (2, 3) for i in range(len(padded) - n + 1)}
    return np.array(sorted({_bucket(gram) for gram in found}), np.int64)


@lru_cache(maxsize=1 << 16)
def _bucket(gram: str) -> int:
    return xxhash.xxh3_64_intdigest(gram.encode("utf-8", "replace")) % _BUCKETS


@dataclass(frozen=True, slots=True)
class RowWords:
    """Words of rows before a vocabulary exists: CSR over word hashes, and what is known of each distinct hash.

    hashes: distinct, sorted, (words,) uint64; kinds: uint8; gram_starts, gram_ids: CSR of each word's grams.
    starts, ids: CSR of rows over positions in `hashes`, sorted within a row.
    """

    hashes: Any_
    kinds: Any_
    gram_starts: Any_
    gram_ids: Any_
    starts: Any_
    ids: Any_


def read_words(texts: Sequence[str]) -> RowWords:
    """The words of cleaned texts."""
    known: dict[tuple[str, int], int] = {}
    tokens: dict[str, list[int]] = {}  # Texts repeat their tokens: each spelling is taken apart once.
    flat: list[int] = []
    starts = np.zeros(len(texts) + 1, np.int64)
    for row, text in enumerate(texts):
        for token in text.split():
            ids = tokens.get(token)
            if ids is None:
                found = words(token)
                kinds_and_words = ((PLAIN, found.plain), (NUMBER, found.numbers), (CODE, found.codes))
                ids = [known.setdefault((w, kind), len(known)) for kind, some in kinds_and_words for w in some]
                tokens[token] = ids
            flat += ids
        starts[row + 1] = len(flat)
    hashes = np.fromiter((word_hash(*key) for key in known), np.uint64, len(known))
    kinds = np.fromiter((kind for _, kind in known), np.uint8, len(known))
    none = np.empty(0, np.int64)
    each = [grams(word) if kind == PLAIN else none for word, kind in known]
    distinct, first, where = np.unique(hashes, return_index=True, return_inverse=True)
    picked = [each[i] for i in first]
    ids_ = where[np.array(flat, np.int64)] if flat else none
    return RowWords(distinct, kinds[first], *_csr(picked), *_distinct_within(starts, ids_, len(distinct)))


def merge(parts: Sequence[RowWords], source: Any_, position: Any_) -> RowWords:
    """Rows taken from several parts: row i is row `position[i]` of part `source[i]`; unused words are dropped."""
    counts = np.zeros(len(source), np.int64)
    offsets = np.concatenate(([0], np.cumsum([len(part.hashes) for part in parts])))
    for number, part in enumerate(parts):
        mine = np.flatnonzero(source == number)
        counts[mine] = np.diff(part.starts)[position[mine]]
    starts = np.concatenate(([0], np.cumsum(counts)))
    flat = np.empty(int(starts[-1]), np.int64)
    for number, part in enumerate(parts):
        mine = np.flatnonzero(source == number)
        taken = gather(part.starts, part.ids, position[mine])
        flat[spread(starts[mine], counts[mine])] = taken + offsets[number]
    used = np.flatnonzero(np.bincount(flat, minlength=int(offsets[-1])))
    hashes = np.concatenate([part.hashes for part in parts])[used]
    distinct, first, where = np.unique(hashes, return_index=True, return_inverse=True)
    renumber = np.zeros(int(offsets[-1]), np.int64)
    renumber[used] = where
    kept = used[first]
    kinds = np.concatenate([part.kinds for part in parts])[kept]
    gram_counts = np.concatenate([np.diff(part.gram_starts) for part in parts])[kept]
    gram_bases = np.concatenate(([0], np.cumsum([len(part.gram_ids) for part in parts])))[:-1]
    gram_from = np.concatenate([part.gram_starts[:-1] + base for part, base in zip(parts, gram_bases, strict=True)])[
        kept
    ]
    gram_ids = np.concatenate([part.gram_ids for part in parts])[spread(gram_from, gram_counts)]
    gram_starts = np.concatenate(([0], np.cumsum(gram_counts)))
    # Each part's words are sorted, so that a row's stay sorted under their new numbers.
    return RowWords(distinct, kinds, gram_starts, gram_ids, starts, renumber[flat].astype(np.int32))


@dataclass(frozen=True, slots=True)
class WordQuery:
    """A question's words against one lexicon: weights over the vocabulary, known codes, whether it has any code.

    `hashes` are all its words', known or not: while none of them changes its rarity, the weights stay.
    """

    weights: Floats
    codes: Ints
    has_codes: bool
    hashes: Any_


class Lexicon:
    """Scores rows against a question's words; see the module."""

    def __init__(self, rows: RowWords, *, whole: Lexicon | None = None) -> None:
        """`whole`: the lexicon that these rows are a part of; how rare words are is then judged by it."""
        from scipy.sparse import csr_matrix

        self.rows = rows
        self._known_alike: dict[str, tuple[Any_, Floats]] = {}
        self.size = len(rows.starts) - 1
        self._whole = whole if whole is not None else self
        vocabulary = len(rows.hashes)
        if whole is None:
            self.classes = rarity_class(np.bincount(rows.ids, minlength=vocabulary))
            self.weights = rarity(self.classes, self.size)
        else:
            places = np.searchsorted(whole.rows.hashes, rows.hashes)
            self.classes, self.weights = whole.classes[places], whole.weights[places]
        self._matrix: Any = csr_matrix(
            (np.ones(len(rows.ids), np.float32), rows.ids, rows.starts), shape=(self.size, vocabulary)
        )
        squares = np.asarray(self._matrix @ (self.weights * self.weights), np.float32)
        self._shrink = (1.0 / np.sqrt(np.maximum(squares, np.float32(1e-6)))).astype(np.float32)
        gram_counts = np.diff(rows.gram_starts)
        self._plain = np.flatnonzero(gram_counts)
        self._gram_roots = np.sqrt(gram_counts[self._plain]).astype(np.float32)
        by_word = csr_matrix(
            (
                np.ones(len(rows.gram_ids), np.int8),
                rows.gram_ids,
                np.concatenate(([0], np.cumsum(gram_counts[self._plain]))),
            ),
            shape=(len(self._plain), _BUCKETS),
        )
        by_gram = by_word.T.tocsr()
        self._gram_starts, self._gram_words = by_gram.indptr, by_gram.indices

    def query(self, found: Words) -> WordQuery:
        """Weigh the vocabulary for a question."""
        return self.queries([found])[0]

    def queries(self, questions: Sequence[Words]) -> list[WordQuery]:
        """Weigh the vocabulary for several questions: words that they share are looked up once."""
        every: dict[tuple[str, int], int] = {}
        asked = [
            np.array(
                [
                    every.setdefault((w, k), len(every))
                    for k, some in ((PLAIN, found.plain), (NUMBER, found.numbers), (CODE, found.codes))
                    for w in some
                ],
                np.int64,
            )
            for found in questions
        ]
        hashes = np.array([word_hash(*one) for one in every], np.uint64)
        is_code = np.array([kind == CODE for _, kind in every], bool)
        whole = self._whole
        known, at = whole._find(hashes)
        own = np.full(len(every), _RARE, np.float32)
        own[known] = whole.weights[at[known]]
        if whole is not self:
            known, at = self._find(hashes)
        return [
            self._query(found, own[mine], at[mine], known[mine], is_code[mine], hashes[mine])
            for found, mine in zip(questions, asked, strict=True)
        ]

    def _query(self, found: Words, own: Floats, at: Any_, known: Any_, is_code: Any_, hashes: Any_) -> WordQuery:
        weights = np.zeros(len(self.rows.hashes), np.float32)
        np.maximum.at(weights, at[known], own[known])
        if len(self._plain):
            for word, weight in zip(found.plain[:_MAX_FUZZY], own, strict=False):
                near, alike = self._alike(word)
                if len(near):
                    weights[near] = np.maximum(weights[near], alike * alike * weight)
        square = np.float32(np.sqrt(np.sum(own.astype(np.float64) ** 2)))
        if square > 0:
            weights *= self.weights / square
        return WordQuery(weights, at[known & is_code], bool(found.codes), np.sort(hashes))

    def score_all(self, queries: Sequence[WordQuery]) -> Floats:
        """The same similarity of each question to every row, to the last bit: (questions, rows)."""
        weights = np.stack([query.weights for query in queries], axis=1)
        raw = np.asarray(self._matrix @ weights, np.float32) * self._shrink[:, None]
        scores: Floats = np.minimum(raw, np.float32(1.0)).T
        return scores

    def score(self, query: WordQuery, some: Ints | None = None) -> Floats:
        """Similarity 0..1 of each row (or of `some` rows) to a question."""
        if some is None:
            raw = np.asarray(self._matrix @ query.weights, np.float32) * self._shrink
        else:
            raw = np.asarray(self._matrix[some] @ query.weights, np.float32) * self._shrink[some]
        scores: Floats = np.minimum(raw, np.float32(1.0))
        return scores

    def rows_with(self, hashes: Any_) -> Any_:
        """Which rows have one of some words: (rows,) of bool."""
        flags = np.isin(self.rows.hashes, hashes).astype(np.float32)
        return np.asarray(self._matrix @ flags) > 0

    def code_match(self, query: WordQuery, some: Iterable[int]) -> list[int]:
        """For each row: 1 shares a code with the question, -1 has only other codes, 0 one of them has none."""
        if not query.has_codes:
            return [0 for _ in some]
        known, found = set(query.codes.tolist()), []
        for row in some:
            ids = self.rows.ids[self.rows.starts[row] : self.rows.starts[row + 1]]
            codes = ids[self.rows.kinds[ids] == CODE].tolist()
            found.append(0 if not codes else 1 if known.intersection(codes) else -1)
        return found

    def _find(self, hashes: Any_) -> tuple[Any_, Any_]:
        """Whether each word is in the vocabulary, and its place there."""
        if not len(self.rows.hashes):
            return np.zeros(len(hashes), bool), np.zeros(len(hashes), np.int64)
        at = np.minimum(np.searchsorted(self.rows.hashes, hashes), len(self.rows.hashes) - 1)
        return self.rows.hashes[at] == hashes, at

    def _alike(self, word: str) -> tuple[Any_, Floats]:
        """Vocabulary words spelled like `word`, and how much (cosine of their sets of n-grams)."""
        known = self._known_alike.get(word)
        if known is not None:
            return known
        buckets = grams(word)
        shared = np.concatenate([self._gram_words[self._gram_starts[b] : self._gram_starts[b + 1]] for b in buckets])
        common = np.bincount(shared, minlength=len(self._plain))
        # A cosine of at least ALIKE needs at least ALIKE² of the word's own n-grams.
        near = np.flatnonzero(common >= max(len(buckets) * _ALIKE * _ALIKE, 1))
        alike = (common[near] / (self._gram_roots[near] * np.float32(len(buckets) ** 0.5))).astype(np.float32)
        keep = alike >= _ALIKE
        if len(self._known_alike) >= _REMEMBERED:
            self._known_alike.clear()
        self._known_alike[word] = found = self._plain[near[keep]], alike[keep]
        return found


def rarity_class(frequency: Any_) -> Any_:
    """Bit length of a document frequency: a weight that a few edits leave alone for nearly every word."""
    return np.frexp(frequency.astype(np.float64))[1].astype(np.uint8)


def rarity(classes: Any_, rows: int) -> Floats:
    """Inverse document frequency, 1 for a word of one row, about 0.1 for one of every row.

    log(rows / frequency) in steps of a factor two, so that the weights of a full rebuild and of an update after a
    few edits can be compared class by class.
    """
    steps = max(int(rows).bit_length(), 1)
    value = (steps + 1 - classes.astype(np.float32)) / np.float32(steps)
    weights: Floats = np.clip(value, np.float32(0.05), np.float32(1.0)).astype(np.float32)
    return weights


def gather(starts: Any_, values: Any_, some: Any_) -> Any_:
    """The values of some CSR rows, one after another."""
    return values[spread(starts[:-1][some], np.diff(starts)[some])]


def spread(begins: Any_, counts: Any_) -> Ints:
    """The positions begin, begin + 1, ... of each run, one run after another."""
    total = int(counts.sum())
    if not total:
        return np.empty(0, np.int64)
    ends = np.cumsum(counts)
    places: Ints = np.arange(total) + np.repeat(begins - (ends - counts), counts)
    return places


def _csr(rows: Sequence[Ints]) -> tuple[Any_, Any_]:
    starts = np.concatenate(([0], np.cumsum([len(row) for row in rows]))).astype(np.int64)
    ids = np.concatenate(rows).astype(np.int32) if rows else np.empty(0, np.int32)
    return starts, ids


def _distinct_within(starts: Any_, ids: Any_, vocabulary: int) -> tuple[Any_, Any_]:
    """CSR rows made into sorted sets."""
    rows = len(starts) - 1
    width = max(vocabulary, 1)
    pairs = np.repeat(np.arange(rows), np.diff(starts)) * width + ids
    pairs.sort()
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    counts = np.bincount(pairs // width, minlength=rows)
    return np.concatenate(([0], np.cumsum(counts))), (pairs % width).astype(np.int32)
