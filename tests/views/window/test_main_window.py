"""The shell: pages, docks that remember their place, notices, closing."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDockWidget, QLabel, QWidget
from pytestqt.qtbot import QtBot

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.window.actions import Actions
from erpai_desktop.views.window.main_window import MainWindow
from erpai_desktop.views.window.rail import RAIL, RailEntry
from tests.views.gallery import memory


@pytest.fixture
def actions(theme: Theme) -> Actions:
    return Actions(theme)


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, actions: Actions, tmp_path: Path) -> MainWindow:
    made = MainWindow(theme, actions, memory(tmp_path))
    made.set_tree(QLabel("tree"))
    made.set_chat(QLabel("chat"), title="Marketing team")
    made.set_bottom([("Jobs", QLabel("jobs")), ("Log", QLabel("log"))])
    qtbot.addWidget(made)
    made.show()
    return made


def dock(window: MainWindow, name: str) -> QDockWidget:
    found = window.findChild(QDockWidget, name)
    assert isinstance(found, QDockWidget)
    return found


class Stubborn(QWidget):
    """A page that does not want to close."""

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()


def test_a_page_is_opened_once(window: MainWindow) -> None:
    first = window.open_tab("model-1", QWidget(), "R&D AI", "model")
    again = window.open_tab("model-1", QWidget(), "R&D AI", "model")
    assert again is first
    assert window.tabs.keys == ["model-1"]
    assert window.tabs.tabs.tabText(0) == "R&&D AI"


def test_keys_walk_through_pages_and_close_them(qtbot: QtBot, window: MainWindow, actions: Actions) -> None:
    for key in ("a", "b", "c"):
        window.open_tab(key, QWidget(), key)
    shown: list[str] = []
    window.current_tab_changed.connect(shown.append)
    actions.action("tab.next").trigger()
    actions.action("tab.previous").trigger()
    actions.action("tab.previous").trigger()
    assert shown == ["a", "c", "b"]
    with qtbot.waitSignal(window.tab_closed) as caught:
        QTest.keyClick(window, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert caught.args == ["b"]
    assert window.tabs.keys == ["a", "c"]


def test_without_a_page_closing_says_why_not(window: MainWindow, actions: Actions) -> None:
    assert not actions.action("tab.close").isEnabled()
    window.open_tab("a", QWidget(), "a")
    assert actions.action("tab.close").isEnabled()
    window.tabs.close_page("a")
    assert not actions.action("tab.close").isEnabled()
    assert "No page is open" in actions.action("tab.close").toolTip()


def test_a_page_may_refuse_to_close(window: MainWindow) -> None:
    window.open_tab("a", Stubborn(), "a")
    window.open_tab("b", QWidget(), "b")
    assert not window.tabs.close_page("a")
    assert window.tabs.current == "a"
    assert window.tabs.close_page("b")


def test_without_pages_the_empty_page_shows(window: MainWindow) -> None:
    empty = QLabel("Open a model on the left")
    window.tabs.set_empty(empty)
    assert empty.isVisible()
    window.open_tab("a", QWidget(), "a")
    assert not empty.isVisible()
    window.tabs.close_page("a")
    assert empty.isVisible()


def test_docks_remember_place_and_size(qtbot: QtBot, window: MainWindow, theme: Theme, tmp_path: Path) -> None:
    # The offscreen screen is 800 pixels high, and a window is never restored larger than the screen.
    window.resize(1024, 730)
    window.resizeDocks([dock(window, "tree")], [300], Qt.Orientation.Horizontal)
    dock(window, "chat").hide()
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock(window, "bottom"))
    window.close()
    other_actions = Actions(theme)
    other = MainWindow(theme, other_actions, memory(tmp_path))
    other.set_tree(QLabel("tree"))
    qtbot.addWidget(other)
    other.show()
    assert other.height() == 730
    assert dock(other, "tree").width() == 300
    assert dock(other, "chat").isHidden()
    assert not other_actions.action("view.chat").isChecked()
    assert other.dockWidgetArea(dock(other, "bottom")) == Qt.DockWidgetArea.LeftDockWidgetArea
    other.reset_layout()
    assert dock(other, "chat").isVisible()
    assert other.dockWidgetArea(dock(other, "bottom")) == Qt.DockWidgetArea.BottomDockWidgetArea


def test_a_memory_of_something_else_is_ignored(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    (tmp_path / "window.ini").write_text("[window]\ngeometry=nonsense\nstate=@ByteArray(\\x1\\x2)\n", encoding="utf-8")
    made = MainWindow(theme, Actions(theme), memory(tmp_path))
    qtbot.addWidget(made)
    made.show()
    assert dock(made, "tree").isVisible()


def test_docks_are_hidden_and_shown_by_their_commands(window: MainWindow, actions: Actions) -> None:
    actions.action("view.bottom").trigger()
    assert dock(window, "bottom").isHidden()
    window.show_bottom("Log")
    assert dock(window, "bottom").isVisible()
    assert actions.action("view.bottom").isChecked()


def test_the_tabs_below_show_their_widget(window: MainWindow) -> None:
    window.show_bottom("Log")
    (log,) = (label for label in window.findChildren(QLabel) if label.text() == "log")
    assert log.isVisible()
    window.show_bottom("Jobs")
    assert not log.isVisible()


def test_a_notice_stands_above_the_pages(window: MainWindow) -> None:
    window.open_tab("a", QWidget(), "a")
    window.show_notice(Notice("Deleted 3 Q&As", action="Undo"))
    assert window.notices.isVisible()
    top = window.notices.mapToGlobal(window.notices.rect().topLeft()).y()
    assert top < window.tabs.mapToGlobal(window.tabs.rect().topLeft()).y()


def test_the_first_close_only_asks_while_something_may_run(qtbot: QtBot, window: MainWindow) -> None:
    window.hold_close()
    with qtbot.waitSignal(window.close_requested):
        window.close()
    assert window.isVisible()
    window.finish_closing()
    assert not window.isVisible()


def test_the_palette_opens_by_its_key_and_its_field(qtbot: QtBot, window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window._palette is not None
    assert window._palette.isVisible()
    titles = [command.title for command in window._palette.shown()]
    assert "Import Q&As…" in titles
    window._palette.close()
    window.title_bar.palette_field.click()
    assert window._palette.isVisible()
    window._palette.close()


def test_the_theme_is_chosen_and_remembered(window: MainWindow, actions: Actions, theme: Theme, tmp_path: Path) -> None:
    actions.action("theme.dark").trigger()
    assert theme.is_dark
    checked = [mode for mode in ("system", "light", "dark") if actions.action(f"theme.{mode}").isChecked()]
    assert checked == ["dark"]
    window.close()
    assert memory(tmp_path).text("theme") == "dark"


def test_a_room_is_one_more_entry(qtbot: QtBot, theme: Theme, tmp_path: Path) -> None:
    usage = RailEntry("usage", "Usage", "usage", "What was spent")
    window = MainWindow(theme, Actions(theme), memory(tmp_path), rail=[*RAIL, usage])
    qtbot.addWidget(window)
    with qtbot.waitSignal(window.room_chosen) as caught:
        window.rail.button("usage").click()
    assert caught.args == ["usage"]
    assert window.rail.button("usage").isChecked()
    window.rail.set_count("review", 120)
    assert not window.rail.button("settings").isCheckable()


def test_what_everybody_wants_to_know_is_in_the_status_line(window: MainWindow) -> None:
    window.set_workspace("Vitosha Outdoor", "SQLite")
    window.set_person("You · administrator")
    assert window.status.segment("workspace") == "Vitosha Outdoor · SQLite"
    assert window.status.segment("person") == "You · administrator"
    assert window.status.segment("spent") == ""
    assert window.windowTitle() == "Vitosha Outdoor - ERP AI Desktop"
