"""From candidates to answers: how similarities are mixed, which answer comes first, and what makes it credible."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from erpai_desktop.ai.builtin.quantize import Any_, Floats
from erpai_desktop.ai.builtin.search import Candidates

FEATURES = (
    "score",  # of the first answer
    "margin",  # of the first answer over the second
    "similarity",  # of the first answer's best row
    "other",  # similarity of the best row of any other answer
    "static",  # best WordLlama cosine of the first answer
    "lexical",  # best likeness of words of the first answer
    "agreement",  # share of the ten nearest rows that give the first answer
    "density",  # mean similarity of the ten nearest rows
)

_VOTERS = 10
_NONE = np.float32(-2.0)


@dataclass(frozen=True, slots=True)
class Mix:
    """How rows are scored and answers chosen.

    sentence: share of MiniLM in the cosine. lexical: weight of the likeness of words beside the cosine's 1.
    power: 0 takes an answer's best row; p > 0 adds up the ten nearest as a p-norm: a vote, near rows first.
    head: weight of similarity beside the head's decision; negative without a head. shift: taken from the cosine of a
    question that MiniLM cannot read, for WordLlama finds strangers more alike than MiniLM does.
    """

    sentence: float = 0.0
    lexical: float = 0.3
    power: int = 0
    head: float = -1.0
    shift: float = 0.0

    @property
    def strategy(self) -> str:
        """ "nearest", "vote" or "head"."""
        return "head" if self.head >= 0 else "vote" if self.power else "nearest"

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Answers in order, of shape (questions, candidates); unused places have row -1 and answer -1.

    rows: each answer's best row. scores: what the order follows. similarities: 0..1.
    features: (questions, len(FEATURES)).
    """

    rows: Any_
    answers: Any_
    scores: Floats
    similarities: Floats
    code: Any_
    features: Floats


def rank(
    found: Candidates, answers: Any_, mix: Mix, *, decisions: Floats | None = None, without_answer: Any_ | None = None
) -> Ranking:
    """Rank the answers of each question.

    answers: each row's answer. decisions: (questions, answers) of the head, when mix.head >= 0.
    without_answer: (questions,) an answer to leave out of each question, or -1.
    """
    valid = found.rows >= 0
    of = np.where(valid, answers[np.maximum(found.rows, 0)] if len(answers) else -1, -1)
    if without_answer is not None:
        valid &= of != np.asarray(without_answer)[:, None]
        of = np.where(valid, of, -1)
    share = np.where(found.sentences, np.float32(mix.sentence), np.float32(0))[:, None]
    cosine = share * found.sentence + (1 - share) * found.static
    cosine -= np.where(found.sentences, np.float32(0), np.float32(mix.shift))[:, None]
    similarity = (cosine + mix.lexical * found.lexical) / np.float32(1 + mix.lexical)
    similarity = (similarity + np.float32(0.1) * found.code).astype(np.float32)
    similarity = np.where(valid, similarity, _NONE).astype(np.float32)
    order = np.lexsort((found.rows, -similarity), axis=1)

    def sort(values: Any_) -> Any_:
        return np.take_along_axis(values, order, axis=1)

    rows, of, valid, similarity = sort(np.where(valid, found.rows, -1)), sort(of), sort(valid), sort(similarity)
    static, lexical, code = sort(found.static), sort(found.lexical), sort(found.code)
    same = (of[:, :, None] == of[:, None, :]) & valid[:, :, None] & valid[:, None, :]
    first = valid & ~np.tril(same, -1).any(axis=2)
    near = valid & (np.arange(rows.shape[1]) < _VOTERS)
    score = _scores(np.asarray(similarity, np.float32), same, near, mix)
    if mix.head >= 0 and decisions is not None:
        decided = np.take_along_axis(decisions, np.maximum(of, 0), axis=1)
        score = np.where(valid, decided + np.float32(mix.head) * similarity, _NONE).astype(np.float32)
    score = np.where(first, score, np.float32(-1e9))
    by_score = np.lexsort((rows, -score), axis=1)
    top = by_score[:, :1]

    def best(values: Any_) -> Any_:
        return np.take_along_axis(values, top, axis=1)[:, 0]

    mine = np.take_along_axis(same, top[:, :, None], axis=1)[:, 0, :]
    ordered = np.take_along_axis(score, by_score, axis=1)
    known = np.take_along_axis(first, by_score, axis=1)
    second = np.where(known[:, 1], ordered[:, 1], np.minimum(ordered[:, 0], 0)) if rows.shape[1] > 1 else ordered[:, 0]
    voters = np.maximum(near.sum(axis=1), 1)
    features = np.stack(
        [
            ordered[:, 0],
            ordered[:, 0] - second,
            best(similarity),
            np.where(valid & ~mine, similarity, 0).max(axis=1, initial=0.0),
            np.where(mine, static, 0).max(axis=1, initial=0.0),
            np.where(mine, lexical, 0).max(axis=1, initial=0.0),
            (near & mine).sum(axis=1) / voters,
            np.where(near, similarity, 0).sum(axis=1) / voters,
        ],
        axis=1,
    )
    features[~valid.any(axis=1)] = 0.0

    def listed(values: Any_, empty: float) -> Any_:
        return np.where(known, np.take_along_axis(values, by_score, axis=1), empty)

    return Ranking(
        listed(rows, -1),
        listed(of, -1),
        np.where(known, ordered, 0).astype(np.float32),
        np.clip(listed(similarity, 0), 0, 1).astype(np.float32),
        listed(code, 0),
        features.astype(np.float32),
    )


def _scores(similarity: Floats, same: Any_, near: Any_, mix: Mix) -> Floats:
    if not mix.power:
        return similarity
    votes = np.where(near, np.maximum(similarity, 0), 0).astype(np.float64) ** mix.power
    total = (same * votes[:, None, :]).sum(axis=2) ** (1.0 / mix.power)
    voted: Floats = np.maximum(total.astype(np.float32), similarity)
    return voted
