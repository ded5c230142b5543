"""Below a version's head: how its training stands, with what can be done to it, and its files to be saved."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QWidget

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.models.snapshots.training import TrainingFacts
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import QuietButton
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.icon_label import IconLabel
from erpai_desktop.views.parts.layout import row
from erpai_desktop.views.parts.permission import why_not
from erpai_desktop.workers.intentions import training_reading
from erpai_desktop.workers.runner import Runner


class TrainingBar(QFrame):
    """Hidden for versions that are neither trained nor made of files."""

    pause_requested = Signal(object)
    unpause_requested = Signal(object)
    cancel_requested = Signal(object)
    """Each with the TrainingFacts on show."""
    grounded_requested = Signal(object)
    """A ModelId: compile it to grounded instead."""
    save_requested = Signal(object, object)
    """A CompilationId and the folder in which a folder for its files is to be made."""

    def __init__(self, runner: Runner, theme: Theme, *, role: Role, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self._runner = runner
        self._forbidden = why_not(role, Role.TRAINER)
        self._wanted: CompilationId | None = None
        self._facts: TrainingFacts | None = None
        tr = self.tr
        self._icon = IconLabel(theme, "train")
        self._text = ElidedLabel()
        self._pause = QuietButton(theme, tr("Pause"), tr("Halt the training at the provider; it keeps its place"))
        self._unpause = QuietButton(theme, tr("Go on"), tr("Let the halted training go on"))
        self._cancel = QuietButton(
            theme, tr("Cancel training"), tr("End it at the provider; what it has cost so far is not given back"),
            icon="cancel",
        )  # fmt: skip
        self._grounded = QuietButton(
            theme, tr("Compile to grounded…"), tr("Plan a version of the same knowledge that needs no training"),
            icon="compile",
        )  # fmt: skip
        self._save = QuietButton(
            theme, tr("Save files…"), tr("Save the dataset, its manifest, the instructions and the findings"),
            icon="save",
        )  # fmt: skip
        self._pause.clicked.connect(lambda: self.pause_requested.emit(self._facts))
        self._unpause.clicked.connect(lambda: self.unpause_requested.emit(self._facts))
        self._cancel.clicked.connect(lambda: self.cancel_requested.emit(self._facts))
        self._grounded.clicked.connect(self._on_grounded)
        self._save.clicked.connect(self.choose_folder)
        buttons = (self._pause, self._unpause, self._cancel, self._grounded, self._save)
        layout = row(self._icon, self._text, *buttons, gap=8, margins=(14, 4, 14, 4))
        layout.setStretchFactor(self._text, 1)
        self.setLayout(layout)
        self.hide()
        runner.changed.connect(self._on_changed)

    def show_version(self, compilation_id: CompilationId) -> None:
        """Show what there is of this version."""
        if compilation_id != self._wanted:
            self.hide()
        self._wanted = compilation_id
        self._runner.read((self, "training"), training_reading.training_facts, compilation_id=compilation_id).then(
            self._show
        )

    def choose_folder(self) -> None:
        """Ask where the files go."""
        dialog = QFileDialog(self, self.tr("Save the files in a new folder in"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.save_into)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save_into(self, folder: str) -> None:
        """Ask for the files in a new folder there."""
        if self._facts is not None:
            self.save_requested.emit(self._facts.compilation_id, Path(folder))

    # --- inside ---------------------------------------------------------------------------------------------------

    def _show(self, facts: TrainingFacts) -> None:
        self._facts = facts
        self._text.setText(self._sentence(facts))
        self.setToolTip(self.tr("Job {id} at the provider").format(id=facts.remote_id) if facts.remote_id else "")
        self._icon.set_icon("train" if facts.is_training else "file", "dim")
        self._pause.setVisible(facts.is_training and facts.is_started and not facts.is_paused)
        self._unpause.setVisible(facts.is_training and facts.is_paused)
        self._cancel.setVisible(facts.is_training)
        self._grounded.setVisible(facts.has_failed)
        for button in (self._pause, self._unpause, self._cancel):
            button.disabled_because(self._forbidden)
        self.setVisible(facts.has_files)

    def _sentence(self, facts: TrainingFacts) -> str:
        if facts.is_training and facts.is_started:
            state = self.tr("paused") if facts.is_paused else facts.remote_state.replace("_", " ") or self.tr("started")
            return self.tr("Training: {state} · safe to close").format(state=state)
        if facts.is_training:
            return self.tr("Its files are being sent · safe to close")
        if facts.has_failed:
            return self.tr("What was prepared is kept.")
        return self.tr("The files it was made of")

    def _on_grounded(self) -> None:
        if self._facts is not None:
            self.grounded_requested.emit(self._facts.model_id)

    def _on_changed(self, changes: Changes, _initiator: object) -> None:
        if self._wanted is not None and changes.touches(Entity.JOB) and self.isVisible():
            self.show_version(self._wanted)
