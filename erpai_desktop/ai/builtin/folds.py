"""What a trained head decides on questions it was not trained with: folds of rows, and of whole answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from erpai_desktop.ai.builtin.head import HeadTexts, train
from erpai_desktop.ai.builtin.quantize import Any_, Bytes, Floats, Ints
from erpai_desktop.ai.builtin.sample import stable_order

_ONE_FOLD_ROWS = 6000
_HELD_OUT_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Material:
    """What a head is trained on: rows that are not in conflict, and their answers' numbers."""

    static: Bytes
    sentence: Bytes | None
    texts: HeadTexts
    answers: Any_
    answer_count: int
    trainable: Any_


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions of shape (sample, answers) with the row itself out of training, and with its whole answer out.

    NaN where no head was trained without it.
    """

    without_row: Floats
    without_answer: Floats


def out_of_fold(material: Material, sample: Ints, *, seed: int, step: Callable[[int, int], None]) -> Decided | None:
    """Decisions on the sample's rows; None where too little is left to train on.

    Above 6,000 rows one fold: the whole sample and a tenth of the answers are left out at once. Below, three to five.
    A fold takes its rows from all answers alike: were an answer alone one question short, a classifier would think it
    rarer than the others and be measured worse than it is.
    """
    rows = len(material.answers)
    typical = rows / max(material.answer_count, 1)
    folds = 1 if rows >= _ONE_FOLD_ROWS else int(min(max(round(typical), 3), 5))
    shape = (len(sample), material.answer_count)
    own, held = np.full(shape, np.nan, np.float32), np.full(shape, np.nan, np.float32)
    has = np.zeros(len(sample), bool)
    mixed = stable_order(np.arange(rows, dtype=np.uint64) + np.uint64(1), seed)
    order = np.lexsort((mixed[sample], material.answers[sample]))
    _, firsts, sizes = np.unique(material.answers[sample][order], return_index=True, return_counts=True)
    fold_of = np.empty(len(sample), np.int64)
    fold_of[order] = (np.arange(len(sample)) - np.repeat(firsts, sizes)) % folds
    drawn = np.argsort(
        stable_order(np.arange(material.answer_count, dtype=np.uint64) + np.uint64(1), seed + 1), kind="stable"
    )
    size = max(1, int(material.answer_count * _HELD_OUT_SHARE))
    for fold in range(folds):
        gone = drawn[(np.arange(size) + fold * size) % len(drawn)]
        out_rows = sample[fold_of == fold]
        in_training = material.trainable & ~np.isin(material.answers, gone)
        in_training[out_rows] = False
        use = np.flatnonzero(in_training)
        if not len(use):
            return None
        head = train(
            material.static[use],
            material.sentence[use] if material.sentence is not None else None,
            material.texts.take(use),
            material.answers[use],
            count=material.answer_count,
            seed=seed,
        )
        if head is None:
            return None
        away = np.isin(material.answers[sample], gone)
        asked = np.flatnonzero((fold_of == fold) | (away & ~has))
        some = sample[asked]
        decided = head.decide(
            material.static[some],
            material.sentence[some] if material.sentence is not None else None,
            material.texts.take(some),
        )
        mine, theirs = fold_of[asked] == fold, away[asked]
        own[asked[mine & ~theirs]] = decided[mine & ~theirs]
        held[asked[theirs]] = decided[theirs]
        has[asked[theirs]] = True
        step(fold + 1, folds)
    return Decided(own, held)
