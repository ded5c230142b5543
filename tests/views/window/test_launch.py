"""Up to the first paint nothing heavy is imported, and the window is there almost as fast as a bare one."""

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

BARE = """
import sys, time
begun = time.perf_counter()
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        app.exit()
window = Window()
window.resize(1280, 800)
window.show()
app.exec()
print(time.perf_counter() - begun)
"""

OURS = """
import json, sys, time
begun = time.perf_counter()
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.window.actions import Actions
from erpai_desktop.views.window.main_window import MainWindow
from erpai_desktop.views.window.memory import WindowMemory
app = QApplication([])
theme = Theme(app, mode="light")
spent, modules = [], []
class Window(MainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        if not spent:
            spent.append(time.perf_counter() - begun)
            modules.extend(sys.modules)
window = Window(theme, Actions(theme), WindowMemory(QSettings(sys.argv[1], QSettings.Format.IniFormat)))
window.first_painted.connect(app.exit)
window.show()
app.exec()
print(json.dumps({"seconds": spent[0], "modules": modules, "icons": theme.icons.is_loaded}))
"""


def run(code: str, *arguments: str) -> str:
    """The output of a script in a process of its own, without a screen."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def test_the_first_paint_imports_nothing_heavy(tmp_path: Path) -> None:
    told = json.loads(run(OURS, str(tmp_path / "w.ini")))
    loaded = {name.partition(".")[0] for name in told["modules"]}
    assert "PySide6" in loaded
    assert loaded.isdisjoint(HEAVY)
    assert told["icons"], "the icons come right after"


def test_the_window_is_there_within_three_times_a_bare_one(tmp_path: Path) -> None:
    # The fastest of several: what else the machine does only ever adds.
    run(OURS, str(tmp_path / "w.ini"))
    bare = min(float(run(BARE)) for _ in range(5))
    ours = min(json.loads(run(OURS, str(tmp_path / "w.ini")))["seconds"] for _ in range(5))
    assert ours <= 3 * bare, f"{ours * 1000:.0f} ms against {bare * 1000:.0f} ms"


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
