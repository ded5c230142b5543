"""Confidence and threshold: a logistic on similarity and margin, fitted on questions known and unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from erpai_desktop.ai.builtin.quantize import Any_, Floats
from erpai_desktop.ai.builtin.ranking import FEATURES

# A guess for knowledge too small to learn from, in units of the features; data moves it.
_PRIOR = {"score": 0.0, "margin": 4.0, "similarity": 12.0, "static": 0.0, "lexical": 2.0}
_PRIOR_AT = {"margin": 0.1, "similarity": 0.5, "lexical": 0.3}
# Only the similarity of other answers may count against an answer: more likeness never lowers confidence.
_FREE = frozenset({"other"})
_MAX_STEPS = 100
_STRENGTH = 3.0  # How many examples' worth the prior holds.


@dataclass(frozen=True, slots=True)
class Calibrator:
    """confidence = 1 / (1 + exp(-(bias + weights · features))).

    `threshold` is the least confidence that is answered.
    """

    weights: tuple[float, ...]
    bias: float
    threshold: float

    def logits(self, features: Floats) -> Any_:
        """Log-odds of shape (questions,)."""
        logits: Any_ = features.astype(np.float64) @ np.array(self.weights) + self.bias
        return logits

    def confidence(self, features: Floats) -> Any_:
        """Confidence 0..1 of each question, rounded to six places."""
        confidence: Any_ = np.round(1 / (1 + np.exp(-np.clip(self.logits(features), -40, 40))), 6)
        return confidence

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"weights": list(self.weights), "bias": self.bias, "threshold": self.threshold}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Calibrator:
        """The inverse of `to_json`."""
        weights = tuple(map(float, values["weights"]))
        if len(weights) != len(FEATURES):
            raise ValueError("a calibrator of other features")
        return cls(weights, float(values["bias"]), float(values["threshold"]))


@dataclass(frozen=True, slots=True)
class Examples:
    """Questions to calibrate on: features (n, len(FEATURES)), whether known (its answer is in the knowledge),
    whether the first answer was right, and a weight each."""

    features: Floats
    known: Any_
    right: Any_
    weights: Floats

    @classmethod
    def join(cls, parts: list[Examples]) -> Examples:
        """One after another."""
        return cls(
            np.concatenate([p.features for p in parts]),
            np.concatenate([p.known for p in parts]),
            np.concatenate([p.right for p in parts]),
            np.concatenate([p.weights for p in parts]),
        )


def fit(examples: Examples, *, natural: bool = True) -> tuple[Any_, float]:
    """Weights and bias of the logistic.

    First a direction: questions that are known and answered right against unknown ones, as heavy as each other (known
    ones answered wrong are left out, or they would teach that a familiar question is an unknown one). Then that
    direction is scaled to the share of right answers among all (Platt scaling). Unless the questions are `natural`
    (somebody's own wording), the direction is the prior: disturbed questions say nothing of how wording varies.
    """
    prior = np.array([_PRIOR.get(name, 0.0) for name in FEATURES])
    at = np.array([_PRIOR_AT.get(name, 0.0) for name in FEATURES])
    start_bias = -float(prior @ at)
    clear = examples.right | ~examples.known
    features, target = examples.features[clear].astype(np.float64), examples.right[clear]
    if not target.any() or target.all():
        return prior, start_bias
    if natural:
        weights, bias = _direction(features, target, examples.weights[clear], prior, start_bias)
    else:
        weights, bias = prior, start_bias
    line = examples.features.astype(np.float64) @ weights + bias
    share = _balanced(examples.known, examples.weights)
    slope, shift = _logistic(line[:, None], examples.right, share, prior=np.ones(1), free=np.zeros(1, bool), bias=0.0)
    scale = max(float(slope[0]), 0.05)
    return weights * scale, bias * scale + float(shift)


def _direction(features: Any_, target: Any_, weights: Any_, prior: Any_, bias: float) -> tuple[Any_, float]:
    """Weights and bias in units of the features, fitted in units of their spread."""
    spread = np.maximum(features.std(axis=0), 1e-3)
    middle = features.mean(axis=0)
    free = np.array([name in _FREE for name in FEATURES])
    fitted, shift = _logistic(
        (features - middle) / spread,
        target,
        _balanced(target, weights),
        prior=prior * spread,
        free=free,
        bias=bias + float(prior @ middle),
    )
    fitted = fitted / spread
    return fitted, shift - float(fitted @ middle)


def _balanced(target: Any_, weights: Any_) -> Any_:
    share = np.where(target, weights / max(weights[target].sum(), 1e-9), weights / max(weights[~target].sum(), 1e-9))
    balanced: Any_ = share * (len(target) / 2)
    return balanced


def _logistic(
    features: Any_, target: Any_, weights: Any_, *, prior: Any_, free: Any_, bias: float
) -> tuple[Any_, float]:
    """Weighted logistic regression with a Gaussian prior around `prior`; weights are not negative unless free.

    Newton's method projected on the bounds (Bertsekas 1982): convex, a handful of unknowns, and no need of an
    optimiser's import, which takes longer than the fit.
    """
    design = np.hstack([features, np.ones((len(features), 1))])
    centre = np.concatenate((prior, [bias]))
    strength = np.concatenate((np.full(len(prior), _STRENGTH), [0.1]))
    bounded = np.concatenate((~free, [False]))
    signs = np.where(target, 1.0, -1.0)

    def loss(values: Any_) -> float:
        pull = values - centre
        return float(weights @ np.logaddexp(0, -signs * (design @ values)) + (strength * pull) @ pull / 2)

    values = np.where(bounded, np.maximum(centre, 0), centre)
    for _ in range(_MAX_STEPS):
        chance = 1 / (1 + np.exp(np.clip(-(design @ values), -500, 500)))
        slope = design.T @ (weights * (chance - target)) + strength * (values - centre)
        moving = ~(bounded & (values <= 0) & (slope > 0))
        curvature = (design * (weights * chance * (1 - chance))[:, None]).T @ design + np.diag(strength)
        step = np.zeros(len(values))
        step[moving] = np.linalg.solve(curvature[np.ix_(moving, moving)], slope[moving])
        before, size = loss(values), 1.0
        while True:
            tried = values - size * step
            tried = np.where(bounded, np.maximum(tried, 0), tried)
            if loss(tried) <= before or size < 1e-6:
                break
            size /= 2
        if np.abs(tried - values).max() < 1e-9:
            break
        values = tried
    return values[:-1], float(values[-1])


def choose_threshold(
    confidence: Any_, known: Any_, weights: Any_, *, target_share: float, refuse_share: float
) -> float:
    """The least confidence that is answered.

    The one that answers `target_share` of the known questions, or a lower one that still refuses `refuse_share` of
    the unknown.
    """
    if known.sum() < 10:
        return 0.5
    answered = _quantile(confidence[known], weights[known], 1 - target_share)
    if (~known).sum() < 10:
        return answered
    unknown = np.nextafter(_quantile(confidence[~known], weights[~known], refuse_share), 1.0)
    return float(min(answered, unknown))


def _quantile(values: Any_, weights: Any_, share: float) -> float:
    """The largest observed value with at most `share` of the weight strictly below it."""
    order = np.argsort(values, kind="stable")
    below = np.concatenate(([0.0], np.cumsum(weights[order])))[:-1] / max(float(weights.sum()), 1e-9)
    place = int(np.flatnonzero(below <= share + 1e-12)[-1])
    return float(values[order][place])


def auroc(confidence: Any_, known: Any_) -> float | None:
    """Chance that a known question has more confidence than an unknown one; None without both."""
    positive, negative = confidence[known], np.sort(confidence[~known])
    if not len(positive) or not len(negative):
        return None
    less = np.searchsorted(negative, positive, "left") + np.searchsorted(negative, positive, "right")
    return round(float(less.mean() / 2 / len(negative)), 6)


def curve(confidence: Any_, known: Any_, right: Any_) -> list[tuple[float, float, float, float | None]]:
    """Points (threshold, answered share of known, wrong share of answered known, refused share of unknown or None)."""
    points = []
    for threshold in np.unique(np.round(np.quantile(confidence, np.linspace(0, 1, 41)), 6)) if len(confidence) else []:
        answered = known & (confidence >= threshold)
        wrong = float((answered & ~right).sum() / answered.sum()) if answered.any() else 0.0
        refused = float((confidence[~known] < threshold).mean()) if (~known).any() else None
        share = float(answered.sum() / known.sum()) if known.any() else 0.0
        points.append(
            (float(threshold), round(share, 6), round(wrong, 6), None if refused is None else round(refused, 6))
        )
    return points
