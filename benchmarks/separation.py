"""How well a confidence tells known questions from unknown ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """One way of answering on the test part: confidences from 0 to 1, and whether the best answer is right."""

    known: Floats
    right: npt.NDArray[np.bool_]
    unknown: Floats
    known_validation: Floats

    @property
    def accuracy(self) -> float:
        """The share of known questions whose best answer is right, refused or not."""
        return float(self.right.mean())

    @property
    def auroc(self) -> float:
        """The chance that a known question has a higher confidence than an unknown one, ties counting half."""
        ordered = np.sort(self.unknown)
        below = np.searchsorted(ordered, self.known, "left")
        upto = np.searchsorted(ordered, self.known, "right")
        return float((below + upto).mean() / 2 / len(ordered))

    def threshold(self, answered: float) -> float:
        """The one at which this share of the known validation questions is answered."""
        return float(np.quantile(self.known_validation, 1 - answered, method="lower"))

    def at(self, threshold: float) -> tuple[float, float]:
        """Shares of the test part: known questions answered, unknown ones refused."""
        return float((self.known >= threshold).mean()), float((self.unknown < threshold).mean())

    def curve(self, points: int = 101) -> list[tuple[float, float]]:
        """(share of known answered, share of unknown refused) over thresholds from strict to lax."""
        return [self.at(self.threshold(share)) for share in np.linspace(0, 1, points)]


def summary(judged: Judged, *, answered: float = 0.9) -> dict[str, float]:
    """The figures of one way of answering."""
    threshold = judged.threshold(answered)
    share_answered, share_refused = judged.at(threshold)
    return {
        "in_scope_right": round(judged.accuracy, 4),
        "auroc": round(judged.auroc, 4),
        "threshold": round(threshold, 4),
        "in_scope_answered": round(share_answered, 4),
        "out_of_scope_refused": round(share_refused, 4),
    }


def floats(values: Sequence[float]) -> Floats:
    """An array."""
    return np.asarray(values, np.float64)
