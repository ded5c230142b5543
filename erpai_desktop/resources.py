"""Where the shipped files lie: in a checkout, in an installed wheel and in a frozen program."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path


@cache
def _root() -> Path:
    package = Path(__file__).resolve().parent
    frozen = getattr(sys, "_MEIPASS", None)
    candidates = [package / "_resources", package.parent / "resources"]
    if frozen is not None:
        candidates.insert(0, Path(frozen) / "erpai_desktop" / "_resources")
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"the program's resources are missing beside {package}")


def resource(*parts: str) -> Path:
    """The path of a shipped file or folder, e.g. `resource("sample", "company.json")`.

    Raises FileNotFoundError when it was not shipped.
    """
    path = _root().joinpath(*parts)
    if not path.exists():
        raise FileNotFoundError(f"no such resource: {'/'.join(parts)}")
    return path
