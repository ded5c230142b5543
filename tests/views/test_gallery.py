"""Draws the gallery, light and dark, in the usual and the smallest size, and looks for text that is cut off."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.window.main_window import MainWindow
from tests.views import gallery

PICTURES = Path(__file__).parents[2] / "build" / "gallery"


def cut_off(root: QWidget) -> list[str]:
    """Buttons and labels on show that are smaller than what they say."""
    found = []
    widgets: list[QPushButton | QLabel] = [*root.findChildren(QPushButton), *root.findChildren(QLabel)]
    for widget in widgets:
        if not widget.isVisible() or isinstance(widget, ElidedLabel) or not widget.text():
            continue
        wanted = widget.sizeHint() if isinstance(widget, QPushButton) else widget.minimumSizeHint()
        if widget.width() < wanted.width() or widget.height() < wanted.height():
            found.append(f"{widget.text()!r}: {widget.size().toTuple()} of {wanted.toTuple()}")
    return found


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 800), (1024, 700)])
def test_nothing_is_cut_off(qtbot: QtBot, theme: Theme, tmp_path: Path, mode: str, size: tuple[int, int]) -> None:
    theme.set_mode("dark" if mode == "dark" else "light")
    window: MainWindow = gallery.window(theme, tmp_path)
    qtbot.addWidget(window)
    window.resize(*size)
    with qtbot.waitSignal(window.first_painted):
        window.show()
    PICTURES.mkdir(parents=True, exist_ok=True)
    for page in window.tabs.keys:
        page_widget = window.tabs.page(page)
        assert page_widget is not None
        window.tabs.tabs.setCurrentWidget(page_widget)
        qtbot.waitUntil(page_widget.isVisible)
        picture = window.grab()
        assert picture.save(str(PICTURES / f"{page}-{mode}-{size[0]}.png"))
        assert window.size().toTuple() == size
        assert cut_off(window) == []
