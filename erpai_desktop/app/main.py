"""Starts the program with its window: paint first, then the event loop, then the workspace."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSettings
from PySide6.QtWidgets import QApplication

from erpai_desktop.app.mistakes import Mistakes
from erpai_desktop.app.shell import Shell
from erpai_desktop.views.look.theme import Mode, Theme
from erpai_desktop.views.window.actions import Actions
from erpai_desktop.views.window.main_window import MainWindow
from erpai_desktop.views.window.memory import WindowMemory

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from erpai_desktop.app.desk import Desk

_MODES: dict[str, Mode] = {"system": "system", "light": "light", "dark": "dark"}


def make_shell(application: QApplication, *, memory_file: Path | None = None, mode: Mode | None = None) -> Shell:
    """The shell, not yet shown. `memory_file` keeps places and sizes elsewhere than in the person's own folder."""
    QCoreApplication.setApplicationName("ERP AI Desktop")
    settings = (
        QSettings(str(memory_file), QSettings.Format.IniFormat)
        if memory_file is not None
        else QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "erpai-desktop", "window")
    )
    memory = WindowMemory(settings)
    theme = Theme(application, mode=mode or _MODES.get(memory.text("theme"), "system"))
    actions = Actions(theme)
    window = MainWindow(theme, actions, memory)
    return Shell(window, theme, actions, memory, Mistakes(window, theme, actions))


def main(
    *,
    workspace: str | None = None,
    memory_file: Path | None = None,
    mode: Mode | None = None,
    drive: Callable[[Desk], Awaitable[int]] | None = None,
) -> int:
    """Open the window and stay until it is closed; returns the exit status.

    `workspace` is a file or PostgreSQL URL; None opens the person's own. `drive` is awaited on the open workspace and
    ends the program with its result: for pictures and for showing the program without a person.
    """
    application = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(application, QApplication):
        raise TypeError("a QCoreApplication without a window system is running already")
    try:
        shell = make_shell(application, memory_file=memory_file, mode=mode)
        shell.window.show()
        # The first paint, before anything heavy is imported.
        application.processEvents()
    except Exception:
        from erpai_desktop.logs.program_log import program_log

        with program_log("window"):
            raise

    from erpai_desktop.logs.program_log import program_log

    with program_log("window", told=shell.mistakes.tell):
        status = _run(application, shell, workspace, drive)
    shell.window.deleteLater()
    application.sendPostedEvents()
    return status


def _run(
    application: QApplication, shell: Shell, workspace: str | None, drive: Callable[[Desk], Awaitable[int]] | None
) -> int:
    import asyncio

    from erpai_desktop.app.life import live
    from erpai_desktop.logs.uncaught import watch_loop
    from erpai_desktop.workers.qt_loop import make_loop

    def loop() -> asyncio.AbstractEventLoop:
        made = make_loop(application)
        watch_loop(made, shell.mistakes.tell)
        return made

    with asyncio.Runner(loop_factory=loop) as runner:
        return runner.run(live(shell, workspace=workspace, drive=drive))
