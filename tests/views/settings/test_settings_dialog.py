"""The dialog says what is in the log at each level."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.settings.dialog import SettingsDialog


def test_what_is_in_the_log_is_said_before_it_is_sent_on(qtbot: QtBot, theme: Theme) -> None:
    dialog = SettingsDialog(theme, color_scheme="light", language="en", log_level="info", folders=(("Log", "/log"),))
    qtbot.addWidget(dialog)

    def about() -> str:
        (text,) = (label.text() for label in dialog.findChildren(QLabel) if "Keys are never in it" in label.text())
        return text

    assert "Questions, answers and rows are not in it" in about()
    dialog.log_level.choose("debug")
    with qtbot.waitSignal(dialog.log_level_chosen) as chosen:
        dialog.log_level.chosen.emit("debug")
    assert chosen.args == ["debug"]
    assert "may quote questions, answers and rows" in about()
    (button,) = (one for one in dialog.findChildren(QAbstractButton) if one.text() == "Open log folder")
    with qtbot.waitSignal(dialog.log_folder_requested):
        button.click()
