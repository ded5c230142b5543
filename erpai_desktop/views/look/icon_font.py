"""Outlines of Material Design Icons 6, read straight from the font that qtawesome ships.

`import qtawesome` registers nine icon fonts and holds the window's thread for a fifth of a second; one font's outlines
take a tenth of that, and leave Qt's font database (and with it every widget's layout) alone.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from PySide6.QtGui import QPainterPath, QRawFont

_EM = 24.0
# The family's font is drawn on a 24-unit grid whose baseline lies 3 units above the bottom (ascent 448 of 512).
_BASELINE = 21.0


class IconFont:
    """The icon family: an outline for a name, on a 24 by 24 grid.

    Raises FileNotFoundError when the font was not shipped.
    """

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or _fonts_folder()
        charmap = _only(folder, "materialdesignicons6-webfont-charmap-*.json")
        self._codes: dict[str, str] = json.loads(charmap.read_text(encoding="utf-8"))
        self._font = QRawFont(str(_only(folder, "materialdesignicons6-webfont-*.ttf")), _EM)
        if not self._font.isValid():
            raise FileNotFoundError("the icon font cannot be read")
        self._outlines: dict[str, QPainterPath] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._codes

    def outline(self, name: str) -> QPainterPath:
        """The icon's outline within (0, 0)-(24, 24). Raises KeyError for a name that the family does not have."""
        found = self._outlines.get(name)
        if found is None:
            (glyph,) = self._font.glyphIndexesForString(chr(int(self._codes[name], 16)))
            found = self._font.pathForGlyph(glyph).translated(0.0, _BASELINE)
            self._outlines[name] = found
        return found


def _fonts_folder() -> Path:
    # find_spec locates the package without running it.
    spec = importlib.util.find_spec("qtawesome")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("qtawesome is not installed")
    return Path(spec.submodule_search_locations[0]) / "fonts"


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if not found:
        raise FileNotFoundError(f"no {pattern} beside qtawesome")
    return found[-1]
