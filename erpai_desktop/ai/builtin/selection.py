"""Choosing the embedder and the strategy of an index by measuring them on the build's own questions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import numpy as np

from erpai_desktop.ai.builtin import embedders
from erpai_desktop.ai.builtin.calibration import Examples
from erpai_desktop.ai.builtin.folds import Material, out_of_fold
from erpai_desktop.ai.builtin.head import Head, head_texts, train
from erpai_desktop.ai.builtin.index import Index
from erpai_desktop.ai.builtin.material import Progress, Rows
from erpai_desktop.ai.builtin.measure import (
    CLEARLY,
    CLEARLY_DISTURBED,
    Decisions,
    Measured,
    choose,
    examples,
    judge,
    natural,
    shift_of,
    weigh_for_calibration,
    weigh_for_choice,
)
from erpai_desktop.ai.builtin.probes import Probes, search_probes
from erpai_desktop.ai.builtin.quantize import Bytes
from erpai_desktop.ai.builtin.ranking import Mix
from erpai_desktop.ai.builtin.search import Candidates, Search
from erpai_desktop.ai.builtin.settings import EngineSettings, minilm_identity
from erpai_desktop.ai.builtin.text import clean, looks_english, mostly_latin
from erpai_desktop.ai.builtin.vectors import vectors_of
from erpai_desktop.ai.embedding_cache import EmbeddingCache

Stage = Callable[[str], AbstractContextManager[None]]

_SENTENCE_DIM = 384
_ENGLISH_SHARE = 0.35  # Of the questions; below it MiniLM, whose vocabulary is English, is not tried.

# Tried one after another, the likeliest first.
_LEXICAL = {False: (0.3, 0.15, 0.6, 0.0), True: (0.15, 0.3, 0.6, 0.0)}
_SENTENCES = (0.85, 0.6)
_POWERS = (0, 8, 4)
_HEADS = (1.0, 0.5, 2.0, 0.0)


@dataclass(frozen=True, slots=True)
class Selected:
    """What was chosen, and what it was chosen and will be calibrated by."""

    mix: Mix
    sentence: Bytes | None
    head: Head | None
    probes: Probes
    found: Candidates
    examples: Examples
    natural: bool
    measured: list[Measured]
    embedded: int

    @property
    def embedder(self) -> str:
        """ "wordllama", or "minilm" beside it."""
        return "wordllama" if self.sentence is None else "minilm"


@dataclass(frozen=True, slots=True)
class _Field:
    """One embedder's search, its probes and what they found."""

    embedder: str
    search: Search
    probes: Probes
    found: Candidates


def select(
    rows: Rows,
    probes: Probes,
    settings: EngineSettings,
    previous: Index | None,
    cache: EmbeddingCache | None,
    progress: Progress,
    stage: Stage,
) -> Selected:
    """Measure each way that the settings allow, and choose."""
    fields: list[_Field] = []
    embedded = 0
    clearly = CLEARLY if natural(probes) else CLEARLY_DISTURBED
    if _worth_minilm(rows, settings):
        with stage("embed"):
            sentence, with_sentence, embedded = _sentences(rows, probes, previous, cache, progress)
        with stage("measure"):
            fields.append(_field(rows, with_sentence, sentence, None, progress))
    if settings.embedder != "minilm" or not fields:
        with stage("measure"):
            fields.append(_field(rows, probes, None, previous, progress))
    measured: list[Measured] = []
    with stage("measure"):
        firsts = []
        for field in fields:
            ways, first = _neighbours(rows, field, settings, clearly)
            measured += ways
            firsts.append(first)
        best = choose(firsts, clearly)
        if best.embedder == "minilm":
            field = fields[0]
            shift = shift_of(field.found, field.probes, rows.table.answers, best.mix)
            best = replace(best, mix=replace(best.mix, shift=shift))
    heads: dict[str, tuple[Head, Decisions, Candidates]] = {}
    if _worth_head(rows, settings):
        field = next(f for f in fields if f.embedder == best.embedder)
        with stage("train"):
            trained = _train(rows, field, settings, progress)
            if trained is not None:
                heads[field.embedder] = trained
                ways = _head_ways(rows, field, replace(best.mix, power=0), trained)
                measured += ways
                head_best = choose(ways, clearly)
                best = head_best if settings.strategy == "head" else choose([best, head_best], clearly)
    field = next(f for f in fields if f.embedder == best.embedder)
    head, decisions, found = None, None, field.found
    if best.mix.head >= 0:
        head, decisions, found = heads[field.embedder]
    weighing = weigh_for_calibration(field.probes)
    return Selected(
        mix=best.mix,
        sentence=field.search.sentence,
        head=head,
        probes=field.probes,
        found=found,
        examples=examples(found, field.probes, rows.table.answers, best.mix, weighing, decisions),
        natural=natural(field.probes),
        measured=measured,
        embedded=embedded,
    )


def _worth_minilm(rows: Rows, settings: EngineSettings) -> bool:
    if settings.embedder != "auto":
        return settings.embedder == "minilm"
    count = len(rows.table)
    if not 0 < count <= settings.minilm_max_rows:
        return False
    texts = (clean(rows.table.questions[row]) for row in range(count))
    return sum(mostly_latin(text) and looks_english(text) for text in texts) >= _ENGLISH_SHARE * count


def _worth_head(rows: Rows, settings: EngineSettings) -> bool:
    if settings.strategy != "auto":
        return settings.strategy == "head" and rows.table.answer_count >= 2
    return (
        rows.several
        and len(rows.table) <= settings.head_max_rows
        and 2 <= rows.table.answer_count <= settings.head_max_answers
    )


