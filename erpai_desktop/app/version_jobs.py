"""Starts the long jobs about versions: deleting one, recording golden answers, checking a successor, a report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from erpai_desktop.errors import ErpAiError
from erpai_desktop.models.ids import CompilationId, GoldenSetId, ModelId
from erpai_desktop.models.snapshots.comparison import Comparison
from erpai_desktop.models.snapshots.parity import Parity
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.intentions import check_successor, delete_version, record_golden, write_report
from erpai_desktop.workers.job_state import JobSpec
from erpai_desktop.workers.providers.connecting import Connecting
from erpai_desktop.workers.runner import Runner, RunningJob


class VersionJobs:
    """One for each open workspace; implements `views.golden.jobs.GoldenJobs`. `name_of` tells a model's name."""

    def __init__(
        self, runner: Runner, engine: EngineProcess, connections: Connecting, name_of: Callable[[ModelId], str]
    ) -> None:
        self._runner = runner
        self._engine = engine
        self._connections = connections
        self._name_of = name_of

    def delete_version(
        self, model_id: ModelId, compilation_id: CompilationId, name: str, *, only_here: bool = False
    ) -> RunningJob:
        """Delete a version; jobs that build the model go first."""
        spec = JobSpec(
            f"Delete {self._name_of(model_id)} {name}", "compile", queue=("build", model_id), subject=model_id
        )
        return self._runner.start(
            spec,
            delete_version.delete_version,
            compilation_id=compilation_id,
            connections=self._connections,
            only_here=only_here,
        )

    def record_golden(
        self, model_id: ModelId, compilation_id: CompilationId, name: str, questions: Sequence[str], *, validation: bool
    ) -> RunningJob:
        """Ask a version all validation questions and those chosen, and keep its answers."""
        spec = JobSpec(f"Golden answers of {self._name_of(model_id)}", "golden", subject=model_id)
        return _told_by_its_row(
            self._runner.start(
                spec,
                record_golden.record_golden,
                compilation_id=compilation_id,
                engine=self._engine,
                connections=self._connections,
                name=name,
                questions=tuple(questions),
                validation=validation,
            )
        )

    def check_successor(
        self, model_id: ModelId, golden_set_id: GoldenSetId, compilation_id: CompilationId
    ) -> RunningJob:
        """Ask a version what the golden answers were asked; the outcome is their Parity."""
        spec = JobSpec(f"Parity of {self._name_of(model_id)}", "golden", subject=model_id)
        return _told_by_its_row(
            self._runner.start(
                spec,
                check_successor.check_successor,
                golden_set_id=golden_set_id,
                compilation_id=compilation_id,
                engine=self._engine,
                connections=self._connections,
            )
        )

    def write_report(self, found: Parity | Comparison, path: Path) -> RunningJob:
        """Write a parity report into a file."""
        return _told_by_its_row(
            self._runner.start(JobSpec("Parity report", "report"), write_report.write_report, found=found, path=path)
        )


def _told_by_its_row(job: RunningJob) -> RunningJob:
    # A failure that was to be expected stands in the job's row, its notice and the bell: not a second time.
    job.outcome.otherwise(lambda error: isinstance(error, ErpAiError))
    return job
