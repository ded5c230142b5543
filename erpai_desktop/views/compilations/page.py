"""A model's versions: which one answers, how each did, and the way back to an older one."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.models.enums import CompilationStatus, Role
from erpai_desktop.models.ids import ActionId, CompilationId, ModelId
from erpai_desktop.models.snapshots.comparison import VersionScore
from erpai_desktop.models.snapshots.compilations import CompilationDetails, CompilationLine
from erpai_desktop.views.compilations.training_bar import TrainingBar
from erpai_desktop.views.compilations.version_details import VersionDetails
from erpai_desktop.views.compilations.wording import percent, spent, status, target_name, under_way
from erpai_desktop.views.jobs.wording import sentence
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.freshness import Freshness
from erpai_desktop.views.parts.job_row import ProgressRow
from erpai_desktop.views.parts.layout import column, frame, row
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.parts.wording import local_time
from erpai_desktop.views.rows.list_over_details import ListOverDetails
from erpai_desktop.views.rows.row_model import Column, RowModel
from erpai_desktop.views.rows.row_table import RowTable
from erpai_desktop.workers.intentions import (
    compilations,
    compilations_reading,
    history,
    rolling_back,
    scoreboard,
)
from erpai_desktop.workers.job_state import JobPhase, JobState
from erpai_desktop.workers.runner import Runner


class CompilationsPage(QWidget):
    """Newest first; a build under way shows its progress above the list."""

    open_row = Signal(object)
    """A FindingRow."""
    notice = Signal(object)
    compile_requested = Signal()
    compare_requested = Signal(object, object)
    """Two CompilationIds: the active version on the left, another one on the right."""
    delete_requested = Signal(object, str)
    """(CompilationId, its name "v7")."""

    def __init__(
        self,
        runner: Runner,
        theme: Theme,
        model_id: ModelId,
        *,
        role: Role = Role.ADMINISTRATOR,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._model_id = model_id
        self._lines: tuple[CompilationLine, ...] = ()
        self._scores: dict[CompilationId, VersionScore] = {}
        self._way_back: CompilationId | None = None
        self._job: UUID | None = None
        self._wanted: CompilationId | None = None
        tr = self.tr
        self._waiting = EmptyState(theme, "queued", tr("Reading the versions…"), "")
        self._empty = EmptyState(
            theme,
            "compilation",
            tr("No versions yet"),
            tr(
                "A version is everything this model knows, built and measured. It answers questions until the next "
                "one takes over, and can be brought back at any time."
            ),
            action=tr("Compile"),
            tooltip=tr("Plan and build the first version"),
        )
        self._empty.action_requested.connect(self.compile_requested)
        self._versions: RowModel[CompilationLine] = RowModel(
            (
                Column(tr("Version"), lambda line: f"v{line.number}", 58),
                Column(tr("State"), lambda line: status(line)[0], 90, badge=lambda line: status(line)[1]),
                Column(tr("Target"), lambda line: target_name(line.target), 84, spare=2),
                Column(tr("When"), lambda line: local_time(line.start_time_utc), 98),
                Column(tr("By"), lambda line: line.user),
                Column(tr("Took"), lambda line: spent(line.start_time_utc, line.completion_time_utc), 84, spare=3),
                Column(tr("Rows"), lambda line: f"{line.row_count:,}" if line.row_count is not None else "", 64),
                Column(tr("Right"), lambda line: percent(line.score) if line.score is not None else "", 62),
            ),
            key=lambda line: line.id,
            dim=lambda line: line.is_successful is False or line.status is CompilationStatus.DELETED,
            parent=self,
        )
        self._table = RowTable(theme, self._versions, tr("Versions"), tr("Choose a version to see it in full"))
        self._table.picked.connect(self._read_details)
        self._details = VersionDetails(runner, theme, role=role)
        self._details.open_row.connect(self.open_row)
        self._details.notice.connect(self.notice)
        self._details.activate_requested.connect(self._activate)
        self._details.compare_requested.connect(self._compare)
        self._details.roll_back_requested.connect(self.roll_back)
        self._details.delete_requested.connect(self._delete)
        self._progress = ProgressRow(theme, tr("Building"))
        self._progress.cancel_requested.connect(self._cancel)
        self._progress_bar = frame(row(self._progress), "bar")
        self._progress_bar.hide()
        versions = ListOverDetails(self._table, self._details)
        self._stack = QStackedWidget()
        for widget in (self._waiting, self._empty, versions):
            self._stack.addWidget(widget)
        layout = column(self._progress_bar, self._stack, gap=0)
        layout.setStretchFactor(self._stack, 1)
        self.setLayout(layout)
        self._fresh = Freshness(self, self.refresh)
        runner.changed.connect(self._on_changed)
        runner.job_changed.connect(self._on_job)
        for state in runner.jobs:
            self._on_job(state)
        self.refresh()

    @property
    def training(self) -> TrainingBar:
        """What can be done to a version's training, for whoever does it."""
        return self._details.training

    def refresh(self) -> None:
        """Read the versions again."""
        self._runner.read((self, "versions"), compilations_reading.compilations_of, model_id=self._model_id).then(
            self._show
        )
        self._runner.read((self, "scores"), scoreboard.scoreboard, model_id=self._model_id).then(self._show_scores)
        self._runner.read((self, "way back"), rolling_back.version_before, model_id=self._model_id).then(
            self._show_way_back
        )

    def roll_back(self) -> None:
        """Let the version answer again that answered before."""
        self._runner.write(self, rolling_back.roll_back, model_id=self._model_id).then(self._tell_rolled_back)

    def show_version(self, compilation_id: CompilationId) -> None:
        """Select a version, now or once it has been read."""
        if not self._table.pick(compilation_id):
            self._wanted = compilation_id

    # --- inside ---------------------------------------------------------------------------------------------------

    def _show(self, lines: tuple[CompilationLine, ...]) -> None:
        before = {line.id for line in self._lines}
        newest = lines[0] if lines and lines[0].id not in before and before else None
        is_first = not self._lines
        self._lines = lines
        self._versions.show(lines)
        self._name_way_back()
        self._stack.setCurrentIndex(2 if lines else 1)
        if newest is not None:
            # A build that has just begun is what the person wants to see.
            self._table.pick(newest.id)
        elif is_first and self._wanted is not None:
            self._table.pick(self._wanted)
        elif is_first and lines and not under_way(lines[0]):
            self._table.pick(next((line.id for line in lines if line.is_active), lines[0].id))

    def _read_details(self, line: CompilationLine | None) -> None:
        if line is not None:
            self._runner.read((self, "details"), compilations_reading.compilation_details, compilation_id=line.id).then(
                self._show_details
            )

    def _show_details(self, details: CompilationDetails) -> None:
        self._details.show_details(details)
        self._details.show_score(self._scores.get(details.line.id))

    def _show_scores(self, scores: tuple[VersionScore, ...]) -> None:
        self._scores = {score.id: score for score in scores}
        current = self._table.current
        if current is not None:
            self._details.show_score(self._scores.get(current.id))

    def _show_way_back(self, before: CompilationId | None) -> None:
        self._way_back = before
        self._name_way_back()

    def _name_way_back(self) -> None:
        number = next((line.number for line in self._lines if line.id == self._way_back), None)
        self._details.show_way_back(number)

    def _compare(self, compilation_id: CompilationId) -> None:
        active = next((line for line in self._lines if line.is_active), None)
        if active is not None:
            self.compare_requested.emit(active.id, compilation_id)

    def _delete(self, compilation_id: CompilationId) -> None:
        line = next((line for line in self._lines if line.id == compilation_id), None)
        if line is not None:
            self.delete_requested.emit(compilation_id, f"v{line.number}")

    def _tell_rolled_back(self, changes: Changes) -> None:
        action_id = changes.action_id
        self.notice.emit(
            Notice(
                self.tr("Rolled back: the version before answers from now on"),
                kind="good",
                action=self.tr("Undo") if action_id is not None else "",
                callback=None if action_id is None else lambda: self._undo(ActionId(action_id)),
                seconds=20,
                about=action_id,
            )
        )
        self._fresh.read_now()

    def _undo(self, action_id: ActionId) -> None:
        self._runner.write(self, history.undo, action_id=action_id)

    def _activate(self, compilation_id: CompilationId) -> None:
        before = next((line for line in self._lines if line.is_active), None)
        wanted = next((line for line in self._lines if line.id == compilation_id), None)
        if wanted is None:
            return

        def tell(_changes: Changes) -> None:
            self.notice.emit(
                Notice(
                    self.tr("v{n} answers from now on").format(n=wanted.number),
                    kind="good",
                    action=self.tr("Undo") if before is not None else "",
                    callback=None if before is None else self.roll_back,
                    seconds=20,
                )
            )
            self._fresh.read_now()

        self._runner.write(self, compilations.activate, compilation_id=compilation_id).then(tell, owner=self)

    def _cancel(self) -> None:
        if self._job is not None:
            self._runner.cancel_job(self._job)

    def _on_changed(self, changes: Changes, _initiator: object) -> None:
        about_versions = changes.touches(Entity.COMPILATION) or changes.touches(Entity.MODEL, [self._model_id])
        if about_versions and (self._model_id in changes.owners or not changes.owners):
            self._fresh.spoil()

    def _on_job(self, state: JobState) -> None:
        if state.spec.kind != "compile" or state.spec.subject != self._model_id:
            return
        if state.ended:
            if state.id == self._job or self._job is None:
                self._job = None
                self._progress_bar.hide()
                self._fresh.spoil()
            return
        if self._job is None:
            self._job = state.id
            self._progress.set_title(state.spec.title)
        if state.id == self._job:
            if state.phase is JobPhase.RUNNING and self._progress.state == "running":
                self._progress.set_progress(state.done, state.total, sentence(state))
            else:
                self._progress.set_state("queued" if state.phase is JobPhase.QUEUED else "running", sentence(state))
            self._progress_bar.show()
