"""The theme: follows the system's light or dark (or a forced one) and dresses the application in it."""

from __future__ import annotations

import sys
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon
from PySide6.QtWidgets import QApplication, QWidget

from erpai_desktop.views.look.icons import Icons
from erpai_desktop.views.look.palette import palette
from erpai_desktop.views.look.stylesheet import stylesheet
from erpai_desktop.views.look.tokens import DARK, LIGHT, METRICS, ColorName, Metrics, Tokens

Mode = Literal["system", "light", "dark"]
FontRole = Literal["text", "strong", "note", "note_strong", "title", "code"]

_SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}


class Theme(QObject):
    """Dresses the application and answers what a delegate needs to paint: colours, fonts, icons, measures.

    `changed` comes after palette and style sheet were replaced; plain widgets need not listen, those that keep
    colours (a text's formats, a chart) do.
    """

    changed = Signal()

    def __init__(self, app: QApplication, *, mode: Mode = "system", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._hints = app.styleHints()
        self._mode: Mode = mode
        self._tokens: Tokens | None = None
        self._colors: dict[ColorName, QColor] = {}
        self._fonts = _fonts(METRICS)
        self.icons = Icons(self.color, self)
        self.icons.loaded.connect(self._repaint)
        app.setStyle("Fusion")
        app.setFont(self._fonts["text"])
        self._hints.setColorScheme(_SCHEMES[mode])
        self._hints.colorSchemeChanged.connect(self._apply)
        self._apply()

    @property
    def mode(self) -> Mode:
        """What was asked for: the system's scheme, or one of the two."""
        return self._mode

    def set_mode(self, mode: Mode) -> None:
        """Follow the system or keep to one scheme."""
        self._mode = mode
        self._hints.setColorScheme(_SCHEMES[mode])
        self._apply()

    @property
    def is_dark(self) -> bool:
        """Whether the dark scheme is worn now."""
        return self.tokens is DARK

    @property
    def tokens(self) -> Tokens:
        """The colours worn now."""
        return self._tokens or LIGHT

    @property
    def metrics(self) -> Metrics:
        """The measures, the same in both schemes."""
        return METRICS

    def color(self, name: ColorName) -> QColor:
        """The colour of a token in the scheme worn now."""
        found = self._colors.get(name)
        if found is None:
            found = self._colors[name] = QColor(self.tokens.of(name))
        return found

    def font(self, role: FontRole = "text") -> QFont:
        """The font of a role, for painting; widgets get theirs from the style sheet."""
        return self._fonts[role]

    def icon(self, meaning: str, tone: ColorName = "dim", *, on: ColorName | None = None) -> QIcon:
        """The icon for a meaning (see icon_names); it follows the theme by itself."""
        return self.icons.icon(meaning, tone, on=on)

    def _apply(self) -> None:
        wanted = self._mode
        if wanted == "system":
            wanted = "dark" if _system_scheme(self._app) == Qt.ColorScheme.Dark else "light"
        tokens = DARK if wanted == "dark" else LIGHT
        if tokens is self._tokens:
            return
        self._tokens = tokens
        self._colors.clear()
        self._app.setPalette(palette(tokens))
        self._app.setStyleSheet(stylesheet(tokens, METRICS))
        self.changed.emit()

    def _repaint(self) -> None:
        for window in self._app.topLevelWidgets():
            window.update()
            for widget in window.findChildren(QWidget):
                widget.update()


def _system_scheme(app: QApplication) -> Qt.ColorScheme:
    return app.styleHints().colorScheme()


def _fonts(metrics: Metrics) -> dict[FontRole, QFont]:
    base = QFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont))
    if sys.platform.startswith("linux"):
        # A bare desktop's default is often DejaVu, which looks coarse at this size.
        base.setFamilies(["Inter", "Noto Sans", *base.families()])
    code = QFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    return {
        "text": _sized(base, metrics.text),
        "strong": _sized(base, metrics.text, strong=True),
        "note": _sized(base, metrics.note),
        "note_strong": _sized(base, metrics.note, strong=True),
        "title": _sized(base, metrics.title, strong=True),
        "code": _sized(code, metrics.text - 1),
    }


def _sized(base: QFont, pixels: int, *, strong: bool = False) -> QFont:
    font = QFont(base)
    font.setPixelSize(pixels)
    font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
    return font
