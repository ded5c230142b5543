"""Opens the real window on a workspace file inside a test's own event loop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from erpai_desktop.app.desk import Desk
from erpai_desktop.app.life import live
from erpai_desktop.app.main import make_shell


async def at_the_window(workspace: Path, folder: Path, drive: Callable[[Desk], Awaitable[object]]) -> None:
    """Open the window, do what `drive` does, close it again as a person would."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    shell = make_shell(application, memory_file=folder / "window.ini", mode="light")
    shell.window.resize(1280, 800)
    shell.window.show()
    shell.theme.icons.load()

    async def driven(desk: Desk) -> int:
        await drive(desk)
        return 0

    try:
        assert await live(shell, workspace=str(workspace), drive=driven) == 0
    finally:
        shell.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
