"""Starts the long jobs that the window knows: an answer, a compilation, a backup, a check."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from erpai_desktop.errors import ErpAiError
from erpai_desktop.models.enums import Target
from erpai_desktop.models.ids import ChatId, CompilationId, ModelId, ProviderId
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.intentions import ask, compile_model, evaluate, whole_workspace
from erpai_desktop.workers.job_state import JobSpec
from erpai_desktop.workers.providers.connections import Connections
from erpai_desktop.workers.runner import Runner, RunningJob


class Jobs:
    """One for each open workspace. `name_of` tells a model's name for the job's title."""

    def __init__(
        self,
        runner: Runner,
        engine: EngineProcess,
        connections: Connections,
        cache: Path,
        name_of: Callable[[ModelId], str],
    ) -> None:
        self._runner = runner
        self._engine = engine
        self._connections = connections
        self._cache = cache
        self._name_of = name_of

    def ask(self, chat_id: ChatId, text: str) -> RunningJob:
        """Post a question and record its answer; questions of one conversation follow each other."""
        spec = JobSpec("Answer", "ask", queue=("chat", chat_id), quiet=True)
        return self._runner.start(
            spec, ask.ask, engine=self._engine, connections=self._connections, chat_id=chat_id, text=text
        )

    def compile(self, model_id: ModelId, target: Target, measure: bool = True) -> RunningJob:
        """Build a new version; builds of one model follow each other. `measure` evaluates where that costs money."""
        spec = JobSpec(
            f"Compile {self._name_of(model_id)} → {target.value}",
            "compile",
            queue=("build", model_id),
            subject=model_id,
        )
        return _told_by_its_row(
            self._runner.start(
                spec,
                compile_model.compile_model,
                model_id=model_id,
                target=target,
                cache_folder=self._cache,
                connections=self._connections,
                engine=self._engine,
                evaluate=measure,
            )
        )

    def evaluate(
        self, model_id: ModelId, compilation_id: CompilationId, number: int, judge: ProviderId | None
    ) -> RunningJob:
        """Put the validation questions to a version again, after whatever is being built of its model."""
        spec = JobSpec(
            f"Evaluate {self._name_of(model_id)} v{number}", "evaluate", queue=("build", model_id), subject=model_id
        )
        return _told_by_its_row(
            self._runner.start(
                spec,
                evaluate.evaluate,
                compilation_id=compilation_id,
                engine=self._engine,
                cache_folder=self._cache,
                connections=self._connections,
                judge_provider_id=judge,
            )
        )

    def back_up(self, to: Path) -> RunningJob:
        """Write a complete copy of the workspace into a new file."""
        spec = JobSpec("Back up the workspace", "backup", queue="whole")
        return _told_by_its_row(self._runner.start(spec, whole_workspace.back_up, to=to))

    def check(self) -> RunningJob:
        """Look for damage; the outcome is what was found, in words."""
        return _told_by_its_row(
            self._runner.start(JobSpec("Check the workspace", "check", queue="whole"), whole_workspace.check)
        )


def _told_by_its_row(job: RunningJob) -> RunningJob:
    # A failure that was to be expected stands in the job's row, its notice and the bell: not a second time.
    job.outcome.otherwise(lambda error: isinstance(error, ErpAiError))
    return job
