"""The life of the window: which workspace is open, going from one to another, and closing in good order."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from erpai_desktop.app.desk import Desk
from erpai_desktop.app.session import Session, open_new, open_sample, open_session, own_workspace
from erpai_desktop.app.shell import Shell
from erpai_desktop.errors import ErpAiError
from erpai_desktop.settings import load_settings, save_settings
from erpai_desktop.storage.location import WorkspaceLocation, parse_location
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.welcome.page import WelcomePage

log = logging.getLogger(__name__)

_WELCOME = "welcome"
_FILTER = "Workspaces (*.erpai)"


async def live(shell: Shell, *, workspace: str | None, drive: Callable[[Desk], Awaitable[int]] | None = None) -> int:
    """Stay until the window is closed; returns the exit status."""
    life = Life(shell)
    return await life.run(workspace, drive)


class Life:
    """Holds at most one open workspace."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._window = window = shell.window
        self._wanted: asyncio.Queue[Callable[[], Awaitable[Session]] | None] = asyncio.Queue()
        self._desk: Desk | None = None
        self._welcome: WelcomePage | None = None
        window.hold_close()
        window.close_requested.connect(lambda: self._wanted.put_nowait(None))
        shell.actions.handle("workspace.new", self._ask_new)
        shell.actions.handle("workspace.open", self._ask_open)

    async def run(self, workspace: str | None, drive: Callable[[Desk], Awaitable[int]] | None) -> int:
        """Open what was asked for, then what is asked for later, until the window closes."""
        status = 0
        location = parse_location(workspace) if workspace is not None else own_workspace()
        if location is None:
            self._show_welcome("")
        else:
            self._wanted.put_nowait(lambda: open_session(location))
        try:
            while (opener := await self._wanted.get()) is not None:
                await self._open(opener)
                if drive is not None:
                    if self._desk is None:
                        return 1
                    status = await drive(self._desk)
                    break
        finally:
            await self._close_desk()
            self._window.finish_closing()
        return status

    async def _open(self, opener: Callable[[], Awaitable[Session]]) -> None:
        self._window.status.set_saved(self._window.tr("Opening the workspace…"))
        if self._welcome is not None:
            self._welcome.show_state(self._window.tr("Opening the workspace…"), busy=True)
        try:
            session = await opener()
        except ErpAiError as error:
            log.warning("the workspace could not be opened", exc_info=error)
            if self._desk is None:
                self._window.status.set_saved(self._window.tr("No workspace is open"))
                self._show_welcome(str(error), bad=True)
            else:
                self._desk.show_saved()
                self._window.show_notice(Notice(str(error), kind="bad"))
            return
        await self._close_desk()
        if self._welcome is not None:
            self._window.tabs.close_page(_WELCOME)
            self._welcome = None
        self._desk = Desk(self._shell, session)
        log.info("a workspace is open: %s", "file" if session.database.location.path is not None else "PostgreSQL")
        location = session.database.location
        self._desk.commands.reopen_requested.connect(lambda: self._wanted.put_nowait(lambda: open_session(location)))
        # What was imported stays for good. Looking through it for garbage again and again would stop the window for
        # more than a tenth of a second each time; so it is looked through once, now, and then left alone.
        gc.collect()
        gc.freeze()

    async def _close_desk(self) -> None:
        if self._desk is not None:
            desk, self._desk = self._desk, None
            await desk.close()

    def _show_welcome(self, text: str, *, bad: bool = False) -> None:
        if self._welcome is None:
            self._welcome = WelcomePage(self._shell.theme)
            self._welcome.new_requested.connect(self._ask_new)
            self._welcome.open_requested.connect(self._ask_open)
            self._welcome.sample_requested.connect(lambda: self._wanted.put_nowait(open_sample))
            self._window.open_tab(_WELCOME, self._welcome, self._window.tr("Welcome"), "workspace")
        self._welcome.show_state(text, busy=False, bad=bad)

    def _ask_new(self) -> None:
        dialog = QFileDialog(self._window, self._window.tr("New workspace"), "", _FILTER)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("erpai")
        dialog.fileSelected.connect(lambda name: self._begin(Path(name), new=True))
        dialog.open()

    def _ask_open(self) -> None:
        dialog = QFileDialog(self._window, self._window.tr("Open workspace"), "", _FILTER)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self._begin(Path(name), new=False))
        dialog.open()

    def _begin(self, path: Path, *, new: bool) -> None:
        location = WorkspaceLocation(path=path)

        async def opener() -> Session:
            session = await (open_new(location, name=path.stem) if new else open_session(location))
            # From now on it is the person's own: the program opens it by itself.
            save_settings(load_settings().model_copy(update={"workspace": str(path)}))
            return session

        self._wanted.put_nowait(opener)
