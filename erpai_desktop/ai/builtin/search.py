"""Search over all rows: cosine of vectors and likeness of words, the best rows and answers of each question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from erpai_desktop.ai.builtin.lexicon import Lexicon, WordQuery
from erpai_desktop.ai.builtin.quantize import Any_, Bytes, Floats, Ints, lengths

TOP_ROWS = 32
TOP_ANSWERS = 6
HEAD_ANSWERS = 3  # Answers that a head prefers and the search did not find.
WIDTH = TOP_ROWS + TOP_ANSWERS + HEAD_ANSWERS

# How the first pass mixes; what is found is ranked again with the mix that measured best.
MINILM_SHARE = 0.6
LEXICAL_SHARE = 0.5

_FEW = 16  # Questions for which unpacking all vectors at once is not worth its time and memory.
_ROWS_AT_ONCE = 1_024  # A megabyte of floats: what the processor keeps at hand.
_CELLS = 8_000_000  # Similarities computed at a time: 32 MB each.


@dataclass(frozen=True, slots=True)
class Question:
    """One question made ready: vectors of shape (256,) and (384,) or None, and its words."""

    wordllama: Bytes
    minilm: Bytes | None
    words: WordQuery


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a search found, of shape (questions, WIDTH); the first pass's best first, unused places have row -1.

    static, sentence: cosines of WordLlama and MiniLM. lexical: likeness of words, 0..1. code: 1 where row and question
    share a product code, -1 where both have codes but none in common. sentences: (questions,) whether MiniLM
    understands the question.
    """

    rows: Any_
    static: Floats
    sentence: Floats
    lexical: Floats
    code: Any_
    sentences: Any_

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, some: Any_) -> Candidates:
        """The candidates of some questions."""
        return Candidates(
            *(getattr(self, name)[some] for name in ("rows", "static", "sentence", "lexical", "code", "sentences"))
        )

    @classmethod
    def empty(cls, questions: int) -> Candidates:
        """No candidates for any question."""
        shape = (questions, WIDTH)
        return cls(
            np.full(shape, -1, np.int64),
            np.zeros(shape, np.float32),
            np.zeros(shape, np.float32),
            np.zeros(shape, np.float32),
            np.zeros(shape, np.int8),
            np.zeros(questions, bool),
        )


