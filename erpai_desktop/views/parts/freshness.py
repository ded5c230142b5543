"""Decides when a page reads again: a moment after the last change, and not while nobody looks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

DELAY_MS = 250


class Freshness(QObject):
    """Calls `read` once per burst of changes while `page` is on show, or when it is shown again."""

    def __init__(self, page: QWidget, read: Callable[[], None], *, delay_ms: int = DELAY_MS) -> None:
        super().__init__(page)
        self._page = page
        self._read = read
        self._stale = False
        self._timer = QTimer(self, singleShot=True, interval=delay_ms)
        self._timer.timeout.connect(self.read_now)
        page.installEventFilter(self)

    @property
    def is_stale(self) -> bool:
        """Whether something has changed that was not read yet."""
        return self._stale

    def spoil(self) -> None:
        """What is shown is no longer true."""
        self._stale = True
        if self._page.isVisible():
            self._timer.start()

    def read_now(self) -> None:
        """Read without waiting."""
        self._timer.stop()
        self._stale = False
        self._read()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Being shown reads what was missed meanwhile."""
        if event.type() == QEvent.Type.Show and self._stale:
            self.read_now()
        return False
