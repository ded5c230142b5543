"""Tells the person of the program's own mistakes, whoever's slot, task or thread made them; the window goes on."""

from __future__ import annotations

import time
import traceback
from typing import Final

from PySide6.QtCore import QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.error_dialog import ErrorDialog, report_of
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.window.actions import Actions
from erpai_desktop.views.window.main_window import MainWindow

_AGAIN_S: Final = 3.0
"""The same mistake is told of once in this many seconds: one in a paint event comes with every paint."""

_Origin = tuple[str, str, int]


class Mistakes(QObject):
    """A dialog the first time a mistake is made, a notice that offers its report when the same is made again.

    There is one dialog at a time; what happens behind it is in the log and, next time, in a notice.
    """

    _told = Signal(object)

    def __init__(self, window: MainWindow, theme: Theme, actions: Actions) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._dialog: ErrorDialog | None = None
        self._when: dict[_Origin, float] = {}
        # Queued: whoever failed may hold a thread of its own, or be in the middle of painting.
        self._told.connect(self._show, Qt.ConnectionType.QueuedConnection)
        actions.handle("help.log", self.open_log_folder)

    def tell(self, error: BaseException) -> None:
        """Say so, soon. From any thread."""
        self._told.emit(error)

    def open_log_folder(self) -> None:
        """Show the folder in the system's file manager."""
        from erpai_desktop.settings import log_folder

        folder = log_folder()
        if not folder.is_dir():
            self._window.show_notice(
                Notice(self.tr("There is no log yet. It will lie in {folder}").format(folder=folder), seconds=30)
            )
        elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self._window.show_notice(Notice(self.tr("The log lies in {folder}").format(folder=folder), seconds=60))

    def _show(self, error: BaseException) -> None:
        origin, now = _origin(error), time.monotonic()
        before = self._when.get(origin)
        if self._dialog is not None or (before is not None and now - before < _AGAIN_S):
            return
        self._when[origin] = now
        if before is None:
            self._open(error)
            return
        text = self.tr("The program made the same mistake again. What was saved before is safe.")
        on_show = self._window.notices.current
        if on_show is None or on_show.text != text:
            show = self.tr("Show report")
            self._window.show_notice(Notice(text, kind="bad", action=show, callback=lambda: self._open(error)))

    def _open(self, error: BaseException) -> None:
        if self._dialog is not None:
            return
        dialog = self._dialog = ErrorDialog(self._theme, report_of(error), has_log=True, parent=self._window)
        dialog.log_requested.connect(self.open_log_folder)
        dialog.finished.connect(self._closed)
        dialog.open()

    def _closed(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None


def _origin(error: BaseException) -> _Origin:
    """What it is and where it was raised."""
    places = traceback.extract_tb(error.__traceback__)
    last = places[-1] if places else None
    return (type(error).__name__, last.filename, last.lineno or 0) if last else (type(error).__name__, "", 0)