class Search:
    """Rows by vectors and words."""

    def __init__(self, *, answers: Any_, answer_starts: Any_, static: Bytes, sentence: Bytes | None, lexicon: Lexicon):
        self.answers = answers
        self.answer_starts = answer_starts
        self.lexicon = lexicon
        self.static = static
        self.sentence = sentence
        self._sentence_lengths = lengths(sentence) if sentence is not None else None
        self._floats: tuple[Floats, Floats | None] | None = None

    @cached_property
    def static_lengths(self) -> Floats:
        """See quantize.lengths."""
        return lengths(self.static)

    def warm(self) -> None:
        """Keep the vectors as float32, ready for products: 1 KiB a row, 2.5 KiB with MiniLM."""
        if self._floats is None:
            sentence = self.sentence.astype(np.float32) if self.sentence is not None else None
            self._floats = (self.static.astype(np.float32), sentence)

    def find(self, questions: Sequence[Question], *, without: Sequence[int] | None = None) -> Candidates:
        """The best rows and answers of each question; `without` names a row to leave out of each, or -1."""
        found = Candidates.empty(len(questions))
        if not len(self.answers):
            return found
        if len(questions) > _FEW or self.sentence is not None:
            self.warm()
        batch = max(1, min(256, _CELLS // len(self.answers)))
        for start in range(0, len(questions), batch):
            part = questions[start : start + batch]
            static, sentence, known = self._cosines(part)
            for i, question in enumerate(part):
                lexical = self.lexicon.score(question.words)
                score = first_pass(static[i], sentence[i] if known[i] else None, lexical)
                if without is not None and without[start + i] >= 0:
                    score[without[start + i]] = -2.0
                rows = self._best(score)
                place = start + i
                self._fill(found, place, rows, question.words, lexical[rows], static[i][rows], sentence[i], known[i])
                if without is not None and without[place] >= 0:
                    found.rows[place][found.rows[place] == without[place]] = -1
        return found

    def measure(self, question: Question, rows: Ints) -> tuple[Floats, Floats, Floats, Any_]:
        """static, sentence, lexical and code (see Candidates) of one question against some rows."""
        static = cosines(question.wordllama[None], self.static[rows], self.static_lengths[rows])[0]
        sentence = np.zeros(len(rows), np.float32)
        if self.sentence is not None and self._sentence_lengths is not None and question.minilm is not None:
            sentence = cosines(question.minilm[None], self.sentence[rows], self._sentence_lengths[rows])[0]
        lexical = self.lexicon.score(question.words, rows)
        code = np.array(self.lexicon.code_match(question.words, rows.tolist()), np.int8)
        return static, sentence, lexical, code

    def add_answers(
        self,
        found: Candidates,
        decisions: Floats,
        question: Callable[[int], Question],
        *,
        without: Sequence[int] | None = None,
    ) -> Candidates:
        """`found` with the best row of each of the head's first answers that it lacks. decisions: see Head.decide."""
        first = np.argsort(-decisions, axis=1, kind="stable")[:, :HEAD_ANSWERS]
        listed = np.where(found.rows >= 0, self.answers[np.maximum(found.rows, 0)], -1)
        lacking = ~(first[:, :, None] == listed[:, None, :]).any(axis=2)
        out = found.take(np.arange(len(found)))
        for i in map(int, np.flatnonzero(lacking.any(axis=1))):
            asked = question(i)
            free = TOP_ROWS + TOP_ANSWERS
            for answer in first[i][lacking[i]]:
                rows = np.arange(self.answer_starts[answer], self.answer_starts[answer + 1])
                if without is not None:
                    rows = rows[rows != without[i]]
                if not len(rows):
                    continue
                static, sentence, lexical, code = self.measure(asked, rows)
                best = int(np.argmax(first_pass(static, sentence if found.sentences[i] else None, lexical)))
                out.rows[i, free] = rows[best]
                out.static[i, free], out.lexical[i, free] = static[best], lexical[best]
                out.sentence[i, free], out.code[i, free] = sentence[best], code[best]
                free += 1
        return out

    def _cosines(self, part: Sequence[Question]) -> tuple[Floats, Floats, Any_]:
        rows = self.static if self._floats is None else self._floats[0]
        static = cosines(np.stack([q.wordllama for q in part]), rows, self.static_lengths)
        known = np.array([q.minilm is not None and bool(q.minilm.any()) for q in part], bool)
        if self._floats is None or self._floats[1] is None or self._sentence_lengths is None or not known.any():
            return static, np.zeros((len(part), 0), np.float32), np.zeros(len(part), bool)
        width = self._floats[1].shape[1]
        asked = np.stack([q.minilm if q.minilm is not None else np.zeros(width, np.int8) for q in part])
        return static, cosines(asked, self._floats[1], self._sentence_lengths), known

    def _best(self, score: Floats) -> Ints:
        """The best rows, then the best row of each of the best answers that are missing; equal scores by row."""
        rows = largest(score, TOP_ROWS)
        distinct = len(np.unique(self.answers[rows]))
        if distinct >= TOP_ANSWERS or distinct == len(self.answer_starts) - 1:
            return rows
        peaks = np.maximum.reduceat(score, self.answer_starts[:-1])
        more = np.array(
            [
                int(self.answer_starts[a] + np.argmax(score[self.answer_starts[a] : self.answer_starts[a + 1]]))
                for a in largest(peaks, TOP_ANSWERS)
            ],
            np.int64,
        )
        return np.concatenate((rows, more[~np.isin(more, rows)]))

    def best_of(self, rows: Ints, score: Floats) -> Ints:
        """Positions in `rows` (ascending, each once) of what `find` would keep if no other rows could."""
        top = largest(score, TOP_ROWS)
        if len(np.unique(self.answers[rows[top]])) >= TOP_ANSWERS:
            return top
        answers = self.answers[rows]
        order = np.lexsort((rows, -score))
        _, first = np.unique(answers[order], return_index=True)
        peaks = order[first]  # ascending by answer
        more = peaks[largest(score[peaks], TOP_ANSWERS)]
        return np.concatenate((top, more[~np.isin(more, top)]))

    def _fill(
        self,
        found: Candidates,
        place: int,
        rows: Ints,
        query: WordQuery,
        lexical: Floats,
        static: Floats,
        sentence: Floats,
        known: bool,
    ) -> None:
        n = len(rows)
        found.rows[place, :n] = rows
        found.static[place, :n] = static
        found.lexical[place, :n] = lexical
        if known:
            found.sentence[place, :n] = sentence[rows]
            found.sentences[place] = True
        if query.has_codes:
            found.code[place, :n] = self.lexicon.code_match(query, rows.tolist())


def first_pass(static: Floats, sentence: Floats | None, lexical: Floats) -> Floats:
    """The score by which rows are found: cosines mixed, and a share of the likeness of words."""
    cosine = static if sentence is None else MINILM_SHARE * sentence + (1 - MINILM_SHARE) * static
    mixed: Floats = (cosine + np.float32(LEXICAL_SHARE) * lexical).astype(np.float32)
    return mixed


def cosines(asked: Bytes, rows: Any_, row_lengths: Floats) -> Floats:
    """Cosines of shape (questions, rows); exact inner products (see quantize)."""
    left = asked.astype(np.float32)
    if len(left) > 1 and (rows.dtype == np.float32 or len(left) > _FEW):
        products = left @ rows.astype(np.float32, copy=False).T
    else:
        # For a few questions plain loops: the library's threads would be waited for longer than they compute.
        products = np.empty((len(left), len(rows)), np.float32)
        unpacked = np.empty((min(len(rows), _ROWS_AT_ONCE), rows.shape[1]), np.float32)
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            part = rows[start : start + _ROWS_AT_ONCE]
            if part.dtype != np.float32:
                part = unpacked[: len(part)]
                part[...] = rows[start : start + _ROWS_AT_ONCE]
            for i, one in enumerate(left):
                np.vecdot(part, one, out=products[i, start : start + len(part)])
    products /= lengths(asked)[:, None]
    products /= row_lengths[None, :]
    return np.asarray(products, np.float32)


def largest(scores: Floats, count: int) -> Ints:
    """Positions of the largest scores, best first; equal ones by position."""
    if count >= len(scores):
        some = np.arange(len(scores))
    else:
        least = np.partition(scores, len(scores) - count)[len(scores) - count]
        some = np.flatnonzero(scores >= least)
    return some[np.lexsort((some, -scores[some]))][:count]
