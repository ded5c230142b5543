"""The tree of models, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPointF, Qt
from PySide6.QtGui import QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QMenu, QWidget

from erpai_desktop.models.snapshots.tree import ModelNode
from erpai_desktop.services import tree as service
from erpai_desktop.services import tree_reading
from erpai_desktop.storage.database import Database
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.tree.item_model import TreeItemModel
from erpai_desktop.views.tree.move_dialog import MoveDialog
from erpai_desktop.views.tree.panel import ModelTree
from erpai_desktop.workers.runner import Runner
from tests.views.compilations.stand import Heard, add_qa, button, model_named, nameless, words_in
from tests.waiting import eventually, settled

Show = Callable[[QWidget], QWidget]


@pytest.fixture
async def panel(runner: Runner, theme: Theme, on_show: Show) -> ModelTree:
    made = ModelTree(runner, theme)
    on_show(made)
    for control in made.header_buttons:
        control.setParent(made)
    made.resize(240, 600)
    await settled(runner)
    return made


def node(database: Database, name: str) -> ModelNode:
    return next(node for node in database.read(tree_reading.tree).nodes if node.name == name)


def lines(panel: ModelTree, parent: QModelIndex | None = None, depth: int = 0) -> list[str]:
    """What the tree shows, indented."""
    proxy = panel._proxy
    parent = parent or QModelIndex()
    shown = []
    for row in range(proxy.rowCount(parent)):
        index = proxy.index(row, 0, parent)
        shown.append("  " * depth + str(index.data()))
        if panel._view.isExpanded(index):
            shown += lines(panel, index, depth + 1)
    return shown


def index_of(panel: ModelTree, name: str) -> QModelIndex:
    model_id = next(node.id for node in panel._items.nodes() if node.name == name)
    return panel._proxy.mapFromSource(panel._items.index_of(model_id))


def drag(panel: ModelTree, name: str, onto: str) -> tuple[bool, str]:
    """Hold a model over another one and let go: whether it was taken, and what was said at the mouse."""
    source = panel._proxy.mapToSource(index_of(panel, name))
    data = panel._items.mimeData([source])
    where = panel._view.visualRect(index_of(panel, onto)).center()
    move = QDragMoveEvent(
        where, Qt.DropAction.MoveAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    why_not = panel._view._why_not(move)
    parent = index_of(panel, onto)
    taken = panel._proxy.canDropMimeData(data, Qt.DropAction.MoveAction, -1, -1, parent)
    if taken:
        panel._proxy.dropMimeData(data, Qt.DropAction.MoveAction, -1, -1, parent)
    return taken, why_not


async def test_shows_all_models_below_their_parents(panel: ModelTree) -> None:
    assert lines(panel)[0] == "Company Master"
    assert "  Marketing AI" in lines(panel)
    assert "    Newsletter" in lines(panel)


async def test_the_filter_keeps_parents_and_matches_every_language(panel: ModelTree, runner: Runner) -> None:
    panel._filter.setText("newsl")
    QTest.keyClick(panel._filter, Qt.Key.Key_Return)
    assert lines(panel) == ["Company Master", "  Marketing AI", "    Newsletter"]
    names = node(runner.database, "Marketing AI").names
    panel._filter.setText(names["bg"].lower())
    QTest.keyClick(panel._filter, Qt.Key.Key_Return)
    assert "  Marketing AI" in lines(panel)
    assert "  Sales AI" not in lines(panel)
    panel._filter.setText("xyzzy")
    QTest.keyClick(panel._filter, Qt.Key.Key_Return)
    assert "No such model" in words_in(panel)


async def test_clearing_the_filter_folds_what_was_folded(panel: ModelTree) -> None:
    panel._view.collapse(index_of(panel, "Marketing AI"))
    before = lines(panel)
    panel._filter.setText("pric")
    QTest.keyClick(panel._filter, Qt.Key.Key_Return)
    assert "    Pricing" in lines(panel)
    QTest.keyClick(panel._filter, Qt.Key.Key_Escape)
    assert lines(panel) == before


async def test_f2_renames_in_place_and_undo_takes_it_back(panel: ModelTree, runner: Runner) -> None:
    panel.select(model_named(runner.database, "Pricing"))
    notices = Heard(panel.notice)
    panel.activateWindow()
    panel._view.setFocus()
    await eventually(panel._view.hasFocus)
    panel.do("rename")
    editor = panel._view.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, "Price lists")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    await settled(runner)
    assert "    Price lists" in lines(panel)
    renamed = node(runner.database, "Price lists")
    assert renamed.names["bg"] != "Price lists", "the other languages keep their names"
    notice = notices.last
    assert isinstance(notice, Notice)
    assert notice.callback is not None
    notice.callback()
    await settled(runner)
    assert "    Pricing" in lines(panel)


async def test_a_name_of_blanks_is_no_name(panel: ModelTree, runner: Runner) -> None:
    assert not panel._items.setData(panel._proxy.mapToSource(index_of(panel, "Pricing")), "   ")
    await settled(runner)
    assert "    Pricing" in lines(panel)


async def test_dragging_moves_a_model_and_undo_moves_it_back(panel: ModelTree, runner: Runner) -> None:
    notices = Heard(panel.notice)
    taken, why_not = drag(panel, "Pricing", "Marketing AI")
    assert (taken, why_not) == (True, "")
    await settled(runner)
    assert node(runner.database, "Pricing").parent_id == model_named(runner.database, "Marketing AI")
    notice = notices.last
    assert isinstance(notice, Notice)
    assert notice.text == "Pricing now inherits from Marketing AI"
    assert notice.callback is not None
    notice.callback()
    await settled(runner)
    assert node(runner.database, "Pricing").parent_id == model_named(runner.database, "Sales AI")


@pytest.mark.parametrize(
    ("name", "onto", "why"),
    [
        ("Marketing AI", "Newsletter", "Newsletter inherits from Marketing AI: this would go round in a circle"),
        ("Marketing AI", "Marketing AI", "A model cannot inherit from itself"),
        ("Newsletter", "Marketing AI", "Newsletter is there already"),
    ],
)
async def test_a_drop_that_cannot_be_is_refused_and_says_why(
    panel: ModelTree, runner: Runner, name: str, onto: str, why: str
) -> None:
    before = lines(panel)
    assert drag(panel, name, onto) == (False, why)
    await settled(runner)
    assert lines(panel) == before


async def test_cut_and_paste_move_by_keyboard_and_refuse_a_circle(panel: ModelTree, runner: Runner) -> None:
    panel.activateWindow()
    panel._view.setFocus()
    await eventually(panel._view.hasFocus)
    notices = Heard(panel.notice)
    panel.select(model_named(runner.database, "Marketing AI"))
    QTest.keyClick(panel._view, Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier)
    panel.select(model_named(runner.database, "Newsletter"))
    QTest.keyClick(panel._view, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    notice = notices.last
    assert isinstance(notice, Notice)
    assert "round in a circle" in notice.text
    panel.select(model_named(runner.database, "Sales AI"))
    QTest.keyClick(panel._view, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    await settled(runner)
    assert node(runner.database, "Marketing AI").parent_id == model_named(runner.database, "Sales AI")


async def test_the_dialog_offers_only_possible_parents(panel: ModelTree, runner: Runner) -> None:
    panel.select(model_named(runner.database, "Marketing AI"))
    panel.do("move")
    dialog = panel.findChild(MoveDialog)
    assert dialog is not None
    choices = dialog.findChild(QListWidget)
    assert choices is not None
    offered = [choices.item(row).text() for row in range(choices.count())]
    assert "(the top)" in offered
    assert "Company Master › Sales AI" in offered
    assert not any("Marketing" in path for path in offered)
    assert "Company Master" not in offered, "it is there already"
    assert nameless(dialog) == []
    dialog.reject()


async def test_delete_takes_all_below_and_undo_brings_them_back(panel: ModelTree, runner: Runner) -> None:
    before = lines(panel)
    panel.select(model_named(runner.database, "Marketing AI"))
    notices = Heard(panel.notice)
    panel.do("delete")
    await settled(runner)
    assert not any("Marketing" in line or "Newsletter" in line for line in lines(panel))
    assert panel.current == model_named(runner.database, "Company Master"), "the parent is selected"
    notice = notices.last
    assert isinstance(notice, Notice)
    assert notice.text == "Deleted Marketing AI and 2 models below it"
    assert notice.action == "Undo"
    assert notice.callback is not None
    notice.callback()
    await settled(runner)
    assert lines(panel) == before


async def test_selection_and_folds_survive_a_refresh(panel: ModelTree, runner: Runner) -> None:
    panel._view.collapse(index_of(panel, "Sales AI"))
    panel.select(model_named(runner.database, "Newsletter"))
    runner.write(None, service.add_model, names={"en": "Aaa first"}, parent_id=model_named(runner.database, "Sales AI"))
    await settled(runner)
    assert panel.current == model_named(runner.database, "Newsletter")
    shown = lines(panel)
    assert "    Newsletter" in shown
    assert "    Pricing" not in shown


async def test_counts_and_changes_follow(panel: ModelTree, runner: Runner) -> None:
    model_id = model_named(runner.database, "Pricing")
    before = panel._items.node(model_id)
    assert before is not None
    runner.write(None, add_qa, model_id=model_id, question="One more?", answer="Yes.")
    await settled(runner)
    after = panel._items.node(model_id)
    assert after is not None
    assert after.qa_count == before.qa_count + 1


async def test_a_new_model_is_named_in_place_even_under_a_filter(panel: ModelTree, runner: Runner) -> None:
    panel._filter.setText("pric")
    QTest.keyClick(panel._filter, Qt.Key.Key_Return)
    opened = Heard(panel.open_model)
    panel.add_model(model_named(runner.database, "Pricing"))
    await settled(runner)
    assert panel._filter.text() == ""
    assert opened.last == panel.current
    editor = panel._view.findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == "New model"
    assert editor.maxLength() == 256
    QTest.keyClick(editor, Qt.Key.Key_Escape)


async def test_a_copy_stands_beside_with_its_qas(panel: ModelTree, runner: Runner) -> None:
    panel.select(model_named(runner.database, "Pricing"))
    panel.do("copy")
    await settled(runner)
    copy, original = node(runner.database, "Pricing (copy)"), node(runner.database, "Pricing")
    assert copy.parent_id == original.parent_id
    assert copy.qa_count == original.qa_count
    assert panel.current == copy.id


async def test_the_menu_says_why_default_is_off(panel: ModelTree, runner: Runner) -> None:
    panel._show_menu(panel._view.visualRect(index_of(panel, "Company Master")).center())
    action = panel._actions["default"]
    assert not action.isEnabled()
    assert action.toolTip() == "It is the default model already"
    menu = panel.findChild(QMenu)
    assert menu is not None
    assert {"Ask", "Compile…", "Create copy", "Delete"} <= {entry.text() for entry in menu.actions()}
    menu.close()
    panel.select(model_named(runner.database, "Sales AI"))
    panel._show_menu(panel._view.visualRect(index_of(panel, "Sales AI")).center())
    assert action.isEnabled()
    panel.do("default")
    await settled(runner)
    assert node(runner.database, "Sales AI").is_default
    for left in panel.findChildren(QMenu):
        left.close()


async def test_ask_and_compile_name_the_selected_model(panel: ModelTree, runner: Runner) -> None:
    asked, compiled = Heard(panel.ask_model), Heard(panel.compile_model)
    pricing = model_named(runner.database, "Pricing")
    panel.select(pricing)
    panel.do("ask")
    panel.do("compile")
    assert asked.said == [pricing]
    assert compiled.said == [pricing]


async def test_an_empty_tree_offers_the_first_model(empty_runner: Runner, theme: Theme, on_show: Show) -> None:
    panel = ModelTree(empty_runner, theme)
    for control in panel.header_buttons:
        control.setParent(panel)
    on_show(panel)
    assert "Reading the models…" in words_in(panel)
    await settled(empty_runner)
    assert "No models yet" in words_in(panel)
    button(panel, "Add a model").click()
    await settled(empty_runner)
    assert lines(panel) == ["New model"]


async def test_the_item_model_keeps_qts_rules(panel: ModelTree, qtmodeltester: Any) -> None:
    qtmodeltester.check(panel._items, force_py=True)


async def test_a_refresh_after_a_reset_keeps_no_old_lines(runner: Runner, qtmodeltester: Any) -> None:
    items = TreeItemModel()
    items.show(runner.database.read(tree_reading.tree))
    runner.database.write(service.delete_model, model_id=model_named(runner.database, "Marketing AI"))
    qtmodeltester.check(items, force_py=True)
    assert items.show(runner.database.read(tree_reading.tree))
    assert "Newsletter" not in {shown.name for shown in items.nodes()}


async def test_each_control_has_a_name_and_a_tooltip(panel: ModelTree) -> None:
    assert nameless(panel) == []


async def test_a_strange_drag_is_not_taken(panel: ModelTree) -> None:
    data = QMimeData()
    data.setText("file:///etc/passwd")
    parent = index_of(panel, "Pricing")
    assert not panel._proxy.canDropMimeData(data, Qt.DropAction.MoveAction, -1, -1, parent)
    drop = QDropEvent(
        QPointF(5, 5), Qt.DropAction.MoveAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(panel._view.viewport(), drop)
    assert not drop.isAccepted()