def _sentences(
    rows: Rows, probes: Probes, previous: Index | None, cache: EmbeddingCache | None, progress: Progress
) -> tuple[Bytes, Probes, int]:
    """MiniLM's vectors of rows and probes, and how many rows had to be embedded."""
    table = rows.table
    distinct, first, where = np.unique(table.hashes, return_index=True, return_inverse=True)
    each = np.zeros((len(distinct), _SENTENCE_DIM), np.int8)
    known = np.zeros(len(distinct), bool)
    if previous is not None and previous.sentence is not None and minilm_identity() in previous.embedder:
        old, at = np.unique(previous.table.hashes, return_index=True)
        place = np.minimum(np.searchsorted(old, distinct), max(len(old) - 1, 0))
        known = old[place] == distinct if len(old) else known
        each[known] = previous.sentence[at[place[known]]]
    fresh = np.flatnonzero(~known)
    rest = np.flatnonzero(probes.skips < 0)
    total = len(fresh) + len(rest)

    def vectors(texts: list[str], before: int) -> tuple[Bytes, int]:
        return vectors_of(
            embedders.minilm,
            minilm_identity(),
            _SENTENCE_DIM,
            texts,
            cache,
            lambda done: progress("embed", before + done, total),
        )

    each[fresh], embedded = vectors([clean(table.questions[int(first[i])]) for i in fresh], 0)
    asked = np.zeros((len(probes.texts), _SENTENCE_DIM), np.int8)
    own = probes.skips >= 0
    sentence = each[where]
    asked[own] = sentence[probes.skips[own]]
    asked[rest], _ = vectors([probes.texts[i] for i in rest], len(fresh))
    return sentence, replace(probes, sentence=asked), embedded


def _field(rows: Rows, probes: Probes, sentence: Bytes | None, previous: Index | None, progress: Progress) -> _Field:
    search = Search(
        answers=rows.table.answers,
        answer_starts=rows.table.answer_starts,
        static=rows.static,
        sentence=sentence,
        lexicon=rows.lexicon,
    )
    total = len(probes.texts)
    found = search_probes(
        search,
        probes,
        signatures=rows.table.signatures,
        previous=previous,
        step=lambda done: progress("measure", done, total),
    )
    return _Field("wordllama" if sentence is None else "minilm", search, probes, found)


def _neighbours(rows: Rows, field: _Field, settings: EngineSettings, clearly: float) -> tuple[list[Measured], Measured]:
    """Mixes of neighbours, one property varied after another, and the one to prefer."""
    powers = {"nearest": (0,), "vote": (8, 4)}.get(settings.strategy, _POWERS if rows.several else (0,))
    with_sentence = field.search.sentence is not None
    lexical = _LEXICAL[with_sentence]
    weighing = weigh_for_choice(field.probes)
    measured: list[Measured] = []

    def best(mixes: list[Mix]) -> Measured:
        ways = [
            judge(
                field.embedder,
                mix,
                examples(field.found, field.probes, rows.table.answers, mix, weighing),
                natural=natural(field.probes),
            )
            for mix in mixes
        ]
        measured.extend(ways)
        return choose(ways, clearly)

    start = Mix(sentence=_SENTENCES[0] if with_sentence else 0.0, lexical=lexical[0], power=powers[0])
    chosen = best([replace(start, lexical=value) for value in lexical])
    if len(powers) > 1:
        chosen = choose([chosen, best([replace(chosen.mix, power=value) for value in powers[1:]])], clearly)
    if with_sentence:
        chosen = choose([chosen, best([replace(chosen.mix, sentence=value) for value in _SENTENCES[1:]])], clearly)
    return measured, chosen


def _train(
    rows: Rows, field: _Field, settings: EngineSettings, progress: Progress
) -> tuple[Head, Decisions, Candidates] | None:
    """The head on all rows, decisions on the probes from folds without them, and candidates with its answers."""
    table, probes = rows.table, field.probes
    texts = head_texts([clean(table.questions[row]) for row in range(len(table))])
    trainable = table.conflicted == 0
    material = Material(rows.static, field.search.sentence, texts, table.answers, table.answer_count, trainable)
    sampled = np.flatnonzero(probes.skips >= 0)
    progress("train", 0, 2)
    decided = out_of_fold(
        material, probes.skips[sampled], seed=settings.seed, step=lambda done, of: progress("train", done, of + 1)
    )
    use = np.flatnonzero(trainable)
    head = train(
        rows.static[use],
        field.search.sentence[use] if field.search.sentence is not None else None,
        texts.take(use),
        table.answers[use],
        count=table.answer_count,
        seed=settings.seed,
    )
    if head is None:
        return None
    progress("train", 1, 1)
    shape = (len(probes.texts), table.answer_count)
    known, held = np.full(shape, np.nan, np.float32), np.full(shape, np.nan, np.float32)
    if decided is not None:
        known[sampled], held[sampled] = decided.without_row, decided.without_answer
    tests = np.flatnonzero(probes.skips < 0)
    known[tests] = head.decide(
        probes.static[tests],
        probes.sentence[tests] if probes.sentence is not None else None,
        head_texts([probes.texts[i] for i in tests]),
    )
    found = field.search.add_answers(
        field.found,
        np.nan_to_num(known, nan=-2.0),
        lambda i: probes.question(i, rows.lexicon),
        without=probes.skips.tolist(),
    )
    return head, Decisions(known, held), found


def _head_ways(rows: Rows, field: _Field, mix: Mix, trained: tuple[Head, Decisions, Candidates]) -> list[Measured]:
    _, decisions, found = trained
    weighing = weigh_for_choice(field.probes)
    return [
        judge(
            field.embedder,
            one,
            examples(found, field.probes, rows.table.answers, one, weighing, decisions),
            natural=natural(field.probes),
        )
        for one in (replace(mix, head=weight) for weight in _HEADS)
    ]
