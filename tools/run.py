"""`make run`: opens the window on the person's own workspace, or on a copy of the sample company while they have none.

Without a display it says so and shows the main job on the same window, offscreen, with a picture of each step.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def has_display() -> bool:
    """Whether a window could be seen."""
    return sys.platform in {"win32", "darwin"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def main() -> int:
    """Run; returns the exit status."""
    python = sys.executable
    if not has_display():
        print("There is no display here, so the window is driven offscreen through its main job instead.", flush=True)
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        return subprocess.run([python, "-m", "tools.tour"], cwd=ROOT, env=environment, check=False).returncode
    sys.path.insert(0, str(ROOT))
    from erpai_desktop.app.session import own_workspace, sample_file

    arguments = [python, "-m", "erpai_desktop"]
    own = own_workspace()
    if own is None:
        sample = sample_file()
        if not sample.exists():
            subprocess.run([*arguments, "--workspace", str(sample), "init", "--sample"], cwd=ROOT, check=True)
        print(f"Opening a copy of the sample company, yours to change: {sample}", flush=True)
        arguments += ["--workspace", str(sample)]
    return subprocess.run(arguments, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
