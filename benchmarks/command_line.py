"""Runs the real command line in a process of its own, with data and cache folders of its own, and measures it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Run:
    """One command: its lines of JSON, seconds on the wall, and the peak memory of its largest process in MB.

    `cpu_seconds` are those of all its processes, in the program and the system: other work beside it moves them less.
    """

    lines: tuple[dict[str, Any], ...]
    seconds: float
    peak_mb: float
    cpu_seconds: float = 0.0

    @property
    def last(self) -> dict[str, Any]:
        """The command's result."""
        return self.lines[-1]


class CommandLine:
    """`folder` takes everything the program keeps for a person, so that a run neither finds nor leaves anything."""

    def __init__(self, folder: Path, workspace: Path) -> None:
        self.workspace = workspace
        self.environment = dict(os.environ)
        for name in ("DATA", "CACHE", "CONFIG", "STATE"):
            self.environment[f"XDG_{name}_HOME"] = str(folder / name.lower())

    @property
    def cache(self) -> Path:
        """Where the program keeps its disposable things."""
        return Path(self.environment["XDG_CACHE_HOME"]) / "erpai-desktop"

    def __call__(self, *arguments: str | Path) -> Run:
        """Run one command. Raises RuntimeError with its standard error when it fails."""
        command = [sys.executable, "-m", "erpai_desktop", "--workspace", str(self.workspace), "--json"]
        before = _cpu_of_children()
        started = time.perf_counter()
        process = subprocess.Popen(
            [*command, *map(str, arguments)],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        watch = _PeakMemory(process.pid)
        out, error = process.communicate()
        seconds = time.perf_counter() - started
        peak = watch.stop()
        if process.returncode:
            raise RuntimeError(f"{' '.join(map(str, arguments))}: {error.strip()}")
        return Run(
            tuple(json.loads(line) for line in out.splitlines() if line.strip()),
            seconds,
            peak,
            _cpu_of_children() - before,
        )


def _cpu_of_children() -> float:
    """Seconds of all descendants that have ended and were waited for."""
    times = os.times()
    return times.children_user + times.children_system


class _PeakMemory(threading.Thread):
    """The largest high-water mark of resident memory among a process and its descendants (proc(5), VmHWM).

    Not `ru_maxrss`: a child made by vfork starts with its parent's. 0 where there is no /proc.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(name="peak", daemon=True)
        self._pid = pid
        self._ended = threading.Event()
        self._peak = 0.0
        self.start()

    def stop(self) -> float:
        """The peak so far, in MB."""
        self._ended.set()
        self.join()
        return self._peak

    def run(self) -> None:
        while not self._ended.wait(0.05):
            for pid in self._family():
                self._peak = max(self._peak, _high_water(pid))

    def _family(self) -> list[int]:
        found = [self._pid]
        for pid in found:
            try:
                children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
            except OSError:
                continue
            # A child belongs to the thread that started it.
            for task in _tasks(pid):
                if task != pid:
                    try:
                        children += Path(f"/proc/{pid}/task/{task}/children").read_text(encoding="ascii")
                    except OSError:
                        continue
            found += [int(child) for child in children.split()]
        return found


def _tasks(pid: int) -> list[int]:
    try:
        return [int(task.name) for task in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return []


def _high_water(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0
