"""The trained head: a linear classifier of answers on vectors and hashed TF-IDF of characters and words."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import xxhash

from erpai_desktop.ai.builtin.quantize import Any_, Bytes, Floats, lengths

_BUCKETS = 1 << 13  # of character n-grams, and as many of words and pairs of words
_STATIC, _SENTENCE, _LEXICAL = 0.7, 1.0, 0.7  # Shares of the three parts, found on validation data.
_PENALTY = 0.5
_TOKEN = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class HeadTexts:
    """Hashed counts of texts: CSR over 2 x 8,192 buckets."""

    starts: Any_
    ids: Any_
    counts: Floats

    def take(self, some: Any_) -> HeadTexts:
        """Some of the texts."""
        from erpai_desktop.ai.builtin.lexicon import gather

        starts = np.concatenate(([0], np.cumsum(np.diff(self.starts)[some])))
        return HeadTexts(
            starts, gather(self.starts, self.ids, some), gather(self.starts, self.counts, some).astype(np.float32)
        )


def head_texts(texts: Sequence[str]) -> HeadTexts:
    """Character 3- to 5-grams within words, words, and pairs of words, hashed with a sign."""
    starts, ids, counts = np.zeros(len(texts) + 1, np.int64), [], []
    for row, text in enumerate(texts):
        found: dict[int, float] = {}
        tokens = _TOKEN.findall(text.casefold())
        for token in tokens:
            for bucket, sign in _word_features(token[:40]):
                found[bucket] = found.get(bucket, 0.0) + sign
        for left, right in pairwise(tokens):
            bucket, sign = _hashed(f"{left} {right}", _BUCKETS)
            found[bucket] = found.get(bucket, 0.0) + sign
        keys = sorted(found)
        ids.extend(keys)
        counts.extend([found[key] for key in keys])
        starts[row + 1] = len(ids)
    return HeadTexts(starts, np.array(ids, np.int32), np.array(counts, np.float32))


def _hashed(feature: str, base: int) -> tuple[int, float]:
    value = xxhash.xxh3_64_intdigest(feature.encode("utf-8", "replace"))
    return base + value % _BUCKETS, 1.0 if value >> 63 else -1.0


@lru_cache(maxsize=1 << 15)
def _word_features(token: str) -> tuple[tuple[int, float], ...]:
    padded = f" {token} "
    parts = [padded[i : i + n] for n in (3, 4, 5) for i in range(len(padded) - n + 1)]
    return (*(_hashed(part, 0) for part in parts), _hashed(token, _BUCKETS))


class Head:
    """Decisions of each answer for questions. `answers` are the answers it knows, `count` is of all answers."""

    def __init__(self, *, answers: Any_, count: int, rarity: Floats, weights: Any_, bias: Floats) -> None:
        self.answers = answers
        self.count = count
        self._rarity = rarity
        self._weights = weights
        self._bias = bias
        self._dense_width = len(weights) - 2 * _BUCKETS
        self._dense = weights[: self._dense_width].astype(np.float64)

    def arrays(self) -> dict[str, Any_]:
        """What is stored of the head."""
        return {
            "head_answers": self.answers.astype(np.int32),
            "head_rarity": self._rarity,
            "head_weights": self._weights,
            "head_bias": self._bias,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any_], count: int) -> Head:
        """The inverse of `arrays`; `count` is the number of answers in the index."""
        return cls(
            answers=arrays["head_answers"],
            count=count,
            rarity=arrays["head_rarity"],
            weights=arrays["head_weights"],
            bias=arrays["head_bias"],
        )

    def decide(self, static: Bytes, sentence: Bytes | None, texts: HeadTexts) -> Floats:
        """Decisions of shape (questions, count); an answer the head does not know gets the least of them.

        Rounded to six places, so that one question and a batch of them decide alike.
        """
        found = dense(static, sentence).astype(np.float64) @ self._dense + self._bias
        shares = shared(texts, self._rarity)
        for i in range(len(found)):
            mine = slice(int(texts.starts[i]), int(texts.starts[i + 1]))
            rows = self._weights[self._dense_width + texts.ids[mine]].astype(np.float64)
            found[i] += shares[mine] @ rows
        found = np.round(found, 6).astype(np.float32)
        every = np.repeat(found.min(axis=1, keepdims=True), self.count, axis=1)
        every[:, self.answers] = found
        return every


def train(
    static: Bytes, sentence: Bytes | None, texts: HeadTexts, answers: Any_, *, count: int, seed: int
) -> Head | None:
    """Train on rows; None where fewer than two answers remain.

    One linear support vector machine an answer, one against the rest (LIBLINEAR, squared hinge, C = 0.5).
    """
    if len(np.unique(answers)) < 2:
        return None
    from scipy.sparse import csr_matrix, hstack
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import LinearSVC

    rarity = _rarity(texts)
    lexical = csr_matrix((shared(texts, rarity), texts.ids, texts.starts), shape=(len(answers), 2 * _BUCKETS))
    features: Any = hstack([csr_matrix(dense(static, sentence)), lexical]).tocsr()
    machine = LinearSVC(C=_PENALTY, tol=1e-3, random_state=seed % (1 << 31))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # What it reached is measured all the same.
        machine.fit(features, answers)
    weights, bias = np.asarray(machine.coef_), np.asarray(machine.intercept_)
    if len(weights) == 1:  # Two answers: one machine tells them apart.
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return Head(
        answers=np.asarray(machine.classes_, np.int64),
        count=count,
        rarity=rarity,
        weights=np.ascontiguousarray(weights.T.astype(np.float16)),
        bias=bias.astype(np.float32),
    )


def dense(static: Bytes, sentence: Bytes | None) -> Floats:
    """Both vectors at unit length and in their shares, side by side."""
    parts = [static.astype(np.float32) / lengths(static)[:, None] * np.float32(_STATIC)]
    if sentence is not None:
        parts.append(sentence.astype(np.float32) / lengths(sentence)[:, None] * np.float32(_SENTENCE))
    return np.hstack(parts).astype(np.float32)


def shared(texts: HeadTexts, rarity: Floats) -> Floats:
    """TF-IDF of the hashed counts; the characters of a text have unit length, its words too, times their share."""
    values = texts.counts * rarity[texts.ids]
    rows = np.repeat(np.arange(len(texts.starts) - 1), np.diff(texts.starts))
    half = 2 * rows + (texts.ids >= _BUCKETS)
    norms = np.sqrt(np.bincount(half, values.astype(np.float64) ** 2, minlength=2 * (len(texts.starts) - 1)))
    scaled: Floats = (values / np.maximum(norms, 1e-9)[half] * _LEXICAL).astype(np.float32)
    return scaled


def _rarity(texts: HeadTexts) -> Floats:
    frequency = np.bincount(texts.ids, minlength=2 * _BUCKETS)
    count = len(texts.starts) - 1
    return (np.log((1 + count) / (1 + frequency)) + 1).astype(np.float32)
