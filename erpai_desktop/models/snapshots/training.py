"""A fine-tuning run as its worker and the pages know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from erpai_desktop.models.asset_keys import DATASET_SUMMARY
from erpai_desktop.models.enums import JobState, ProviderKind
from erpai_desktop.models.ids import CompilationId, JobId, ModelId, ProviderId

NOT_TRAINED = "Not trained: "
"""How the message of a version begins whose provider does not train (any more): nobody's fault."""
ADDRESS = "address"
"""In a step's payload: where it was taken."""
BASE_MODEL = "base_model"
"""In a job's payload: what it trains."""
KEPT = "What was prepared is kept: save it as files, or compile to grounded, which needs no training."


@dataclass(frozen=True, slots=True)
class TrainingStep:
    """Something that is or was to be done once at the provider. `part` is the file of an upload, else empty."""

    id: JobId
    kind: str
    part: str
    state: JobState
    remote_id: str
    payload: Mapping[str, Any]
    started_utc: datetime

    @property
    def is_open(self) -> bool:
        """Whether its outcome is still to come, or to be found out."""
        return self.state in (JobState.INTENDED, JobState.RUNNING, JobState.PAUSED)


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """A version that is being trained. `steps` are in the order in which they were begun.

    `address` is the provider's as it is now.
    """

    compilation_id: CompilationId
    number: int
    model_id: ModelId
    model_name: str
    provider_id: ProviderId
    provider_name: str
    provider_kind: ProviderKind | None
    base_model: str
    address: str
    is_running: bool
    input_hash: str
    knowledge_revision: int
    build_log: str
    values: Mapping[str, str]
    blobs: Mapping[str, str]
    steps: tuple[TrainingStep, ...]

    @property
    def has_begun(self) -> bool:
        """Whether something may be at the provider that is still wanted: no step of it is taken a second time."""
        given_up = (JobState.INTERRUPTED, JobState.FAILED, JobState.CANCELLED)
        return any(step.state not in given_up for step in self.steps)

    @property
    def is_waiting(self) -> bool:
        """Whether something at the provider is still to end, or its outcome to be found out."""
        return any(step.is_open for step in self.steps)

    @property
    def sent_elsewhere(self) -> str:
        """Where its steps were taken, if the provider has another address now; its ids mean nothing there."""
        given_up = (JobState.INTERRUPTED, JobState.FAILED)
        places = {str(step.payload.get(ADDRESS, "")) for step in self.steps if step.state not in given_up}
        return next((place for place in sorted(places) if place and place != self.address), "")

    @property
    def tokens(self) -> int:
        """What going once through the training file is billed as."""
        return int(self._summary.get("tokens", 0))

    @property
    def examples(self) -> int:
        """How many there are in the training file."""
        return int(self._summary.get("examples", 0))

    @property
    def _summary(self) -> dict[str, Any]:
        value = orjson.loads(self.values.get(DATASET_SUMMARY, "{}"))
        return value if isinstance(value, dict) else {}

    def step(self, kind: str, part: str = "") -> TrainingStep | None:
        """The newest step of this kind that has not been given up."""
        given_up = (JobState.INTERRUPTED, JobState.FAILED)
        return next(
            (
                step
                for step in reversed(self.steps)
                if step.kind == kind and step.part == part and step.state not in given_up
            ),
            None,
        )


class TrainingLine(NamedTuple):
    """A version whose training goes on at the provider, or waits to be taken up again by this program."""

    compilation_id: CompilationId
    model_id: ModelId
    model_name: str
    number: int
    is_followed: bool
    """Whether a living program follows it."""


@dataclass(frozen=True, slots=True)
class TrainingFacts:
    """How the training of a version stands, and what can be done with it.

    `remote_id` and `remote_state` are the provider's words of its job. `has_failed` means that it ended without a
    trained model, while what was prepared is kept.
    """

    compilation_id: CompilationId
    model_id: ModelId
    number: int
    has_files: bool
    is_training: bool
    is_started: bool
    is_paused: bool
    remote_id: str
    remote_state: str
    has_failed: bool
