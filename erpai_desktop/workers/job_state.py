"""A long job as the jobs panel shows it."""

from __future__ import annotations

import enum
from collections.abc import Hashable
from dataclasses import dataclass
from uuid import UUID

ANSWERING = "answering"
"""The stage of an answer whose progress text is what it says so far."""

HELD_BACK = "held back"
"""The last stage of a build whose version did worse than the active one, so that a person has to decide."""

NEEDS_A_LOOK = "needs a look"
"""The last stage of a job that ended in order, but not as was wished: a version not measured, or not trained; a
training at a provider that no version waits for."""


class JobPhase(enum.StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class JobSpec:
    """What to call a job. Jobs with the same `queue` run one after another; `subject` is what it works on:
    a model, or the provider that is tested."""

    title: str
    kind: str
    queue: Hashable = None
    subject: UUID | None = None
    quiet: bool = False
    """A short job, such as an answer in the chat, that the jobs panel does not list."""


@dataclass(frozen=True, slots=True)
class JobState:
    """A moment of a job. `total` 0 means that its length is unknown; `elapsed_s` is in seconds since it began."""

    id: UUID
    spec: JobSpec
    phase: JobPhase
    stage: str = ""
    done: int = 0
    total: int = 0
    text: str = ""
    elapsed_s: float = 0.0
    log: tuple[str, ...] = ()
    error: str = ""
    failure: type[Exception] | None = None
    """What kind of error it failed by."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.phase not in {JobPhase.QUEUED, JobPhase.RUNNING}

    @property
    def held_back(self) -> bool:
        """Whether it made a version that did worse than the active one, to be compared with it."""
        return self.phase is JobPhase.DONE and self.stage == HELD_BACK

    @property
    def needs_a_look(self) -> bool:
        """Whether it ended in order and yet left something to a person to decide."""
        return self.held_back or (self.phase is JobPhase.DONE and self.stage == NEEDS_A_LOOK)
