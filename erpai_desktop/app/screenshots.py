"""Saves a picture of each main view, light and dark, at 1280×800: the real window on a real workspace, offscreen."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication

from erpai_desktop.app.desk import Desk
from erpai_desktop.app.main import main
from erpai_desktop.errors import UserError
from erpai_desktop.models.ids import ModelId
from erpai_desktop.services import golden_reading, scoreboard
from erpai_desktop.views.compilations.evaluation_page import EvaluationPage
from erpai_desktop.views.compilations.scoreboard import candidates
from erpai_desktop.views.look.theme import Mode

SIZE = (1280, 800)
_SUB_PAGES = ("overview", "qas", "conversations", "compilations", "evaluation", "knowledge")


def save_screenshots(workspace: str | None, folder: Path) -> int:
    """Write the pictures into `folder`; returns the exit status. Raises UserError when a name is taken by a file."""
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file.", advice="Name a folder.")
    folder.mkdir(parents=True, exist_ok=True)
    without_chatter()

    async def drive(desk: Desk) -> int:
        window = desk.shell.window
        window.resize(*SIZE)
        await at_rest(desk)
        for mode in ("light", "dark"):
            await _take_all(desk, folder, "light" if mode == "light" else "dark")
        return 0

    return main(workspace=workspace, memory_file=folder / ".window.ini", mode="light", drive=drive)


def without_chatter() -> None:
    """Keep Qt's offscreen platform from telling again and again what it does not support."""

    def say(_kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if not text.startswith("This plugin does not support"):
            sys.stderr.write(f"{text}\n")

    qInstallMessageHandler(say)


async def at_rest(desk: Desk) -> None:
    """Until everything asked for has been read and painted."""
    while True:
        for _ in range(3):
            await asyncio.sleep(0.02)
        if not desk.session.runner.busy:
            return


def save(desk: Desk, path: Path) -> None:
    """Save what the window shows now, dialogs above it included."""
    window = desk.shell.window
    QApplication.sendPostedEvents()
    picture = window.grab()
    above = [top for top in QApplication.topLevelWidgets() if top is not window and top.isVisible() and top.isWindow()]
    if above:
        painter = QPainter(picture)
        for top in above:
            painter.drawPixmap(top.pos() - window.geometry().topLeft(), top.grab())
        painter.end()
    picture.save(str(path))


async def _take_all(desk: Desk, folder: Path, mode: Mode) -> None:
    desk.shell.theme.set_mode(mode)
    desk.shell.window.notices.dismiss()
    default = desk.tree.current
    if default is None:
        await _take(desk, folder / f"empty-{mode}.png")
        return
    for sub_page in _SUB_PAGES:
        desk.pages.open_model(ModelId(default), sub_page)
        await _take(desk, folder / f"model-{sub_page}-{mode}.png")
    desk.pages.open_compile(ModelId(default))
    await _take(desk, folder / f"compile-{mode}.png")
    await _take_versions(desk, ModelId(default), folder, mode)
    desk.pages.open_review()
    await _take(desk, folder / f"review-{mode}.png")
    desk.pages.open_providers()
    await _take(desk, folder / f"providers-{mode}.png")
    desk.pages.open_bin()
    await _take(desk, folder / f"bin-{mode}.png")
    desk.pages.open_usage()
    await _take(desk, folder / f"usage-{mode}.png")
    desk.shell.window.open_palette("comp")
    await _take(desk, folder / f"palette-{mode}.png")
    desk.shell.window.close_palette()
    desk.chat.show_history()
    desk.pages.open_model(ModelId(default), "overview")
    await _take(desk, folder / f"chats-{mode}.png")
    desk.chat.new_conversation()


async def _take_versions(desk: Desk, model_id: ModelId, folder: Path, mode: Mode) -> None:
    """Golden answers and two versions side by side, where the workspace has such."""
    database = desk.session.database
    model = desk.pages.open_model(model_id, "evaluation")
    page = model.show_page("evaluation") if model is not None else None
    if isinstance(page, EvaluationPage) and database.read(golden_reading.golden_sets, model_id=model_id):
        page.sections.select("golden")
        await _take(desk, folder / f"model-golden-{mode}.png")
        page.sections.select("versions")
    versions = database.read(scoreboard.scoreboard, model_id=model_id)
    built = [one for one in versions if one.share is not None and one.can_answer]
    pair = candidates(built, built[:1]) or candidates(built, built[:2])
    if pair is not None:
        desk.versions.compare(model_id, *pair)
        await _take(desk, folder / f"compare-{mode}.png")


async def _take(desk: Desk, path: Path) -> None:
    await at_rest(desk)
    save(desk, path)
