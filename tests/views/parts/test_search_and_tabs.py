"""The search field waits a moment; a row of titles is walked by keyboard and hides what has no room."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.search_field import SearchField
from erpai_desktop.views.parts.tab_strip import TabItem, TabStrip

PAGES = [TabItem(name, name.title()) for name in ("overview", "qas", "conversations", "compilations", "evaluation")]


def test_typing_searches_once_after_the_last_key(qtbot: QtBot, theme: Theme) -> None:
    field = SearchField(theme, "Search", "Search here", delay_ms=20)
    qtbot.addWidget(field)
    heard: list[str] = []
    field.searched.connect(heard.append)
    with qtbot.waitSignal(field.searched):
        QTest.keyClicks(field, "post")
    assert heard == ["post"]
    assert field.terms() == ["post"]


def test_enter_searches_at_once_and_escape_clears(qtbot: QtBot, theme: Theme) -> None:
    field = SearchField(theme, "Search", "Search here", delay_ms=60_000)
    qtbot.addWidget(field)
    heard: list[str] = []
    field.searched.connect(heard.append)
    QTest.keyClicks(field, " post ")
    assert heard == []
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert heard == ["post"]
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert heard == ["post", ""]
    assert field.text() == ""
    with qtbot.waitSignal(field.left_downwards):
        QTest.keyClick(field, Qt.Key.Key_Down)


def test_arrows_walk_through_titles(qtbot: QtBot, theme: Theme) -> None:
    strip = TabStrip(theme, PAGES)
    qtbot.addWidget(strip)
    strip.resize(900, 34)
    strip.show()
    assert strip.current == "overview"
    with qtbot.waitSignal(strip.selected) as caught:
        QTest.keyClick(strip._tabs["overview"], Qt.Key.Key_Left)
    assert caught.args == ["evaluation"]
    QTest.keyClick(strip._tabs["evaluation"], Qt.Key.Key_Right)
    assert strip.current == "overview"


def test_one_title_alone_is_in_the_tab_order(qtbot: QtBot, theme: Theme) -> None:
    strip = TabStrip(theme, PAGES)
    qtbot.addWidget(strip)
    strip.select("qas")
    reachable = [key for key, tab in strip._tabs.items() if tab.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert reachable == ["qas"]


def test_titles_without_room_go_into_the_menu_but_never_the_chosen_one(qtbot: QtBot, theme: Theme) -> None:
    strip = TabStrip(theme, PAGES)
    qtbot.addWidget(strip)
    strip.resize(260, 34)
    strip.show()
    assert strip._more.isVisible()
    assert strip._tabs["evaluation"].isHidden()
    strip.select("evaluation")
    assert strip._tabs["evaluation"].isVisible()
    strip.resize(900, 34)
    qtbot.waitUntil(lambda: not strip._more.isVisible())
    assert all(tab.isVisible() for tab in strip._tabs.values())


def test_counts_are_spoken_too(qtbot: QtBot, theme: Theme) -> None:
    strip = TabStrip(theme, PAGES)
    qtbot.addWidget(strip)
    strip.set_count("qas", "48")
    assert strip._tabs["qas"].accessibleName() == "Qas, 48"
