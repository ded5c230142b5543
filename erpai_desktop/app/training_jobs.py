"""Starts what the window does with trainings: takes them up again, halts and ends them, saves a version's files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from erpai_desktop.errors import ErpAiError
from erpai_desktop.models.ids import CompilationId, ModelId
from erpai_desktop.models.snapshots.training import TrainingFacts, TrainingLine
from erpai_desktop.views.compilations.training_bar import TrainingBar
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.intentions import resume_training, save_files, training_control, training_jobs
from erpai_desktop.workers.job_state import JobSpec
from erpai_desktop.workers.providers.connections import Connections
from erpai_desktop.workers.runner import Runner, RunningJob

_LOOK_MS = 60_000


class TrainingJobs(QObject):
    """One for each open workspace. Trainings that nobody follows are taken up at once, and looked for now and then."""

    def __init__(
        self,
        runner: Runner,
        engine: EngineProcess,
        connections: Connections,
        cache: Path,
        compile_grounded: Callable[[ModelId], object],
        *,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._engine = engine
        self._connections = connections
        self._cache = cache
        self._compile_grounded = compile_grounded
        self._tried: set[CompilationId] = set()
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self.take_up)
        self._timer.start()
        self.take_up()

    def take_up(self) -> None:
        """Follow the trainings that no living program follows, and end those that one was ending."""
        self._runner.read((self, "trainings"), training_jobs.open_runs).then(self._take_up)
        self._runner.read((self, "ends"), training_jobs.unfinished_ends).then(self._finish_ends)

    def serve(self, bar: TrainingBar) -> None:
        """Do what a version's training bar asks for."""
        bar.pause_requested.connect(partial(self._control, "Pause", "pause_training"))
        bar.unpause_requested.connect(partial(self._control, "Let go on", "unpause_training"))
        bar.cancel_requested.connect(partial(self._control, "Cancel", "cancel_training"))
        bar.grounded_requested.connect(self._compile_grounded)
        bar.save_requested.connect(self._save)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _take_up(self, lines: tuple[TrainingLine, ...]) -> None:
        for line in lines:
            # One that was left for a reason (no key here) is tried again at the next start, not each minute.
            if line.is_followed or line.compilation_id in self._tried:
                continue
            self._tried.add(line.compilation_id)
            spec = JobSpec(
                f"Train {line.model_name} v{line.number}",
                "compile",
                queue=("build", line.model_id),
                subject=line.model_id,
            )
            _told_by_its_row(
                self._runner.start(
                    spec,
                    resume_training.resume_training,
                    compilation_id=line.compilation_id,
                    connections=self._connections,
                    cache_folder=self._cache,
                    engine=self._engine,
                )
            )

    def _finish_ends(self, lines: tuple[TrainingLine, ...]) -> None:
        for line in lines:
            if line.is_followed or line.compilation_id in self._tried:
                continue
            self._tried.add(line.compilation_id)
            spec = JobSpec(f"Cancel: training of {line.model_name} v{line.number}", "training", subject=line.model_id)
            _told_by_its_row(
                self._runner.start(
                    spec,
                    training_control.finish_cancelling,
                    compilation_id=line.compilation_id,
                    connections=self._connections,
                )
            )

    def _control(self, title: str, what: str, facts: TrainingFacts) -> None:
        spec = JobSpec(f"{title}: training of v{facts.number}", "training", subject=facts.model_id)
        _told_by_its_row(
            self._runner.start(
                spec,
                getattr(training_control, what),
                compilation_id=facts.compilation_id,
                connections=self._connections,
            )
        )

    def _save(self, compilation_id: CompilationId, folder: Path) -> None:
        spec = JobSpec("Save files", "save files")
        _told_by_its_row(
            self._runner.start(
                spec, save_files.save_files, compilation_id=compilation_id, folder=folder, in_own_folder=True
            )
        )


def _told_by_its_row(job: RunningJob) -> RunningJob:
    # A failure that was to be expected stands in the job's row: not a second time.
    job.outcome.otherwise(lambda error: isinstance(error, ErpAiError))
    return job
