"""All checks, in the order in which they fail fastest; the same here and in CI. Closes on pytest's summary line."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

STEPS: dict[str, list[str]] = {
    "format": [str(BIN / "ruff"), "format", "--check", "."],
    "lint": [str(BIN / "ruff"), "check", "."],
    "imports": [str(BIN / "lint-imports"), "--no-logo"],
    "types": [str(BIN / "mypy")],
    "tests": [str(BIN / "pytest"), "-q", "-n", "2", "--dist", "worksteal"],
}


def main(wanted: list[str]) -> int:
    """Run the wanted steps, all of them by default; stop at the first that fails."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONWARNINGS": "default"}
    environment.pop("DISPLAY", None)
    for name in wanted or STEPS:
        started = time.monotonic()
        print(f"== {name}: {' '.join(Path(part).name for part in STEPS[name])}", flush=True)
        status = subprocess.run(STEPS[name], cwd=ROOT, env=environment, check=False).returncode
        if status:
            print(f"== {name} failed (exit {status})", flush=True)
            return 1
        if name != "tests":
            print(f"== {name} ok in {time.monotonic() - started:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
