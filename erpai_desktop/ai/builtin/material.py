"""What a build works on: rows with their vectors and words, and the questions it will ask itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from erpai_desktop.ai.builtin import embedders
from erpai_desktop.ai.builtin.entry import ValidationQuestion
from erpai_desktop.ai.builtin.index import Index
from erpai_desktop.ai.builtin.lexicon import Lexicon, RowWords, merge, read_words
from erpai_desktop.ai.builtin.probes import Probes
from erpai_desktop.ai.builtin.quantize import Any_, Bytes
from erpai_desktop.ai.builtin.rows import RowTable, text_hash
from erpai_desktop.ai.builtin.sample import disturb, stable_order, stratified
from erpai_desktop.ai.builtin.settings import EngineSettings, wordllama_identity
from erpai_desktop.ai.builtin.text import clean
from erpai_desktop.ai.builtin.vectors import vectors_of
from erpai_desktop.ai.embedding_cache import EmbeddingCache
from erpai_desktop.models.questions import answer_key, question_key

SEVERAL = 3.0
"""Questions an answer, on average, from which neighbours may vote and a head is tried."""

_MANY_ROWS = 20_000
_SAMPLE_OF_MANY = 1_000
_VALIDATION_OF_MANY = 500
_VALIDATION = 6_000

_STATIC_DIM = 256

_KINDS_OF_TESTS = (
    "validation_known",
    "validation_refusals",
    "validation_answer_not_in_knowledge",
    "validation_word_for_word_in_knowledge",
)

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of the index, their static vectors and their lexicon; `embedded` is how many texts were embedded."""

    table: RowTable
    static: Bytes
    lexicon: Lexicon
    embedded: int

    @property
    def several(self) -> bool:
        """Whether answers average enough questions for leaving one of them out to leave others."""
        return len(self.table) >= SEVERAL * max(self.table.answer_count, 1)


def read_rows(
    table: RowTable,
    previous: Index | None,
    cache: EmbeddingCache | None,
    progress: Progress,
    seconds: dict[str, float],
) -> Rows:
    """Take over or make the vectors and words of a table's rows."""
    distinct, first, where = np.unique(table.hashes, return_index=True, return_inverse=True)
    old_rows, known = _known(distinct, previous)
    fresh = np.flatnonzero(~known)
    start = time.perf_counter()
    texts = [clean(table.questions[int(first[i])]) for i in fresh]
    words = read_words(texts)
    vectors, embedded = np.zeros((0, _STATIC_DIM), np.int8), 0
    middle = time.perf_counter()
    if texts:
        vectors, embedded = vectors_of(
            embedders.wordllama,
            wordllama_identity(),
            _STATIC_DIM,
            texts,
            cache,
            lambda done: progress("embed", done, len(texts)),
        )
    seconds["embed"] = round(time.perf_counter() - middle, 4)
    parts: list[RowWords] = [words]
    source, position = np.zeros(len(distinct), np.int64), np.zeros(len(distinct), np.int64)
    position[fresh] = np.arange(len(fresh))
    if previous is not None and known.any():
        old = np.flatnonzero(known)
        parts.append(previous.words)
        source[old], position[old] = 1, old_rows[old]
    progress("index", 0, len(table))
    merged = merge(parts, source[where], position[where]) if len(table) else words
    lexicon = Lexicon(merged)
    seconds["index"] = round(time.perf_counter() - start - seconds["embed"], 4)
    return Rows(table, _static(vectors, previous, source[where], position[where]), lexicon, embedded)


def _static(vectors: Bytes, previous: Index | None, source: Any_, position: Any_) -> Bytes:
    """Each row's vector: row `position` of the fresh ones where `source` is 0, of the previous index where it is 1."""
    if previous is None or not source.any():
        return vectors[position]
    # All at once from where nearly all come from.
    static: Bytes = previous.static[np.where(source == 1, position, 0)]
    fresh = np.flatnonzero(source == 0)
    static[fresh] = vectors[position[fresh]]
    return static


def _known(hashes: Any_, previous: Index | None) -> tuple[Any_, Any_]:
    """For each question hash a row of the previous index with it, and whether there is one."""
    if previous is None or not len(previous.table):
        return np.zeros(len(hashes), np.int64), np.zeros(len(hashes), bool)
    old, rows = np.unique(previous.table.hashes, return_index=True)
    at = np.minimum(np.searchsorted(old, hashes), len(old) - 1)
    return rows[at], old[at] == hashes


