"""Keeps an eye on what other windows and workstations change, so that this one is never silently out of date."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QObject, QTimer

from erpai_desktop.changes import Changes
from erpai_desktop.models.ids import ActionId
from erpai_desktop.workers.intentions import elsewhere
from erpai_desktop.workers.runner import Runner

INTERVAL_MS = 2_000
_REMEMBERED_ACTIONS = 10_000


class Watch(QObject):
    """Asks every two seconds, by one indexed look-up, whether the history has grown by an action not our own."""

    def __init__(self, runner: Runner, *, interval_ms: int = INTERVAL_MS, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._revision: int | None = None
        self._own: deque[ActionId] = deque(maxlen=_REMEMBERED_ACTIONS)
        self._timer = QTimer(self, interval=interval_ms)
        self._timer.timeout.connect(self.look)
        runner.changed.connect(self._remember)
        runner.read(self, elsewhere.newest_revision).then(self._begin)

    def look(self) -> None:
        """Look now."""
        if self._revision is not None:
            self._runner.read(
                self, elsewhere.changes_since, revision=self._revision, own_actions=frozenset(self._own)
            ).then(self._tell, owner=self).otherwise(lambda _error: True)

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()

    def _begin(self, revision: int) -> None:
        self._revision = revision
        self._timer.start()

    def _remember(self, changes: Changes, initiator: object) -> None:
        if changes.action_id is not None and initiator is not self:
            self._own.append(ActionId(changes.action_id))

    def _tell(self, news: elsewhere.Elsewhere) -> None:
        self._revision = news.revision
        if news.changes:
            self._runner.changed.emit(news.changes, self)
