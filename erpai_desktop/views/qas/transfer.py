"""Import with a preview, and export: files in and out of the Q&A page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from erpai_desktop.changes import Changes
from erpai_desktop.errors import UserError
from erpai_desktop.models.ids import ModelId
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.parts.undo_notice import undo_notice
from erpai_desktop.views.parts.wording import plural
from erpai_desktop.views.qas.import_preview import ImportPreview
from erpai_desktop.workers.intentions import import_file, qa_transfer
from erpai_desktop.workers.job_state import JobPhase, JobSpec, JobState
from erpai_desktop.workers.runner import Runner

if TYPE_CHECKING:
    from erpai_desktop.workers.import_file import FileReading


class Transfer(QObject):
    """Files are asked for over `window`; reading and writing are jobs, so the page stays usable meanwhile."""

    notice = Signal(object)
    preview_made = Signal(object)
    """An ImportPreview to be shown in the page's place."""
    preview_done = Signal()
    """It is not needed any more."""

    def __init__(self, runner: Runner, theme: Theme, model_id: ModelId, window: QWidget) -> None:
        super().__init__(window)
        self._runner = runner
        self._theme = theme
        self._model_id = model_id
        self._window = window
        self._under_way: UUID | None = None
        runner.job_changed.connect(self._on_job)

    def ask_import(self) -> None:
        """Ask for a CSV file, then show what it holds."""
        dialog = QFileDialog(self._window, self.tr("Import Q&As"), "", self.tr("CSV files (*.csv);;All files (*)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.read(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def read(self, path: Path) -> None:
        """Read a CSV file and show what it holds; nothing is added yet."""
        spec = JobSpec(self.tr("Read {file}").format(file=path.name), "import", subject=self._model_id)
        self._runner.start(spec, import_file.read_file, path=path).outcome.then(self._show)

    def ask_export(self) -> None:
        """Ask for a file, then write the active rows into it."""
        dialog = QFileDialog(self._window, self.tr("Export Q&As"), "", self.tr("CSV files (*.csv)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.fileSelected.connect(lambda name: self.write(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def write(self, path: Path) -> None:
        """Write the active rows into a CSV file."""
        self._runner.read((self, "export"), qa_transfer.export_qas, model_id=self._model_id, path=path).then(
            lambda count: self._exported(count, path), owner=self
        )

    def _show(self, reading: FileReading) -> None:
        preview = ImportPreview(self._theme, reading)
        preview.confirmed.connect(lambda wanted: self._import(preview, wanted))
        preview.cancelled.connect(lambda: self._cancel(reading))
        self.preview_made.emit(preview)

    def _import(self, preview: ImportPreview, reading: FileReading) -> None:
        preview.set_busy()
        title = plural(reading.good, self.tr("Import 1 Q&A"), self.tr("Import {n} Q&As"))
        spec = JobSpec(title, "import", queue=("import", self._model_id), subject=self._model_id)
        job = self._runner.start(spec, import_file.import_rows, model_id=self._model_id, reading=reading)
        job.outcome.then(lambda changes: self._imported(changes, reading), owner=self).otherwise(self._not_imported)
        self._under_way = job.id

    def _cancel(self, reading: FileReading) -> None:
        """Back to the Q&As. Rows that are being added are still needed; they go away with the job."""
        if self._under_way is None:
            reading.rows.discard()
        self.preview_done.emit()

    def _on_job(self, state: JobState) -> None:
        """An import that the person cancelled tells nobody else."""
        if state.id == self._under_way and state.ended:
            self._under_way = None
            if state.phase is JobPhase.CANCELLED:
                self.preview_done.emit()

    def _imported(self, changes: Changes, reading: FileReading) -> None:
        self.preview_done.emit()
        text = plural(reading.good, self.tr("Imported 1 Q&A from"), self.tr("Imported {n} Q&As from"))
        notice = undo_notice(self._runner, changes, f"{text} {reading.file}")
        if notice is not None:
            self.notice.emit(notice)

    def _not_imported(self, error: Exception) -> bool:
        self.preview_done.emit()
        if isinstance(error, UserError):
            self.notice.emit(Notice(str(error), kind="bad"))
        return isinstance(error, UserError)

    def _exported(self, count: int, path: Path) -> None:
        text = plural(count, self.tr("Exported 1 Q&A to"), self.tr("Exported {n} Q&As to"))
        self.notice.emit(Notice(f"{text} {path.name}", kind="good", seconds=12))