def make_probes(rows: Rows, validation: Sequence[ValidationQuestion], settings: EngineSettings) -> Probes:
    """The sample of rows, and the validation rows that calibrate; without MiniLM's vectors yet.

    A row whose answer has other questions is asked as it stands and left out; where answers have one question each, a
    disturbed form of it is asked instead. Validation rows calibrate unless their answer is not in the knowledge, or
    their question stands in it word for word.
    """
    table = rows.table
    many = len(table) > _MANY_ROWS
    sound = np.flatnonzero(table.conflicted == 0)
    strata = table.answers if rows.several else table.sections
    size = min(settings.sample_size, _SAMPLE_OF_MANY) if many else settings.sample_size
    sample = sound[stratified(table.hashes[sound], strata[sound], size, settings.seed)]
    sizes = np.bincount(table.answers[sound], minlength=table.answer_count)
    as_it_stands = (sizes[table.answers[sample]] >= 2) & rows.several
    texts = [clean(table.questions[int(row)]) for row in sample]
    texts = [t if whole else disturb(t, settings.seed) for t, whole in zip(texts, as_it_stands, strict=True)]
    tests, counts = _tests(table, validation, _VALIDATION_OF_MANY if many else _VALIDATION, settings.seed)
    texts += [text for text, _ in tests]
    skips = np.concatenate((np.where(as_it_stands, sample, -1), np.full(len(tests), -1, np.int64)))
    static = np.zeros((len(texts), _STATIC_DIM), np.int8)
    static[: len(sample)][as_it_stands] = rows.static[sample[as_it_stands]]
    rest = np.flatnonzero(skips < 0)
    if len(rest):
        static[rest] = embedders.wordllama().embed([texts[i] for i in rest])
    own = table.signatures[np.maximum(skips, 0)] if len(table) else np.zeros(len(skips), np.uint64)
    return Probes(
        texts=texts,
        keys=np.array([text_hash(text) for text in texts], np.uint64) ^ np.where(skips >= 0, own, np.uint64(0)),
        skips=skips.astype(np.int64),
        expected=np.concatenate((table.answers[sample], [answer for _, answer in tests])).astype(np.int64),
        rows=np.concatenate((sample, np.full(len(tests), -1))).astype(np.int64),
        static=static,
        sentence=None,
        counts={"sample": len(sample), "sample_disturbed": int((~as_it_stands).sum()), **counts},
    )


def _tests(
    table: RowTable, validation: Sequence[ValidationQuestion], most: int, seed: int
) -> tuple[list[tuple[str, int]], dict[str, int]]:
    """Cleaned validation questions with the number of their answer (-1: refuse), in an order of their own."""
    if not validation:
        return [], dict.fromkeys(_KINDS_OF_TESTS, 0)
    answers = {
        text_hash(answer_key(table.answer_texts[int(text)])): int(answer)
        for text, answer in zip(*_spoken(table), strict=True)
    }
    known_keys = set(table.keys.tolist())
    kept: dict[tuple[str, int], None] = {}
    strange = leaked = 0
    for one in validation:
        answer = -1 if one.expects_refusal else answers.get(text_hash(answer_key(one.answer)), -2)
        if answer == -2:
            strange += 1
        elif text_hash(question_key(one.question)) in known_keys:
            leaked += 1
        else:
            kept[clean(one.question), answer] = None
    hashes = np.array([text_hash(text) for text, _ in kept], np.uint64)
    pairs = list(kept)
    order = np.lexsort((np.array([answer for _, answer in pairs], np.int64), stable_order(hashes, seed)))[:most]
    tests = [pairs[i] for i in order]
    refusals = sum(answer < 0 for _, answer in tests)
    return tests, dict(zip(_KINDS_OF_TESTS, (len(tests) - refusals, refusals, strange, leaked), strict=True))


def _spoken(table: RowTable) -> tuple[Any_, Any_]:
    """Each text of an answer and the answer's number."""
    texts, first = np.unique(table.spoken, return_index=True)
    return texts, table.answers[first]
