"""Buttons, badges, labels and lists: each says what it does and why it cannot."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QAction, QImage, QKeySequence, QStandardItem, QStandardItemModel, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge
from erpai_desktop.views.parts.buttons import WHY_DISABLED, IconButton, PrimaryButton, QuietButton
from erpai_desktop.views.parts.choice import Choice
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.key_value import KeyValue, KeyValueRows
from erpai_desktop.views.parts.layout import column, field
from erpai_desktop.views.parts.page_header import PageBadge, PageHeader
from erpai_desktop.views.parts.plain_tree import PlainTree


def test_a_disabled_button_says_why_and_an_enabled_one_no_more(qtbot: QtBot, theme: Theme) -> None:
    button = PrimaryButton(theme, "Compile", "Make a new version", shortcut="F9")
    qtbot.addWidget(button)
    assert button.toolTip() == "Make a new version (F9)"
    button.disabled_because("Nothing changed since v7")
    assert not button.isEnabled()
    assert button.toolTip() == "Make a new version (F9)\nNothing changed since v7"
    assert button.accessibleDescription() == "Nothing changed since v7"
    button.disabled_because("")
    assert button.isEnabled()
    assert button.toolTip() == "Make a new version (F9)"


def test_an_icon_button_has_a_name_and_reacts_to_the_keyboard(qtbot: QtBot, theme: Theme) -> None:
    button = IconButton(theme, "add", "New model")
    qtbot.addWidget(button)
    assert button.accessibleName() == "New model"
    assert button.toolTip() == "New model"
    assert button.text() == ""
    button.show()
    button.setFocus()
    with qtbot.waitSignal(button.clicked):
        QTest.keyClick(button, Qt.Key.Key_Space)


def test_a_button_follows_its_action(qtbot: QtBot, theme: Theme) -> None:
    action = QAction("Compile")
    action.setShortcut(QKeySequence("F9"))
    action.setProperty(WHY_DISABLED, "Choose a model first")
    action.setEnabled(False)
    button = QuietButton(theme, "Compile", "Make a new version")
    qtbot.addWidget(button)
    button.follow(action)
    assert not button.isEnabled()
    assert "Choose a model first" in button.toolTip()
    action.setEnabled(True)
    assert button.isEnabled()
    assert button.toolTip() == "Make a new version (F9)"
    with qtbot.waitSignal(action.triggered):
        button.click()


def test_a_badge_without_text_is_hidden_and_comes_back(qtbot: QtBot, theme: Theme) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    badge = Badge("", "warning")
    badge.show_text("71 d")
    assert not badge.isVisible(), "a badge without a parent must not open a window"
    empty = Badge()
    holder.setLayout(column(badge, empty))
    holder.show()
    assert badge.isVisible()
    assert empty.isHidden()
    empty.show_text("default", "accent", "The default model")
    assert empty.isVisible()
    assert empty.toolTip() == "The default model"
    empty.show_text("")
    assert empty.isHidden()


def test_hostile_text_stays_text(qtbot: QtBot, theme: Theme) -> None:
    for widget in (Badge("<b>x</b>"), ElidedLabel("<b>x</b>")):
        qtbot.addWidget(widget)
        assert widget.textFormat() == Qt.TextFormat.PlainText


def test_an_elided_label_tells_the_rest_in_its_tooltip(qtbot: QtBot, theme: Theme) -> None:
    text = "Compile Marketing AI and everything below it"
    words = ElidedLabel(text)
    qtbot.addWidget(words)
    words.resize(60, 20)
    words.show()
    assert words.toolTip() == text
    words.resize(600, 20)
    qtbot.waitUntil(lambda: words.toolTip() == "")
    words.setText("two\nlines")
    assert words.text() == "two lines"


def test_a_choice_speaks_only_for_the_person(qtbot: QtBot, theme: Theme) -> None:
    choice = Choice(theme, "Section", "Show one section", prefix="Section: ")
    qtbot.addWidget(choice)
    with qtbot.assertNotEmitted(choice.chosen):
        choice.set_options([("", "any"), ("social", "Social")])
        choice.choose("social")
        choice.set_options([("", "any"), ("social", "Social"), ("press", "Press")])
    assert choice.current == "social"
    choice.show()
    choice.setFocus()
    with qtbot.waitSignal(choice.chosen) as caught:
        QTest.keyClick(choice, Qt.Key.Key_Down)
    assert caught.args == ["press"]


def test_the_wheel_does_not_change_a_choice_in_passing(qtbot: QtBot, theme: Theme) -> None:
    choice = Choice(theme, "Section", "Show one section")
    other = QLineEdit()
    holder = QWidget()
    holder.setLayout(column(other, choice))
    qtbot.addWidget(holder)
    choice.set_options([("a", "A"), ("b", "B")])
    holder.show()
    other.setFocus()
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(0, 0),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    choice.wheelEvent(event)
    assert choice.current == "a"
    assert not event.isAccepted()


def test_an_empty_page_offers_its_first_step(qtbot: QtBot, theme: Theme) -> None:
    page = EmptyState(theme, "qa", "No Q&As yet", "They are what the model knows.", action="Add the first")
    qtbot.addWidget(page)
    assert page.button is not None
    with qtbot.waitSignal(page.action_requested):
        page.button.click()
    assert EmptyState(theme, "qa", "Nothing found", "Try other words.").button is None


def test_a_field_names_its_control(qtbot: QtBot, theme: Theme) -> None:
    edit = QLineEdit()
    holder = QWidget()
    holder.setLayout(field("Question", edit))
    qtbot.addWidget(holder)
    assert edit.accessibleName() == "Question"


def test_key_values_show_where_a_value_comes_from(qtbot: QtBot, theme: Theme) -> None:
    rows = KeyValueRows()
    qtbot.addWidget(rows)
    rows.set_rows([KeyValue("Provider", "built-in", "inherited"), KeyValue("Notes", "a long text " * 10, "own")])
    texts = [badge.text() for badge in rows.findChildren(Badge)]
    assert texts == ["inherited", "own"]
    rows.set_rows([KeyValue("Provider", "OpenAI")])
    rows.show()
    qtbot.waitUntil(lambda: [b for b in rows.findChildren(Badge) if b.isVisible()] == [])


def test_page_badges_give_way_plain_ones_first(qtbot: QtBot, theme: Theme) -> None:
    header = PageHeader(theme, "Marketing AI")
    qtbot.addWidget(header)
    header.add_button(PrimaryButton(theme, "Compile", "Make a new version"))
    header.set_badges([PageBadge("inherits from Company Master"), PageBadge("3 changes since v7", "warning")])
    header.resize(900, 50)
    header.show()
    shown = {badge.text() for badge in header.findChildren(Badge) if badge.isVisible()}
    assert shown == {"inherits from Company Master", "3 changes since v7"}
    header.resize(420, 50)
    shown = {badge.text() for badge in header.findChildren(Badge) if badge.isVisible()}
    assert shown == {"3 changes since v7"}


def test_a_tree_has_rows_of_one_height_and_chevrons(qtbot: QtBot, theme: Theme) -> None:
    theme.icons.load()
    model = QStandardItemModel()
    parent, child = QStandardItem("Company Master"), QStandardItem("Marketing AI")
    parent.appendRow(child)
    model.appendRow(parent)
    tree = PlainTree(theme)
    qtbot.addWidget(tree)
    tree.setModel(model)
    tree.resize(200, 100)
    tree.show()
    row = tree.visualRect(model.index(0, 0))
    assert row.height() == 28

    def chevron() -> QImage:
        return tree.viewport().grab(QRect(0, 0, row.left(), 28)).toImage()

    folded = chevron()
    assert any(folded.pixelColor(x, y) != theme.color("panel") for x in range(folded.width()) for y in range(28))
    tree.expandAll()
    assert chevron() != folded
    model.removeRow(0, parent.index())
    assert all(chevron().pixelColor(x, 14) == theme.color("panel") for x in range(folded.width()))


def test_badges_give_way_when_a_button_needs_more_room(qtbot: QtBot, theme: Theme) -> None:
    header = PageHeader(theme, "Compile Marketing AI")
    qtbot.addWidget(header)
    beside = QLabel("")
    header.add_button(beside)
    header.set_badges([PageBadge("175 rows changed since v2", "warning")])
    header.resize(460, 50)
    header.show()
    ((_, badge),) = header._badges
    assert badge.isVisible()
    beside.setText("42 k tokens, price not known")
    qtbot.waitUntil(lambda: not badge.isVisible())
    assert header._title.width() >= header._title.sizeHint().width()


def test_a_label_keeps_room_for_the_text_it_has_now(theme: Theme) -> None:
    words = ElidedLabel("Closing: saving what is unsaved, ending jobs…")
    words.keep_whole()
    long = words.minimumWidth()
    words.setText("All saved")
    words.keep_whole()
    assert 0 < words.minimumWidth() < long / 2
    words.keep_whole(20)
    assert words.minimumWidth() == 20
    words.setText("")
    words.keep_whole()
    assert words.minimumWidth() == 0
    words.deleteLater()
