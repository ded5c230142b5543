"""`--screenshot FOLDER` saves each main view, light and dark, from the real window."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path


def test_each_main_view_is_saved_light_and_dark(sample_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    done = subprocess.run(
        [sys.executable, "-m", "erpai_desktop", "--workspace", str(sample_file), "--screenshot", str(folder)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr
    names = {path.stem for path in folder.glob("*.png")}
    views = {name.rsplit("-", 1)[0] for name in names}
    assert {"model-overview", "model-qas", "compile", "review", "bin", "palette", "chats"} <= views
    assert {f"{view}-{mode}" for view in views for mode in ("light", "dark")} == names
    for path in folder.glob("*.png"):
        assert struct.unpack(">II", path.read_bytes()[16:24]) == (1280, 800)
    assert (folder / "compile-light.png").read_bytes() != (folder / "compile-dark.png").read_bytes()
    # The window kept a log meanwhile, in the folder that the environment names; its processes had nothing to say.
    (log,) = (tmp_path / "xdg_state_home").rglob("*.log")
    assert log.name.startswith("window-") and log.read_text(encoding="utf-8").endswith("window ends\n")
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_file_in_the_folders_place_is_one_clear_line(sample_file: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "erpai_desktop", "--workspace", str(sample_file), "--screenshot", str(taken)],
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "is a file" in done.stderr
    assert taken.read_text(encoding="utf-8") == "mine"
