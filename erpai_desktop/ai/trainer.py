"""A provider that trains: files up, fine-tuning jobs, and what they report. Nothing here is ever retried by itself."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

OWN_ID_KEY = "erpai_intention"
"""The key, in a job's metadata, of the intention it was started for: by it an orphan is found."""


class RemoteState(enum.StrEnum):
    """Where a fine-tuning job stands, in the provider's words."""

    VALIDATING = "validating_files"
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self in {RemoteState.SUCCEEDED, RemoteState.FAILED, RemoteState.CANCELLED}


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file at the provider."""

    id: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class RemoteJob:
    """A fine-tuning job at the provider. `own_id` is what its metadata says under OWN_ID_KEY."""

    id: str
    state: RemoteState
    own_id: str = ""
    trained_model: str = ""
    trained_tokens: int | None = None
    error: str = ""

    @property
    def billed_tokens(self) -> int | None:
        """Tokens that it is billed for; None where nobody knows. One that failed is not billed, unless it says so."""
        return self.trained_tokens if self.state is not RemoteState.FAILED else self.trained_tokens or 0


@dataclass(frozen=True, slots=True)
class RemoteEvent:
    """A line of a job's log at the provider."""

    id: str
    time_utc: datetime
    level: str
    message: str


class Trainer(Protocol):
    """Fine-tuning at one provider. Every method raises a ProviderError and nothing else of its own.

    NotOfferedError and KeyRefusedError from `upload` or `start` mean that this provider does not train (any more).
    """

    async def upload(self, file: Path, *, name: str) -> RemoteFile:
        """Send a training file once under this name."""
        ...

    async def find_files(self, name: str) -> tuple[RemoteFile, ...]:
        """Files of this very name, oldest first: what an interrupted upload has left."""
        ...

    async def start(
        self, *, base_model: str, training_file: str, validation_file: str | None, own_id: str, suffix: str
    ) -> RemoteJob:
        """Start a job once, with our own id in its metadata."""
        ...

    async def find(self, own_id: str) -> tuple[RemoteJob, ...]:
        """Jobs that carry our id: what an interrupted start has left."""
        ...

    async def ours(self) -> tuple[RemoteJob, ...]:
        """The newest jobs (some hundreds at most) that carry an id of ours, whosever: among them are the orphans."""
        ...

    async def retrieve(self, job_id: str) -> RemoteJob:
        """A job as it stands."""
        ...

    async def events(self, job_id: str, *, after: str | None = None) -> tuple[RemoteEvent, ...]:
        """A job's log in order of time, from behind the event `after` on."""
        ...

    async def cancel(self, job_id: str) -> RemoteJob:
        """End a job."""
        ...

    async def pause(self, job_id: str) -> RemoteJob:
        """Halt a job."""
        ...

    async def resume(self, job_id: str) -> RemoteJob:
        """Let a halted job go on."""
        ...

    async def delete_model(self, name: str) -> None:
        """Delete a trained model; one that is gone already is no error."""
        ...

    async def delete_file(self, file_id: str) -> None:
        """Delete a file; one that is gone already is no error."""
        ...

    async def close(self) -> None:
        """Let connections go."""
        ...
