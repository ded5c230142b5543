"""The questions a build asks itself, and their searches, carried over from the previous build where nothing changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from erpai_desktop.ai.builtin.lexicon import Lexicon, RowWords, merge, rarity_class
from erpai_desktop.ai.builtin.quantize import Any_, Bytes, Floats
from erpai_desktop.ai.builtin.search import WIDTH, Candidates, Question, Search, cosines, first_pass
from erpai_desktop.ai.builtin.text import words

if TYPE_CHECKING:
    from erpai_desktop.ai.builtin.index import Index

_TOO_MANY = 0.05  # A larger share of changed rows is searched anew.


@dataclass(frozen=True, slots=True)
class Probes:
    """Questions with what is expected of them; arrays have one item a question.

    texts: cleaned. keys: identity of text and left-out row. skips: the row left out, or -1. expected: the right
    answer's number, or -1 where a refusal is right. rows: the row it was made from, or -1 for a
    validation question. static, sentence: vectors of shape (questions, 256) and (questions, 384).
    """

    texts: list[str]
    keys: Any_
    skips: Any_
    expected: Any_
    rows: Any_
    static: Bytes
    sentence: Bytes | None
    counts: Mapping[str, int]

    @property
    def from_rows(self) -> Any_:
        """Which were made from a row."""
        return self.rows >= 0

    def question(self, i: int, lexicon: Lexicon) -> Question:
        """One of them, made ready."""
        sentence = self.sentence[i] if self.sentence is not None else None
        return Question(self.static[i], sentence, lexicon.query(words(self.texts[i])))


@dataclass(frozen=True, slots=True)
class ProbeLists:
    """Kept searches: candidates of shape (questions, WIDTH) by rows of the index they lie in."""

    keys: Any_
    rows: Any_
    static: Floats
    lexical: Floats
    code: Any_

    def arrays(self) -> dict[str, Any_]:
        """What is stored."""
        return {f"probe_{name}": getattr(self, name) for name in ("keys", "rows", "static", "lexical", "code")}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any_]) -> ProbeLists | None:
        """The inverse of `arrays`; None when they do not fit together."""
        lists = cls(*(arrays[f"probe_{name}"] for name in ("keys", "rows", "static", "lexical", "code")))
        shape = (len(lists.keys), WIDTH)
        return lists if all(a.shape == shape for a in (lists.rows, lists.static, lists.lexical, lists.code)) else None

    @classmethod
    def of(cls, probes: Probes, found: Candidates) -> ProbeLists:
        """Keep a search by static vectors."""
        return cls(probes.keys, found.rows.astype(np.int32), found.static, found.lexical, found.code)


def search_probes(
    search: Search,
    probes: Probes,
    *,
    signatures: Any_,
    previous: Index | None,
    step: Callable[[int], None] | None = None,
) -> Candidates:
    """Search for every probe: what a search over all rows finds, to the last bit, however much is carried over."""
    count = len(probes.texts)
    found = Candidates.empty(count)
    todo = np.arange(count)
    if previous is not None and previous.lists is not None and probes.sentence is None:
        todo = _carry_over(search, probes, found, signatures, previous, previous.lists)
    for start in range(0, len(todo), 128):
        some = todo[start : start + 128]
        questions = [probes.question(int(i), search.lexicon) for i in some]
        part = search.find(questions, without=probes.skips[some].tolist())
        for name in ("rows", "static", "sentence", "lexical", "code", "sentences"):
            getattr(found, name)[some] = getattr(part, name)
        if step is not None:
            step(start + len(some))
    return found


def _carry_over(
    search: Search, probes: Probes, found: Candidates, signatures: Any_, previous: Index, lists: ProbeLists
) -> Any_:
    """Fill `found` for the probes that the changed rows and words leave alone; returns the others."""
    everything = np.arange(len(probes.texts))
    old = previous.table.signatures
    lexicon = search.lexicon
    if len(old).bit_length() != int(lexicon.size).bit_length() or not len(lists.keys):
        return everything
    old_order, new_order = np.argsort(old, kind="stable"), np.argsort(signatures, kind="stable")
    if len(np.unique(old)) != len(old) or len(np.unique(signatures)) != len(signatures):
        return everything
    dirty_words = _changed_words(previous.words, lexicon)
    changed = lexicon.rows_with(dirty_words)
    at = np.minimum(np.searchsorted(old[old_order], signatures), len(old) - 1)
    changed |= old[old_order][at] != signatures
    fresh = np.flatnonzero(changed)
    if len(fresh) > _TOO_MANY * len(signatures):
        return everything
    new_at = np.minimum(np.searchsorted(signatures[new_order], old), len(signatures) - 1)
    now = np.where(signatures[new_order][new_at] == old, new_order[new_at], -1)
    now = np.where(changed[np.maximum(now, 0)], -1, now)
    order = np.argsort(lists.keys, kind="stable")
    place = np.minimum(np.searchsorted(lists.keys[order], probes.keys), len(order) - 1)
    place = order[place]
    rows = np.where(lists.rows[place] >= 0, now[np.maximum(lists.rows[place], 0)], -2)
    usable = (lists.keys[place] == probes.keys) & ~(rows == -1).any(axis=1)
    part = Lexicon(merge([lexicon.rows], np.zeros(len(fresh), np.int64), fresh), whole=lexicon)
    near = cosines(probes.static, search.static[fresh], search.static_lengths[fresh])
    left = []
    for i in everything:
        query = part.query(words(probes.texts[i])) if usable[i] else None
        if query is None or np.isin(query.hashes, dirty_words).any():
            left.append(i)
            continue
        kept = np.flatnonzero(rows[i] >= 0)
        source = place[i], kept
        new = np.flatnonzero(fresh != probes.skips[i])
        pool = np.concatenate((rows[i][kept], fresh[new])).astype(np.int64)
        static = np.concatenate((lists.static[source], near[i][new]))
        lexical = np.concatenate((lists.lexical[source], part.score(query)[new]))
        code = np.concatenate((lists.code[source], part.code_match(query, new.tolist()))).astype(np.int8)
        by_row = np.argsort(pool, kind="stable")
        best = by_row[search.best_of(pool[by_row], first_pass(static, None, lexical)[by_row])]
        for name, values in (("rows", pool), ("static", static), ("lexical", lexical), ("code", code)):
            getattr(found, name)[i, : len(best)] = values[best]
    return np.array(left, np.int64)


def _changed_words(old: RowWords, lexicon: Lexicon) -> Any_:
    """Hashes of words that came, went, or changed their class of rarity."""
    new = lexicon.rows
    every = np.union1d(old.hashes, new.hashes)
    classes = np.zeros((2, len(every)), np.uint8)
    frequency = np.bincount(old.ids, minlength=len(old.hashes))
    classes[0, np.searchsorted(every, old.hashes)] = rarity_class(frequency)
    classes[1, np.searchsorted(every, new.hashes)] = lexicon.classes
    changed: Any_ = every[classes[0] != classes[1]]
    return changed
