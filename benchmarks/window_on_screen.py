"""How long until the window is on screen, next to a bare QMainWindow; fresh processes, taken in turn.

Run: python -m benchmarks.window_on_screen [--rounds 9]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HEAVY = ("openai", "sqlalchemy", "numpy", "alembic", "sklearn", "wordllama", "onnxruntime", "pyqtgraph", "qtawesome")

_BARE = """
import time; started = time.perf_counter()
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        self.painted = True
window = Window(); window.painted = False
window.resize(1280, 800); window.show()
while not window.painted:
    app.processEvents()
import json
print(json.dumps({"ms": (time.perf_counter() - started) * 1000}))
import os; os._exit(0)
"""

_OURS = """
import time; started = time.perf_counter()
import sys, json, os
from pathlib import Path
from PySide6.QtWidgets import QApplication
from erpai_desktop.app.main import make_shell
app = QApplication([])
shell = make_shell(app, memory_file=Path(sys.argv[1]), mode="light")
painted = []
shell.window.first_painted.connect(lambda: painted.append((time.perf_counter() - started) * 1000))
shell.window.resize(1280, 800); shell.window.show()
from PySide6.QtCore import QEvent
while not painted:
    app.processEvents()
print(json.dumps({"ms": painted[0], "heavy": [name for name in sys.argv[2:] if name in sys.modules]}))
os._exit(0)
"""


def _run(code: str, *arguments: str) -> dict[str, object]:
    environment = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, env=environment, check=True
    )
    result: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> None:
    """Print medians in milliseconds, their ratio, and what heavy modules the first paint had imported."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    bare: list[float] = []
    ours: list[float] = []
    heavy: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds + 1):
            b = _run(_BARE)
            o = _run(_OURS, str(Path(folder) / "window.ini"), *HEAVY)
            heavy.update(map(str, o["heavy"] if isinstance(o["heavy"], list) else []))
            if number:  # the first round warms the disk's cache
                bare.append(float(str(b["ms"])))
                ours.append(float(str(o["ms"])))
    ratio = statistics.median(ours) / statistics.median(bare)
    print(f"bare QMainWindow  {statistics.median(bare):7.0f} ms")
    print(f"our window        {statistics.median(ours):7.0f} ms   ratio {ratio:.2f} (to reach: at most 3)")
    print(f"heavy modules imported at first paint: {', '.join(sorted(heavy)) or 'none'}")


if __name__ == "__main__":
    main()
