"""The questions a build asks itself, and their searches, carried over from the previous build where nothing changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from erpai_desktop.ai.builtin.lexicon import Lexicon, RowWords, WordQuery, merge, rarity_class
from erpai_desktop.ai.builtin.quantize import Any_, Bytes, Floats, lengths
from erpai_desktop.ai.builtin.search import (
    TOP_ANSWERS,
    TOP_ROWS,
    WIDTH,
    Candidates,
    Question,
    Search,
    cosines,
    first_pass,
)
from erpai_desktop.ai.builtin.text import words

if TYPE_CHECKING:
    from erpai_desktop.ai.builtin.index import Index

_AT_ONCE = 128
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
    old_sorted, new_sorted = old[old_order], signatures[new_order]
    if any((one[1:] == one[:-1]).any() for one in (old_sorted, new_sorted)):
        return everything
    dirty_words = _changed_words(previous.words, lexicon)
    changed = lexicon.rows_with(dirty_words)
    # Asked in order, a search is several times as fast.
    at = np.minimum(np.searchsorted(old_sorted, new_sorted), len(old) - 1)
    changed[new_order] |= old_sorted[at] != new_sorted
    fresh = np.flatnonzero(changed)
    if len(fresh) > _TOO_MANY * len(signatures):
        return everything
    new_at = np.minimum(np.searchsorted(new_sorted, old_sorted), len(signatures) - 1)
    now = np.empty(len(old), np.int64)
    now[old_order] = np.where(new_sorted[new_at] == old_sorted, new_order[new_at], -1)
    now = np.where(changed[np.maximum(now, 0)], -1, now)
    order = np.argsort(lists.keys, kind="stable")
    place = np.minimum(np.searchsorted(lists.keys[order], probes.keys), len(order) - 1)
    place = order[place]
    rows = np.where(lists.rows[place] >= 0, now[np.maximum(lists.rows[place], 0)], -2)
    usable = (lists.keys[place] == probes.keys) & ~(rows == -1).any(axis=1)
    part = Lexicon(merge([lexicon.rows], np.zeros(len(fresh), np.int64), fresh), whole=lexicon)
    near = cosines(probes.static, search.static[fresh], lengths(search.static[fresh]))
    queries = dict(
        zip(
            np.flatnonzero(usable).tolist(),
            part.queries([words(probes.texts[i]) for i in np.flatnonzero(usable)]),
            strict=True,
        )
    )
    dirty = set(dirty_words.tolist())
    clean = [i for i, query in queries.items() if dirty.isdisjoint(query.hashes.tolist())]
    calm = _calm(search, probes, part, lists, fresh, near, rows, place, queries, clean)
    for name, values in (("rows", rows), ("static", lists.static[place]), ("lexical", lists.lexical[place])):
        getattr(found, name)[calm] = values[calm]
    found.code[calm] = lists.code[place[calm]]
    found.rows[calm] = np.maximum(found.rows[calm], -1)
    for i in sorted(set(clean).difference(calm.tolist())):
        query = queries[i]
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
    return np.setdiff1d(everything, np.array(clean, np.int64))


def _calm(
    search: Search,
    probes: Probes,
    part: Lexicon,
    lists: ProbeLists,
    fresh: Any_,
    near: Floats,
    rows: Any_,
    place: Any_,
    queries: Mapping[int, WordQuery],
    clean: Sequence[int],
) -> Any_:
    """Those of the `clean` probes whose lists stay as they are, for no fresh row comes near the last of them."""
    calm: list[int] = []
    for start in range(0, len(clean), _AT_ONCE):
        some = np.array(clean[start : start + _AT_ONCE], np.int64)
        listed = rows[some] >= 0
        score = first_pass(near[some], None, part.score_all([queries[i] for i in some.tolist()]))
        score[fresh[None, :] == probes.skips[some][:, None]] = -np.inf
        kept = first_pass(lists.static[place[some]], None, lists.lexical[place[some]])
        far = score.max(axis=1, initial=-np.inf) < np.where(listed, kept, np.inf).min(axis=1)
        # A list that is short, or of few answers, is filled up by other rules.
        top = np.sort(search.answers[np.maximum(rows[some][:, :TOP_ROWS], 0)], axis=1)
        answers = 1 + (np.diff(top, axis=1) != 0).sum(axis=1)
        full = listed[:, :TOP_ROWS].all(axis=1) & (listed[:, :-1] >= listed[:, 1:]).all(axis=1)
        calm += some[far & full & (answers >= TOP_ANSWERS)].tolist()
    return np.array(calm, np.int64)


def _changed_words(old: RowWords, lexicon: Lexicon) -> Any_:
    """Hashes of words that came, went, or changed their class of rarity."""
    new = lexicon.rows
    # Both are sorted; sorting is faster than the union of sets.
    every = np.sort(np.concatenate((old.hashes, new.hashes)))
    every = every[np.concatenate((np.ones(min(len(every), 1), bool), every[1:] != every[:-1]))]
    classes = np.zeros((2, len(every)), np.uint8)
    frequency = np.bincount(old.ids, minlength=len(old.hashes))
    classes[0, np.searchsorted(every, old.hashes)] = rarity_class(frequency)
    classes[1, np.searchsorted(every, new.hashes)] = lexicon.classes
    changed: Any_ = every[classes[0] != classes[1]]
    return changed
