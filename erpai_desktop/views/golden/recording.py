"""Leads from the wish to record golden answers to the job: reads what can be asked, lets the person choose."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from erpai_desktop.models.ids import ModelId, UserId
from erpai_desktop.models.snapshots.comparison import VersionScore
from erpai_desktop.models.snapshots.golden import GoldenQuestion, PastQuestion
from erpai_desktop.views.golden.jobs import GoldenJobs
from erpai_desktop.views.golden.record_dialog import RecordDialog
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.workers.intentions import golden_reading
from erpai_desktop.workers.runner import Runner


class Recording(QObject):
    """`versions` are those that can answer, the newest first."""

    def __init__(
        self, runner: Runner, theme: Theme, model_id: ModelId, jobs: GoldenJobs, user_id: UserId, *, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.versions: tuple[VersionScore, ...] = ()
        self._runner = runner
        self._theme = theme
        self._model_id = model_id
        self._jobs = jobs
        self._user_id = user_id
        self._above = parent

    def begin(self) -> None:
        """Read, then ask."""
        self._runner.read((self, "tests"), golden_reading.validation_questions, model_id=self._model_id).then(
            self._read_past
        )

    def _read_past(self, tests: tuple[GoldenQuestion, ...]) -> None:
        self._runner.read(
            (self, "past"), golden_reading.past_questions, user_id=self._user_id, model_id=self._model_id
        ).then(lambda past: self._ask(len(tests), past), owner=self)

    def _ask(self, validation: int, past: tuple[PastQuestion, ...]) -> None:
        if not self.versions:
            return
        dialog = RecordDialog(
            self._theme,
            self.versions,
            validation=validation,
            past=past,
            name=self.tr("Golden answers {day}").format(day=f"{datetime.now().astimezone():%Y-%m-%d}"),
            parent=self._above.window(),
        )
        dialog.recorded.connect(
            lambda compilation_id, name, questions, with_validation: self._jobs.record_golden(
                self._model_id, compilation_id, name, questions, validation=with_validation
            )
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
