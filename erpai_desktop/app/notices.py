"""The bell: a menu of what was said lately, and a mark while something new is there."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu

from erpai_desktop.app.shell import Shell
from erpai_desktop.views.jobs.notifier import Notifier, Told
from erpai_desktop.views.parts.notice_bar import ICON
from erpai_desktop.views.parts.wording import local_time, plain_tooltip

_SHOWN = 12


class Bell(QObject):
    """Opens below the bell's button; choosing a line opens what the job made."""

    def __init__(self, shell: Shell, notifier: Notifier, *, parent: QObject) -> None:
        super().__init__(parent)
        self._shell = shell
        self._notifier = notifier
        title_bar = shell.window.title_bar
        title_bar.notifications_requested.connect(self._open)
        notifier.told_changed.connect(self._mark)

    def _mark(self) -> None:
        self._shell.window.title_bar.bell.setIcon(self._shell.theme.icon("notified", "accent"))

    def _open(self) -> None:
        bell = self._shell.window.title_bar.bell
        bell.setIcon(self._shell.theme.icon("notifications", "text"))
        menu = QMenu(bell)
        if not self._notifier.told:
            nothing = menu.addAction(self.tr("Nothing yet: ended jobs are listed here"))
            nothing.setEnabled(False)
        for told in self._notifier.told[:_SHOWN]:
            self._add(menu, told)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(bell.mapToGlobal(QPoint(0, bell.height())))

    def _add(self, menu: QMenu, told: Told) -> None:
        action = menu.addAction(f"{local_time(told.time)}   {plain_tooltip(told.text, 120)}".replace("&", "&&"))
        action.setIcon(self._shell.theme.icon(*ICON[told.kind]))
        action.triggered.connect(lambda: self._notifier.open(told.state))
