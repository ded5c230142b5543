"""The main job once more on a real X server, with mouse and keyboard events that go through it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.skipif(
    not (shutil.which("xvfb-run") and shutil.which("xdotool")), reason="xvfb or xdotool is not installed"
)
def test_the_main_job_by_mouse_and_keyboard(tmp_path: Path) -> None:
    folders = {name: str(tmp_path / name.lower()) for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    done = subprocess.run(
        ["xvfb-run", "-a", "-s", "-screen 0 1280x800x24", sys.executable, "-m", "tools.tour", "--x"],
        cwd=ROOT,
        env={**os.environ, **folders, "ERPAI_TOUR_FOLDER": str(tmp_path / "tour")},
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The main job works: 15 steps" in done.stdout
    assert len(list((tmp_path / "tour").glob("*.png"))) == 15
