"""Up to the first paint nothing heavy is imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from erpai_desktop.views.window.launch import FirstPaint

HEAVY = ("sqlalchemy", "openai", "numpy", "pyqtgraph", "qtawesome", "onnxruntime", "sklearn", "wordllama", "rapidfuzz")

OURS = """
import json, sys
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.window.actions import Actions
from erpai_desktop.views.window.main_window import MainWindow
from erpai_desktop.views.window.memory import WindowMemory
app = QApplication([])
theme = Theme(app, mode="light")
modules = []
class Window(MainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        if not modules:
            modules.extend(sys.modules)
window = Window(theme, Actions(theme), WindowMemory(QSettings(sys.argv[1], QSettings.Format.IniFormat)))
window.first_painted.connect(app.exit)
window.show()
app.exec()
print(json.dumps({"modules": modules, "icons": theme.icons.is_loaded}))
"""


def run(code: str, *arguments: str) -> str:
    """The output of a script in a process of its own, without a screen."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=500, check=True)
    return done.stdout


def test_the_first_paint_imports_nothing_heavy(tmp_path: Path) -> None:
    told = json.loads(run(OURS, str(tmp_path / "w.ini")))
    loaded = {name.partition(".")[0] for name in told["modules"]}
    assert "PySide6" in loaded
    assert loaded.isdisjoint(HEAVY)
    assert told["icons"], "the icons come right after"


def test_the_first_paint_is_told_once(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    watch = FirstPaint(window)
    heard: list[bool] = []
    watch.painted.connect(lambda: heard.append(window.isVisible()))
    with qtbot.waitSignal(watch.painted):
        window.show()
    with qtbot.assertNotEmitted(watch.painted, wait=50):
        window.repaint()
    assert heard == [True]


def test_the_log_is_opened_after_the_first_paint() -> None:
    late = "erpai_desktop.logs", "erpai_desktop.settings", "logging.handlers", "pydantic"
    code = "import json, sys, erpai_desktop.app.main; print(json.dumps(list(sys.modules)))"
    assert set(json.loads(run(code))).isdisjoint(late)
