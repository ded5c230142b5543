"""Folders in which builds leave their files until these are stored."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from pathlib import Path

_LEFT_BEHIND_S = 24 * 3600


def make_staging(cache_folder: Path) -> Path:
    """A new folder for one build; those that killed programs have left behind for a day are removed."""
    parent = cache_folder / "building"
    parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):
        for folder in parent.iterdir():
            if folder.stat().st_mtime < time.time() - _LEFT_BEHIND_S:
                remove_staging(folder)
    return Path(tempfile.mkdtemp(dir=parent))


def remove_staging(folder: Path) -> None:
    """Throw away what a build left behind."""
    shutil.rmtree(folder, ignore_errors=True)
