"""What a build tells of itself: frozen, and plain enough to be stored as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class BuildReport:
    """The outcome of a build.

    sha256, size: of the file. embedder: "wordllama" or "minilm" (beside WordLlama). strategy: "nearest", "vote" or
    "head". calibration: how the threshold was found; JSON-able. curve: points (threshold, answered share of known
    questions, wrong share of those answered, refused share of unknown questions or None). candidates: each way that
    was measured, with its leave-one-out score. timings: seconds by stage. embedded_texts: questions that had to be
    embedded, found neither in the previous index nor in the cache.
    """

    sha256: str
    size: int
    rows: int
    answers: int
    embedder: str
    strategy: str
    threshold: float
    calibration: Mapping[str, Any]
    curve: tuple[tuple[float, float, float, float | None], ...]
    candidates: tuple[Mapping[str, Any], ...]
    embedded_texts: int
    timings: Mapping[str, float] = field(compare=False)

    def to_json(self) -> dict[str, Any]:
        """Plain values, for the compilation's assets."""
        return {
            "sha256": self.sha256,
            "size": self.size,
            "rows": self.rows,
            "answers": self.answers,
            "embedder": self.embedder,
            "strategy": self.strategy,
            "threshold": self.threshold,
            "calibration": dict(self.calibration),
            "curve": [list(point) for point in self.curve],
            "candidates": [dict(one) for one in self.candidates],
            "embedded_texts": self.embedded_texts,
            "timings": dict(self.timings),
        }
