"""Saves an edit a moment after the last key, when the field is left, and on demand; never loses what was typed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

DELAY_MS = 800


class Autosave(QObject):
    """Watches widgets; `save` is called once per pause in typing, and only while something is unsaved."""

    def __init__(self, save: Callable[[], None], *, parent: QObject, delay_ms: int = DELAY_MS) -> None:
        super().__init__(parent)
        self._save = save
        self._dirty = False
        self._timer = QTimer(self, singleShot=True, interval=delay_ms)
        self._timer.timeout.connect(self.flush)

    @property
    def is_dirty(self) -> bool:
        """Whether something was typed since the last save began."""
        return self._dirty

    def watch(self, widget: QWidget) -> None:
        """Save when this widget loses the keyboard."""
        widget.installEventFilter(self)

    def touch(self, *_ignored: object) -> None:
        """Something was typed."""
        self._dirty = True
        self._timer.start()

    def forget(self) -> None:
        """What the fields show is what is stored."""
        self._dirty = False
        self._timer.stop()

    def flush(self) -> None:
        """Save now what is unsaved."""
        self._timer.stop()
        if self._dirty:
            self._dirty = False
            self._save()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leaving a field saves it."""
        if event.type() == QEvent.Type.FocusOut:
            self.flush()
        return False
