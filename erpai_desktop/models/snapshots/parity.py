"""A successor's answers beside its predecessor's, as the window and the report show them."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from erpai_desktop.models.comparison import Better, Verdict
from erpai_desktop.models.statistics import Interval


class Agreement(enum.StrEnum):
    """How near an answer comes to the one before."""

    SAME = "same"
    SIMILAR = "similar"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class ParityAnswer:
    """One answer. `right` is None where nobody knows; `reason` completes the sentence "It is right/wrong because"."""

    text: str
    refused: bool
    right: bool | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ParityLine:
    """One question. `similarity` runs from 0 to 100; `better` is None where right and wrong are not known of both."""

    question: str
    expected: str
    expects_refusal: bool
    before: ParityAnswer
    after: ParityAnswer
    similarity: float
    agreement: Agreement
    better: Better | None


@dataclass(frozen=True, slots=True)
class ParitySide:
    """One of the two: its name, a note such as its base model, and how many of its judged answers were right."""

    name: str
    note: str
    right: int
    judged: int
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Parity:
    """All questions, what differs most first.

    `better` and `worse` are told of the successor; the p value is that of McNemar's exact test.
    """

    model_name: str
    before: ParitySide
    after: ParitySide
    lines: tuple[ParityLine, ...]
    same: int
    similar: int
    different: int
    better: int
    worse: int
    p_value: float
    verdict: Verdict
    sentence: str

    @property
    def share_alike(self) -> float | None:
        """The share of questions answered the same or nearly so, None of none."""
        return (self.same + self.similar) / len(self.lines) if self.lines else None
