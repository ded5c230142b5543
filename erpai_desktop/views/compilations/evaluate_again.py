"""The button that puts the validation questions to a version again."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from erpai_desktop.models.enums import Role, Target
from erpai_desktop.models.ids import CompilationId, ModelId, ProviderId
from erpai_desktop.models.snapshots.comparison import VersionScore
from erpai_desktop.views.compilations.evaluate_dialog import EvaluateDialog
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import QuietButton
from erpai_desktop.views.parts.permission import why_not
from erpai_desktop.workers.job_state import JobState
from erpai_desktop.workers.runner import Runner, RunningJob

Evaluate = Callable[[ModelId, CompilationId, int, ProviderId | None], RunningJob]
"""Starts the job; the last one is the judge."""


class EvaluateAgain(QuietButton):
    """Off while there is no version that could be asked, or while one of its model is being evaluated."""

    def __init__(
        self,
        runner: Runner,
        theme: Theme,
        evaluate: Evaluate,
        *,
        role: Role = Role.ADMINISTRATOR,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            theme,
            self.tr("Evaluate again"),
            self.tr("Put the validation questions of now to this version"),
            icon="refresh",
            parent=parent,
        )
        self._theme = theme
        self._runner = runner
        self._evaluate = evaluate
        self._forbidden = why_not(role, Role.TRAINER)
        self._version: VersionScore | None = None
        self._under_way = False
        self.clicked.connect(self.ask)
        runner.job_changed.connect(self._on_job)
        self._show_state()

    def show_version(self, version: VersionScore) -> None:
        """Which version it is about now."""
        self._version = version
        for state in self._runner.jobs:
            self._on_job(state)
        self._show_state()

    def ask(self) -> None:
        """Ask whether a judge shall mark too, then begin."""
        version = self._version
        if version is None or not self.isEnabled():
            return
        dialog = EvaluateDialog(self._runner, self._theme, version.id, version.number, parent=self)
        dialog.confirmed.connect(lambda judge: self._evaluate(version.model_id, version.id, version.number, judge))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_job(self, state: JobState) -> None:
        if state.spec.kind == "evaluate" and self._version is not None and state.spec.subject == self._version.model_id:
            self._under_way = not state.ended
            self._show_state()

    def _show_state(self) -> None:
        version = self._version
        why = self._forbidden
        if version is None:
            why = self.tr("Choose a version first")
        elif version.target is Target.EXPORT:
            why = self.tr("A set of files cannot answer")
        elif self._under_way:
            why = self.tr("It is being evaluated already")
        self.disabled_because(why)
