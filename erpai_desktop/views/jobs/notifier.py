"""Tells the person who started a job that it has ended: in the window, and through the desktop when they look away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from erpai_desktop.views.jobs.wording import sentence
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import BadgeKind
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.workers.job_state import JobPhase, JobState
from erpai_desktop.workers.runner import Runner

_KIND: dict[JobPhase, BadgeKind] = {
    JobPhase.DONE: "good",
    JobPhase.FAILED: "bad",
    JobPhase.CANCELLED: "plain",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the bell's list."""

    time: datetime
    state: JobState
    text: str

    @property
    def kind(self) -> BadgeKind:
        """Whether it is good news."""
        return "warning" if self.state.needs_a_look else _KIND[self.state.phase]


class Notifier(QObject):
    """One for a window. `told` keeps what was said, newest first, for the bell."""

    notice = Signal(object)
    """A Notice for the window to show."""
    open_requested = Signal(object)
    """A JobState whose result the person wants to see."""
    compare_requested = Signal(object)
    """A JobState that made a version which did worse than the active one: show both."""
    told_changed = Signal()

    def __init__(self, runner: Runner, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._window = window
        self._tray: QSystemTrayIcon | None = None
        self._announced: set[UUID] = set()
        self.told: list[Told] = []
        runner.job_changed.connect(self._on_job)

    def _on_job(self, state: JobState) -> None:
        if state.spec.quiet or not state.ended or state.id in self._announced:
            return
        self._announced.add(state.id)
        told = Told(datetime.now().astimezone(), state, f"{state.spec.title}: {sentence(state)}")
        self.told.insert(0, told)
        self.told_changed.emit()
        self.notice.emit(
            Notice(
                told.text,
                kind=told.kind,
                action=self._action(state),
                callback=self._opener(state),
                # What waits for a person stays until it was read.
                seconds=None if told.kind in ("bad", "warning") else 20,
            )
        )
        if not self._window.isActiveWindow():
            self._through_the_desktop(told)

    def open(self, state: JobState) -> None:
        """Ask for what the job made: the two versions side by side where a person has to decide between them."""
        (self.compare_requested if state.held_back else self.open_requested).emit(state)

    def _action(self, state: JobState) -> str:
        if state.spec.subject is None:
            return ""
        return self.tr("Compare") if state.held_back else self.tr("Open")

    def _opener(self, state: JobState) -> Callable[[], None]:
        return lambda: self.open(state)

    def _through_the_desktop(self, told: Told) -> None:
        if not QSystemTrayIcon.isSystemTrayAvailable() or not QSystemTrayIcon.supportsMessages():
            return
        if self._tray is None:
            self._tray = QSystemTrayIcon(self._window.windowIcon(), self)
        self._tray.show()
        icon = (
            QSystemTrayIcon.MessageIcon.Warning
            if told.kind in ("bad", "warning")
            else QSystemTrayIcon.MessageIcon.Information
        )
        self._tray.showMessage(self._window.windowTitle(), told.text, icon)
