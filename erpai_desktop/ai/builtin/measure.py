"""Measuring ways to answer on the same questions, so that a build can choose one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from erpai_desktop.ai.builtin.calibration import Examples, auroc, fit
from erpai_desktop.ai.builtin.probes import Probes
from erpai_desktop.ai.builtin.quantize import Any_, Floats
from erpai_desktop.ai.builtin.ranking import Mix, rank
from erpai_desktop.ai.builtin.search import Candidates

CLEARLY = 0.005
"""A way must be this much better than one that stands before it."""

CLEARLY_DISTURBED = 0.1
"""As CLEARLY, where nobody's own wording is at hand. A disturbed question shares its words with its row, which
flatters likeness of words: there the order in which ways are tried, likeliest first, is only overruled by much."""

_REFUSED = 0.95
_ENOUGH = 20
_ENOUGH_TO_COMPARE = 10


@dataclass(frozen=True, slots=True)
class Weighing:
    """How much each kind of question counts; arrays have one item a probe.

    known: questions whose answer is known. unknown: validation rows that expect a refusal. held_out: each row's
    question asked again as if its answer had never been curated.
    """

    known: Floats
    unknown: Floats
    held_out: Floats


@dataclass(frozen=True, slots=True)
class Decisions:
    """A head's decisions for the probes, of shape (probes, answers): as they are, and with the answer held out.

    NaN where a head was not trained for that.
    """

    known: Floats
    held_out: Floats


def weigh_for_choice(probes: Probes) -> Weighing:
    """The sample and the validation rows; 20 validation rows or more weigh at least as much as the sample."""
    known = probes.expected >= 0
    row, real = known & probes.from_rows, known & ~probes.from_rows
    weights = known.astype(np.float32)
    if real.sum() >= _ENOUGH:
        weights[real] = max(row.sum() / real.sum(), 1.0)
    return Weighing(weights, (~known).astype(np.float32), row.astype(np.float32))


def weigh_for_calibration(probes: Probes) -> Weighing:
    """Real questions before made-up ones.

    200 known validation rows or more calibrate alone; fewer, from 20 on, weigh as much as the sample. 30 refusals or
    more stand for the unknown alone; fewer, from 5 on, weigh as much as the questions held out.
    """
    weighing = weigh_for_choice(probes)
    known = probes.expected >= 0
    row, refusals = known & probes.from_rows, ~known
    if (known & ~row).sum() >= 200:
        weighing.known[row] = 0.0
    if refusals.sum() >= 30:
        weighing.held_out[:] = 0.0
    elif refusals.sum() >= 5:
        weighing.unknown[refusals] = max(row.sum() / refusals.sum(), 1.0)
    return weighing


def examples(
    found: Candidates, probes: Probes, answers: Any_, mix: Mix, weighing: Weighing, decisions: Decisions | None = None
) -> Examples:
    """The features of all questions that count, under one mix; see Weighing."""
    parts = []
    for weights, known, hide in (
        (weighing.known, True, False),
        (weighing.unknown, False, False),
        (weighing.held_out, False, True),
    ):
        counts = weights > 0
        decided = None
        if decisions is not None:
            decided = decisions.held_out if hide else decisions.known
            counts = counts & ~np.isnan(decided).any(axis=1)
        some = np.flatnonzero(counts)
        if not len(some):
            continue
        ranking = rank(
            found.take(some),
            answers,
            mix,
            decisions=decided[some] if decided is not None else None,
            without_answer=probes.expected[some] if hide else None,
        )
        right = (ranking.answers[:, 0] == probes.expected[some]) & known
        parts.append(Examples(ranking.features, np.full(len(some), known), right, weights[some]))
    return Examples.join(parts) if parts else no_examples()


def shift_of(found: Candidates, probes: Probes, answers: Any_, mix: Mix) -> float:
    """How much more alike strangers are to questions that MiniLM cannot read; 0 with fewer than ten such questions.

    Strangers: the rows found for a row's question once its own answer is out. Compared at their upper fifth.
    """
    row = probes.from_rows
    if min((row & found.sentences).sum(), (row & ~found.sentences).sum()) < _ENOUGH_TO_COMPARE:
        return 0.0
    levels = []
    for some in (np.flatnonzero(row & ~found.sentences), np.flatnonzero(row & found.sentences)):
        ranking = rank(found.take(some), answers, mix, without_answer=probes.expected[some])
        levels.append(float(np.quantile(ranking.features[:, 2], 0.8)))
    return round(min(max((levels[0] - levels[1]) * (1 + mix.lexical), 0.0), 0.4), 3)


def no_examples() -> Examples:
    """None at all."""
    from erpai_desktop.ai.builtin.ranking import FEATURES

    none = np.zeros(0, bool)
    return Examples(np.zeros((0, len(FEATURES)), np.float32), none, none, np.zeros(0, np.float32))


@dataclass(frozen=True, slots=True)
class Measured:
    """One way to answer and how it did.

    right: weighted share of known questions whose first answer is right, answered or not. separated: the share that is
    right and still answered where 95 % of the unknown are refused.
    """

    embedder: str
    mix: Mix
    right: float
    separated: float
    auroc: float | None
    questions: int

    @property
    def score(self) -> float:
        """What is compared: the mean of both shares."""
        return (self.right + self.separated) / 2

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "embedder": self.embedder,
            "strategy": self.mix.strategy,
            "mix": self.mix.to_json(),
            "right": round(self.right, 6),
            "right_where_95_percent_of_unknown_are_refused": round(self.separated, 6),
            "auroc": self.auroc,
            "score": round(self.score, 6),
            "questions": self.questions,
        }


def judge(embedder: str, mix: Mix, found: Examples, *, natural: bool) -> Measured:
    """How well one mix does, with the confidence that it could be given."""
    weights, bias = fit(found, natural=natural)
    confidence = found.features.astype(np.float64) @ weights + bias
    known = found.known
    total = float(found.weights[known].sum())
    if total <= 0:
        return Measured(embedder, mix, 0.0, 0.0, None, 0)
    right = float(found.weights[found.right].sum()) / total
    separated = right
    if (~known).any():
        least = np.quantile(confidence[~known], _REFUSED)
        separated = float(found.weights[found.right & (confidence > least)].sum()) / total
    return Measured(embedder, mix, right, separated, auroc(confidence, known), int(known.sum()))


def choose(measured: list[Measured], clearly: float) -> Measured:
    """The best; an earlier one keeps its place unless a later one is clearly better."""
    best = measured[0]
    for one in measured[1:]:
        if one.score > best.score + clearly:
            best = one
    return best


def natural(probes: Probes) -> bool:
    """Whether enough of the known questions are somebody's own wording, not disturbed rows."""
    known = probes.expected >= 0
    return int((known & ((probes.skips >= 0) | ~probes.from_rows)).sum()) >= _ENOUGH
