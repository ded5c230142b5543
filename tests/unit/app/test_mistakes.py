"""A mistake of the program is told of once by a dialog, then by a notice; the window goes on."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton
from pytestqt.qtbot import QtBot

from erpai_desktop.app import mistakes
from erpai_desktop.app.main import make_shell
from erpai_desktop.app.shell import Shell
from erpai_desktop.logs.uncaught import uncaught_recorded
from erpai_desktop.settings import log_folder
from erpai_desktop.views.parts.error_dialog import ErrorDialog
from erpai_desktop.views.parts.notice_bar import Notice

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


@pytest.fixture
def shell(qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = make_shell(qapp, memory_file=tmp_path / "window.ini", mode="light")
    qtbot.addWidget(made.window)
    made.window.show()
    return made


def raised(text: str, *, elsewhere: bool = False) -> Exception:
    """An exception with a place; `elsewhere` is another."""
    try:
        if elsewhere:
            raise KeyError(text)
        raise ValueError(text)
    except (KeyError, ValueError) as error:
        return error


def dialogs(shell: Shell) -> list[ErrorDialog]:
    return [dialog for dialog in shell.window.findChildren(ErrorDialog) if dialog.isVisible()]


def press(dialog: ErrorDialog, text: str) -> None:
    (button,) = (button for button in dialog.findChildren(QAbstractButton) if button.text() == text)
    button.click()


def said(shell: Shell) -> Notice | None:
    return shell.window.notices.current


def test_a_slot_and_a_thread_that_fail_are_told_of(qtbot: QtBot, shell: Shell) -> None:
    def fail() -> None:
        raise KeyError("missing")

    button = QPushButton(shell.window)
    button.clicked.connect(fail)
    with qtbot.capture_exceptions() as caught, uncaught_recorded(shell.mistakes.tell):
        button.click()
        qtbot.waitUntil(lambda: bool(dialogs(shell)))
        (dialog,) = dialogs(shell)
        assert "KeyError: 'missing'" in dialog.text() and "saved before is safe" in dialog.text()
        press(dialog, "Close")
        assert not dialogs(shell) and shell.window.isEnabled()
        thread = threading.Thread(target=lambda: int("x"))
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: bool(dialogs(shell)))
        press(dialogs(shell)[0], "Close")
    assert [kind for kind, _error, _trace in caught] == [KeyError]


def test_the_same_again_is_a_notice_that_offers_the_report_and_not_at_every_paint(
    qtbot: QtBot, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.mistakes.tell(raised("first"))
    shell.mistakes.tell(raised("behind the dialog", elsewhere=True))
    qtbot.waitUntil(lambda: bool(dialogs(shell)))
    (dialog,) = dialogs(shell)
    press(dialog, "Close")
    shell.mistakes.tell(raised("a moment later"))
    QApplication.processEvents()
    assert not dialogs(shell)
    assert said(shell) is None
    monkeypatch.setattr(mistakes, "_AGAIN_S", 0.0)
    for _ in range(3):
        shell.mistakes.tell(raised("again"))
    QApplication.processEvents()
    assert not dialogs(shell)
    notice = said(shell)
    assert notice is not None and "same mistake again" in notice.text and notice.callback is not None
    shell.window.notices.dismiss()
    assert said(shell) is None, "said once while it is on show"
    notice.callback()
    (dialog,) = dialogs(shell)
    assert "again" in dialog.text()
    press(dialog, "Close")


def test_the_log_folder_opens_from_the_dialog_and_the_menu(
    qtbot: QtBot, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []

    def open_folder(address: QUrl) -> bool:
        opened.append(address)
        return len(opened) < 3

    monkeypatch.setattr(QDesktopServices, "openUrl", open_folder)
    action = shell.actions.action("help.log")
    action.trigger()
    notice = said(shell)
    assert notice is not None and str(log_folder()) in notice.text and not opened
    log_folder().mkdir(parents=True)
    action.trigger()
    shell.mistakes.tell(raised("a mistake"))
    qtbot.waitUntil(lambda: bool(dialogs(shell)))
    (dialog,) = dialogs(shell)
    press(dialog, "Open log folder")
    press(dialog, "Close")
    assert [address.toLocalFile() for address in opened] == [str(log_folder())] * 2
    shell.window.notices.dismiss()
    action.trigger()
    notice = said(shell)
    assert notice is not None and str(log_folder()) in notice.text, "nothing opens folders here"
