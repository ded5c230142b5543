"""Confidence and threshold."""

from __future__ import annotations

import numpy as np
import pytest

from erpai_desktop.ai.builtin.calibration import Calibrator, Examples, auroc, choose_threshold, curve, fit
from erpai_desktop.ai.builtin.measure import no_examples
from erpai_desktop.ai.builtin.ranking import FEATURES


def _examples(count: int = 400) -> Examples:
    """Known questions near their rows, unknown ones far, with an overlap."""
    chance = np.random.default_rng(5)
    known = np.arange(count) % 2 == 0
    similarity = np.where(known, 0.7, 0.4) + chance.normal(0, 0.1, count)
    features = np.zeros((count, len(FEATURES)), np.float32)
    features[:, FEATURES.index("similarity")] = similarity
    features[:, FEATURES.index("score")] = similarity
    features[:, FEATURES.index("margin")] = np.where(known, 0.3, 0.05)
    right = known & (chance.random(count) < 0.9)
    return Examples(features, known, right, np.ones(count, np.float32))


@pytest.mark.parametrize("natural", [True, False])
def test_more_likeness_never_lowers_confidence(natural: bool) -> None:
    weights, bias = fit(_examples(), natural=natural)
    calibrator = Calibrator(tuple(weights), bias, 0.5)
    for name in FEATURES:
        if name == "other":
            continue
        features = np.full((20, len(FEATURES)), 0.4, np.float32)
        features[:, FEATURES.index(name)] = np.linspace(0, 1, 20)
        assert (np.diff(calibrator.confidence(features)) >= 0).all(), name


def test_confidence_separates_and_is_about_the_share_of_right_answers() -> None:
    found = _examples(2000)
    weights, bias = fit(found)
    confidence = Calibrator(tuple(weights), bias, 0.5).confidence(found.features)
    area = auroc(confidence, found.known)
    assert area is not None
    assert area > 0.95
    sure = confidence > 0.7
    assert abs(found.right[sure].mean() - confidence[sure].mean()) < 0.12
    assert found.right[confidence < 0.2].mean() < 0.2


def test_without_examples_the_guess_stands() -> None:
    weights, bias = fit(no_examples())
    near, far = np.zeros((1, len(FEATURES)), np.float32), np.zeros((1, len(FEATURES)), np.float32)
    near[0, FEATURES.index("similarity")], near[0, FEATURES.index("margin")] = 0.9, 0.4
    calibrator = Calibrator(tuple(weights), bias, 0.5)
    assert calibrator.confidence(near)[0] > 0.5 > calibrator.confidence(far)[0]


def test_the_threshold_answers_the_target_share() -> None:
    confidence = np.linspace(0, 1, 101)
    known = np.ones(101, bool)
    unknown_at_the_top = np.concatenate((known, np.zeros(20, bool)))
    values = np.concatenate((confidence, np.full(20, 0.95)))
    weights = np.ones(121)
    chosen = choose_threshold(values, unknown_at_the_top, weights, target_share=0.9, refuse_share=0.98)
    assert (confidence >= chosen).mean() == pytest.approx(0.9, abs=0.011)


def test_the_threshold_falls_while_the_unknown_are_still_refused() -> None:
    confidence = np.concatenate((np.linspace(0.5, 1, 50), np.linspace(0, 0.2, 50)))
    known = np.arange(100) < 50
    chosen = choose_threshold(confidence, known, np.ones(100), target_share=0.9, refuse_share=0.98)
    assert (confidence[known] >= chosen).all()
    assert (confidence[~known] < chosen).mean() >= 0.97


def test_the_curve_goes_from_all_to_few() -> None:
    found = _examples()
    points = curve(found.features[:, 2].astype(float), found.known, found.right)
    assert points[0][1] == 1.0
    assert points[-1][1] < 0.2
    assert points[0][2] > points[-1][2]


def test_a_calibrator_survives_json() -> None:
    calibrator = Calibrator(tuple(float(i) for i in range(len(FEATURES))), -1.5, 0.25)
    assert Calibrator.from_json(calibrator.to_json()) == calibrator
    with pytest.raises(ValueError, match="other features"):
        Calibrator.from_json({"weights": [1.0], "bias": 0.0, "threshold": 0.5})
