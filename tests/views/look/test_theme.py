"""The theme follows the system or keeps to one scheme, and its icons follow it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from erpai_desktop.views.look.icon_font import IconFont
from erpai_desktop.views.look.icon_names import ICONS
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.look.tokens import DARK, LIGHT


def colors_of(icon: QIcon, mode: QIcon.Mode = QIcon.Mode.Normal, state: QIcon.State = QIcon.State.Off) -> set[str]:
    """The colours of an icon's opaque pixels."""
    image = icon.pixmap(QSize(64, 64), 1.0, mode, state).toImage()
    found = set()
    for x in range(image.width()):
        for y in range(image.height()):
            color = image.pixelColor(x, y)
            if color.alpha() == 255:
                found.add(color.name())
    return found


def worn(theme: Theme) -> str:
    """The scheme that the theme wears."""
    return "dark" if theme.is_dark else "light"


def test_a_forced_scheme_dresses_the_application(qtbot: QtBot, qapp: QApplication, theme: Theme) -> None:
    assert worn(theme) == "light"
    with qtbot.waitSignal(theme.changed):
        theme.set_mode("dark")
    assert worn(theme) == "dark"
    assert theme.color("panel") == QColor(DARK.panel)
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(DARK.panel)
    assert DARK.panel in qapp.styleSheet()
    assert LIGHT.panel not in qapp.styleSheet()


def test_the_same_scheme_again_changes_nothing(qtbot: QtBot, theme: Theme) -> None:
    with qtbot.assertNotEmitted(theme.changed):
        theme.set_mode("light")


def test_following_the_system(qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    # The offscreen platform has no scheme of its own, so what it would answer is put in its place.
    system = [Qt.ColorScheme.Unknown]
    monkeypatch.setattr("erpai_desktop.views.look.theme._system_scheme", lambda _app: system[0])
    theme = Theme(qapp, mode="system")
    assert worn(theme) == "light"
    for scheme, name in ((Qt.ColorScheme.Dark, "dark"), (Qt.ColorScheme.Light, "light")):
        system[0] = scheme
        qapp.styleHints().colorSchemeChanged.emit(scheme)
        assert worn(theme) == name


def test_a_forced_scheme_does_not_follow_the_system(
    qtbot: QtBot, qapp: QApplication, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("erpai_desktop.views.look.theme._system_scheme", lambda _app: Qt.ColorScheme.Dark)
    qapp.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert worn(theme) == "light"
    theme.set_mode("system")
    assert worn(theme) == "dark"


def test_text_is_thirteen_pixels_and_titles_seventeen(theme: Theme, qapp: QApplication) -> None:
    assert qapp.font().pixelSize() == 13
    assert theme.font("note").pixelSize() == 11
    assert theme.font("title").pixelSize() == 17


def test_every_meaning_has_a_picture() -> None:
    font = IconFont()
    missing = [name for name in ICONS.values() if name not in font]
    assert not missing
    assert all(not font.outline(name).isEmpty() for name in ICONS.values())


def test_icons_paint_only_once_loaded_and_follow_the_theme(qtbot: QtBot, theme: Theme) -> None:
    icon = theme.icon("compile", on="accent")
    assert colors_of(icon) == set()
    with qtbot.waitSignal(theme.icons.loaded):
        theme.icons.load()
    assert colors_of(icon) == {LIGHT.dim}
    assert colors_of(icon, state=QIcon.State.On) == {LIGHT.accent}
    assert colors_of(icon, QIcon.Mode.Disabled) == {LIGHT.faint}
    theme.set_mode("dark")
    assert colors_of(icon) == {DARK.dim}


def test_icons_are_made_once(theme: Theme) -> None:
    assert theme.icon("compile") is theme.icon("compile")
    with pytest.raises(KeyError):
        theme.icon("no such meaning")


def test_without_its_font_nothing_breaks(theme: Theme, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("erpai_desktop.views.look.icon_font._fonts_folder", lambda: tmp_path)
    theme.icons.load()
    assert not theme.icons.is_loaded
    assert colors_of(theme.icon("compile")) == set()
