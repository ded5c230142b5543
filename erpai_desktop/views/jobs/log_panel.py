"""What the jobs of this window have said, with times; to be read, searched and copied."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import QuietButton
from erpai_desktop.views.parts.layout import column, row, stretch
from erpai_desktop.workers.job_state import JobPhase, JobState
from erpai_desktop.workers.runner import Runner

_LONGEST = 5_000


class LogPanel(QWidget):
    """Appends only what is new; keeps the last 5,000 lines."""

    def __init__(self, runner: Runner, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._told: dict[UUID, int] = {}
        self._text = QPlainTextEdit()
        self._text.setReadOnly(True)
        self._text.setMaximumBlockCount(_LONGEST)
        self._text.setFont(theme.font("code"))
        self._text.setAccessibleName(self.tr("Log"))
        self._text.setToolTip(self.tr("What the jobs of this window have said"))
        self._text.setPlaceholderText(self.tr("Nothing yet. Each job writes here what it does and when."))
        copy = QuietButton(theme, self.tr("Copy"), self.tr("Copy the whole log"), icon="copy")
        copy.clicked.connect(self._copy)
        self.setLayout(row(self._text, column(copy, stretch()), margins=(12, 8, 12, 8)))
        for state in runner.jobs:
            self._show(state)
        runner.job_changed.connect(self._show)

    def text(self) -> str:
        """All lines."""
        return self._text.toPlainText()

    def _show(self, state: JobState) -> None:
        if state.spec.quiet:
            return
        told = self._told.get(state.id, 0)
        for line in state.log[told:]:
            self._text.appendPlainText(f"{line}   [{state.spec.title}]")
        self._told[state.id] = len(state.log)
        if state.phase is JobPhase.FAILED:
            self._text.appendPlainText(f"{state.spec.title}: {state.error}")

    def _copy(self) -> None:
        self._text.selectAll()
        self._text.copy()
        cursor = self._text.textCursor()
        cursor.clearSelection()
        self._text.setTextCursor(cursor)
