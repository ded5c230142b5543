"""One list of commands: unique keys, reasons for what is off, icons that exist."""

from __future__ import annotations

from collections import Counter

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QToolButton
from pytestqt.qtbot import QtBot

from erpai_desktop.views.look.icon_names import ICONS
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.palette import Command
from erpai_desktop.views.window.action_list import ACTIONS, MENUS
from erpai_desktop.views.window.actions import Actions
from erpai_desktop.views.window.rail import RAIL
from erpai_desktop.views.window.title_bar import TitleBar


def test_no_key_is_given_twice() -> None:
    given = [spec.shortcut for spec in ACTIONS] + [entry.shortcut for entry in RAIL]
    keys = [QKeySequence(text).toString() for text in given if text]
    assert [key for key, times in Counter(keys).items() if times > 1] == []
    assert all(keys), "every shortcut is one that Qt understands"


def test_ids_are_unique_and_menus_and_icons_known() -> None:
    assert len({spec.id for spec in ACTIONS}) == len(ACTIONS)
    assert {spec.menu for spec in ACTIONS} == {key for key, _ in MENUS}
    assert all(spec.icon in ICONS for spec in ACTIONS if spec.icon)
    assert all(spec.tooltip and spec.why for spec in ACTIONS)


def test_an_action_is_off_until_something_handles_it(qtbot: QtBot, theme: Theme) -> None:
    actions = Actions(theme)
    compile_ = actions.action("model.compile")
    assert not compile_.isEnabled()
    assert "Choose a model first" in compile_.toolTip()
    done: list[str] = []
    actions.handle("model.compile", lambda: done.append("compile"))
    compile_.trigger()
    assert done == ["compile"]
    assert compile_.toolTip() == "Make a new version of the chosen model (F9)"
    actions.disable("model.compile", "It is being compiled")
    compile_.trigger()
    assert done == ["compile"]


def test_the_palette_has_every_command_and_those_added(qtbot: QtBot, theme: Theme) -> None:
    actions = Actions(theme)
    actions.add_commands(lambda: [Command("open.1", "Open Marketing AI", lambda: None)])
    titles = {command.title for command in actions.commands()}
    assert {"Compile", "Import Q&As…", "Open Marketing AI"} <= titles
    (compile_,) = (command for command in actions.commands() if command.id == "model.compile")
    assert not compile_.enabled
    assert compile_.why_disabled == "Choose a model first"
    assert compile_.shortcut == "F9"


def test_every_command_stands_in_a_menu(qtbot: QtBot, theme: Theme) -> None:
    actions = Actions(theme)
    bar = TitleBar(theme, actions)
    qtbot.addWidget(bar)
    bar.resize(1024, 30)
    bar.show()
    in_menus = {action.objectName() for menu in bar.menu_bar.findChildren(QMenu) for action in menu.actions()} - {""}
    assert in_menus == {spec.id for spec in ACTIONS}
    overflow = bar.menu_bar.findChild(QToolButton, "qt_menubar_ext_button")
    assert overflow is None or not overflow.isVisible(), "all menus have room"
