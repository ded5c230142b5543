"""Answering from an index: the curated answer word for word with its source, or an honest refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import numpy as np

from erpai_desktop.ai.answerer import Answer, Nearest, Source, Turn
from erpai_desktop.ai.builtin import embedders
from erpai_desktop.ai.builtin.container import Container
from erpai_desktop.ai.builtin.head import head_texts
from erpai_desktop.ai.builtin.index import Index, read_index, summary
from erpai_desktop.ai.builtin.lexicon import Lexicon
from erpai_desktop.ai.builtin.ranking import Ranking, rank
from erpai_desktop.ai.builtin.rows import KINDS, text_hash
from erpai_desktop.ai.builtin.search import Question, Search
from erpai_desktop.ai.builtin.text import clean, words
from erpai_desktop.ai.grounding.retrieval import NearRow, Retrieved
from erpai_desktop.models.questions import question_key

_NEAREST = 5
_BATCH = 256
_WORD_FOR_WORD = 0.99  # Confidence in a question that stands in the knowledge as it was asked.
_MAX_KEY_CHARS = 20_000  # No longer question is compared word for word.


@dataclass(frozen=True, slots=True)
class _Ranked:
    """`confidence` and `sayable` (whether anything was asked at all) have one entry a question."""

    ranking: Ranking
    confidence: list[float]
    sayable: list[bool]


class BuiltinEngine:
    """One opened index. Not for several threads at once."""

    def __init__(self, index: Index, container: Container, *, version: str = "") -> None:
        self._index = index
        self._container = container
        self._version = version
        self._search = Search(
            answers=index.table.answers,
            answer_starts=index.table.answer_starts,
            static=index.static,
            sentence=index.sentence,
            lexicon=Lexicon(index.words),
        )
        self._by_key = np.argsort(index.table.keys, kind="stable")
        self._keys = index.table.keys[self._by_key]

    @classmethod
    def open(cls, path: Path, *, version: str = "", expected_sha256: str | None = None) -> BuiltinEngine:
        """Map an index file. Raises EngineError when it is damaged, of another format, or not the one expected."""
        index, container = read_index(path, expected_sha256=expected_sha256)
        return cls(index, container, version=version)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def summary(self) -> dict[str, Any]:
        """Rows, answers, strategy, embedder and threshold of the index."""
        return summary(self._index)

    def warm(self) -> None:
        """Load the embedders and unpack the vectors, so that the first question is as fast as the next."""
        self._search.warm()
        self.ask("warm up")

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """Answer one question. Curated answers stand on their own, so `history` does not change them."""
        return self.ask_many([question])[0]

    def ask_many(self, questions: Sequence[str]) -> list[Answer]:
        """The same answers as one by one, faster: rows are searched for many questions at a time."""
        answers: list[Answer] = []
        for start in range(0, len(questions), _BATCH):
            batch = questions[start : start + _BATCH]
            answers += self._ask(batch, self._ranked(batch))
        return answers

    def retrieve(self, questions: Sequence[str], *, limit: int) -> list[Retrieved]:
        """For each question the curated answer and up to `limit` rows near it, one an answer, best first."""
        found: list[Retrieved] = []
        for start in range(0, len(questions), _BATCH):
            batch = questions[start : start + _BATCH]
            ranked = self._ranked(batch)
            answers = self._ask(batch, ranked)
            for i, (question, answer) in enumerate(zip(batch, answers, strict=True)):
                near: tuple[NearRow, ...] = ()
                if ranked is not None:
                    rows, scores = self._listed(ranked.ranking, i, self._word_for_word(question), limit)
                    near = tuple(self._near_row(row, score) for row, score in zip(rows, scores, strict=True))
                found.append(Retrieved(answer, near))
        return found

    def close(self) -> None:
        """Let the file go; no question may follow. Harmless when repeated."""
        self.__dict__.pop("_search", None)
        self.__dict__.pop("_index", None)
        self._container.close()

    def _ranked(self, questions: Sequence[str]) -> _Ranked | None:
        """What is near each question; None when there is nothing to rank."""
        index = self._index
        texts = [clean(question) for question in questions]
        if not len(index.table) or not questions:
            return None
        static = embedders.wordllama().embed(texts)
        sentence = embedders.minilm().embed(texts) if index.sentence is not None else None
        asked = [
            Question(
                static[i],
                sentence[i] if sentence is not None else None,
                self._search.lexicon.query(words(text)),
            )
            for i, text in enumerate(texts)
        ]
        found = self._search.find(asked)
        decisions = None
        if index.head is not None:
            decisions = index.head.decide(static, sentence, head_texts(texts))
            found = self._search.add_answers(found, decisions, lambda i: asked[i])
        ranking = rank(found, index.table.answers, index.mix, decisions=decisions)
        confidence = index.calibrator.confidence(ranking.features)
        sayable = [bool(text) and bool(len(asked[i].words.hashes)) for i, text in enumerate(texts)]
        return _Ranked(ranking, [float(one) for one in confidence], sayable)

    def _ask(self, questions: Sequence[str], ranked: _Ranked | None) -> list[Answer]:
        if ranked is None:
            return [self._refusal(()) for _ in questions]
        return [
            self._answer(question, ranked.sayable[i], ranked.ranking, ranked.confidence[i], i)
            for i, question in enumerate(questions)
        ]

    def _answer(self, question: str, sayable: bool, ranking: Ranking, confidence: float, i: int) -> Answer:
        table, threshold = self._index.table, self._index.calibrator.threshold
        exact = self._word_for_word(question)
        rows, scores = self._listed(ranking, i, exact, _NEAREST)
        nearest = tuple(self._nearest(row, score) for row, score in zip(rows, scores, strict=True))
        if exact:
            if any(table.conflicted[row] for row in exact) or len({int(table.answers[row]) for row in exact}) > 1:
                return self._refusal(nearest, confidence=max(confidence, _WORD_FOR_WORD), conflicted=True)
            return self._reply(exact[0], nearest, max(confidence, _WORD_FOR_WORD, threshold))
        if not sayable or not rows:
            return self._refusal(nearest if sayable else ())
        if ranking.code[i, 0] < 0:
            # The question names a product, the row another one: near in words, wrong in fact.
            return self._refusal(nearest, confidence=min(confidence, threshold / 2))
        if confidence < threshold:
            return self._refusal(nearest, confidence=confidence)
        if table.conflicted[rows[0]]:
            return self._refusal(nearest, confidence=confidence, conflicted=True)
        return self._reply(rows[0], nearest, confidence)

    def _word_for_word(self, question: str) -> list[int]:
        """Rows whose question is this very one."""
        key = question_key(question[:_MAX_KEY_CHARS])
        if not key or len(question) > _MAX_KEY_CHARS:
            return []
        hashed = np.uint64(text_hash(key))
        start, end = np.searchsorted(self._keys, hashed, "left"), np.searchsorted(self._keys, hashed, "right")
        return sorted(int(row) for row in self._by_key[start:end])

    def _listed(self, ranking: Ranking, i: int, exact: list[int], limit: int) -> tuple[list[int], list[float]]:
        """Up to `limit` rows, one an answer, best first; rows that were asked word for word lead."""
        table = self._index.table
        rows: list[int] = []
        scores: list[float] = []
        answers: set[int] = set()
        listed = [(row, 1.0) for row in exact]
        listed += [(int(r), float(s)) for r, s in zip(ranking.rows[i], ranking.similarities[i], strict=True) if r >= 0]
        for row, score in listed:
            if int(table.answers[row]) not in answers and len(rows) < limit:
                answers.add(int(table.answers[row]))
                rows.append(row)
                scores.append(round(score, 6))
        return rows, scores

    def _reply(self, row: int, nearest: tuple[Nearest, ...], confidence: float) -> Answer:
        table = self._index.table
        return Answer(
            text=table.answer_texts[int(table.spoken[row])],
            sources=(self._source(row),),
            confidence=confidence,
            refused=False,
            nearest=nearest,
            version=self._version,
        )

    def _source(self, row: int) -> Source:
        table = self._index.table
        model_id, model_name = table.model_names[int(table.models[row])]
        return Source(
            row_id=table.row_id(row),
            kind=KINDS[int(table.kinds[row])],
            question=table.questions[row],
            section=table.section_names[int(table.sections[row])],
            model_id=UUID(model_id),
            model_name=model_name,
        )

    def _near_row(self, row: int, score: float) -> NearRow:
        table = self._index.table
        return NearRow(
            self._source(row), table.answer_texts[int(table.spoken[row])], score, bool(table.conflicted[row])
        )

    def _nearest(self, row: int, score: float) -> Nearest:
        table = self._index.table
        return Nearest(
            row_id=table.row_id(row),
            kind=KINDS[int(table.kinds[row])],
            question=table.questions[row],
            answer=table.answer_texts[int(table.spoken[row])],
            score=score,
        )

    def _refusal(self, nearest: tuple[Nearest, ...], *, confidence: float = 0.0, conflicted: bool = False) -> Answer:
        return Answer(
            text="",
            sources=(),
            confidence=confidence,
            refused=True,
            nearest=nearest,
            version=self._version,
            conflicted=conflicted,
        )
