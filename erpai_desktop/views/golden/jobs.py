"""What the pages about golden answers ask to be started; `app.version_jobs.VersionJobs` is the real one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from erpai_desktop.models.ids import CompilationId, GoldenSetId, ModelId
from erpai_desktop.models.snapshots.parity import Parity
from erpai_desktop.workers.runner import RunningJob


class GoldenJobs(Protocol):
    """Each starts a long job."""

    def record_golden(
        self, model_id: ModelId, compilation_id: CompilationId, name: str, questions: Sequence[str], *, validation: bool
    ) -> RunningJob:
        """Ask a version, and keep its answers."""
        ...

    def check_successor(
        self, model_id: ModelId, golden_set_id: GoldenSetId, compilation_id: CompilationId
    ) -> RunningJob:
        """Ask a version what golden answers were asked; the outcome is their Parity."""
        ...

    def write_report(self, found: Parity, path: Path) -> RunningJob:
        """Write a parity report into a file."""
        ...
