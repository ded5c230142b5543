"""Long jobs, newest first: how far each is, with Cancel while it runs and Open when it has ended."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from erpai_desktop.views.jobs.wording import sentence
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.job_row import JobState as RowState
from erpai_desktop.views.parts.job_row import ProgressRow
from erpai_desktop.views.parts.layout import column, stretch
from erpai_desktop.views.parts.wording import plain_tooltip
from erpai_desktop.workers.job_state import JobPhase, JobState
from erpai_desktop.workers.runner import Runner

_KEPT = 50
_ROW_STATE: dict[JobPhase, RowState] = {
    JobPhase.QUEUED: "queued",
    JobPhase.RUNNING: "running",
    JobPhase.DONE: "done",
    JobPhase.FAILED: "failed",
    JobPhase.CANCELLED: "cancelled",
}


class JobsPanel(QWidget):
    """Follows the runner. Quiet jobs (an answer in the chat) are not listed."""

    open_requested = Signal(object)
    """A JobState: show what the job made."""
    running_changed = Signal(int)
    """How many are queued or running, for the tab's count."""

    def __init__(self, runner: Runner, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._theme = theme
        self._rows: dict[UUID, ProgressRow] = {}
        self._states: dict[UUID, JobState] = {}
        self._list: QVBoxLayout = column(stretch(), gap=0, margins=(0, 4, 0, 4))
        inner = QFrame()
        inner.setLayout(self._list)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(inner)
        self._scroll.setAccessibleName(self.tr("Jobs"))
        self._empty = EmptyState(
            theme,
            "job",
            self.tr("No jobs"),
            self.tr("Compilations and imports show their progress here. Press F9 to compile the selected model."),
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._scroll)
        self.setLayout(column(self._stack))
        for state in runner.jobs:
            self._show(state)
        runner.job_changed.connect(self._show)

    @property
    def running(self) -> int:
        """How many are queued or running."""
        return sum(not state.ended for state in self._states.values())

    def _show(self, state: JobState) -> None:
        if state.spec.quiet:
            return
        row = self._rows.get(state.id)
        if row is None:
            row = self._add(state)
        self._states[state.id] = state
        if state.phase is JobPhase.RUNNING and row.state == "running":
            row.set_progress(state.done, state.total, sentence(state))
        else:
            row_state = "doubtful" if state.needs_a_look else _ROW_STATE[state.phase]
            row.set_state(row_state, sentence(state), can_open=state.spec.subject is not None)
            row.setToolTip(plain_tooltip(sentence(state)))
        self._stack.setCurrentWidget(self._scroll)
        self.running_changed.emit(self.running)

    def _add(self, state: JobState) -> ProgressRow:
        row = ProgressRow(self._theme, state.spec.title)
        row.cancel_requested.connect(lambda: self._runner.cancel_job(state.id))
        row.open_requested.connect(lambda: self.open_requested.emit(self._states[state.id]))
        self._rows[state.id] = row
        self._list.insertWidget(0, row)
        self._forget_old()
        return row

    def _forget_old(self) -> None:
        ended = [job_id for job_id, state in self._states.items() if state.ended]
        for job_id in ended[: max(0, len(self._rows) - _KEPT)]:
            row = self._rows.pop(job_id)
            del self._states[job_id]
            self._list.removeWidget(row)
            row.deleteLater()
