"""Takes a pasted secret off the clipboard again after a while, unless something else has been copied since."""

from __future__ import annotations

import hashlib
from typing import Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QClipboard, QGuiApplication

CLEAR_AFTER_MS: Final = 30_000


class ClipboardGuard(QObject):
    """Remembers a secret by its hash alone."""

    def __init__(self, clipboard: QClipboard | None = None, *, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clipboard = clipboard or QGuiApplication.clipboard()
        self._watched = b""
        self._timer = QTimer(self, singleShot=True, interval=CLEAR_AFTER_MS)
        self._timer.timeout.connect(self.clear_now)

    def pasted(self, secret: str) -> None:
        """This secret was taken over; if it lies on the clipboard it is cleared in 30 seconds."""
        if _digest(self._clipboard.text()) == _digest(secret):
            self._watched = _digest(secret)
            self._timer.start()

    def clear_now(self) -> None:
        """Clear it at once if it lies there still: the program closes, say."""
        self._timer.stop()
        if self._watched and _digest(self._clipboard.text()) == self._watched:
            self._clipboard.clear()
        self._watched = b""


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.strip().encode("utf-8", "surrogatepass")).digest()
