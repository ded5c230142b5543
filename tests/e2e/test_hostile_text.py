"""Text of strangers is shown as it is everywhere in the real window: no markup, no pictures, no files, no mnemonics."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QTabBar, QTextEdit, QToolTip, QWidget

from erpai_desktop.app.desk import Desk
from erpai_desktop.app.screenshots import at_rest
from erpai_desktop.changes import Entity
from erpai_desktop.models.enums import ParticipantRole, QaType
from erpai_desktop.models.ids import ChatId, ModelId
from erpai_desktop.models.snapshots.conversations import MessageDraft
from erpai_desktop.services import chats, chats_reading, conversations, qas, tree, users
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from tests.e2e.driving import at_the_window
from tests.e2e.walking import everywhere, visible_widgets
from tests.watchdog import Watchdog

NAME = '<b>R&D</b> & <img src="http://example.com/x.png"> \u202eلعربية 🙂'
MARKUP = (
    '<h1>Big</h1> <img src="file:///etc/passwd"><img src="http://example.com/x.png"> '
    "![picture](http://example.com/y.png) [a file](file:///etc/passwd) [script](javascript:alert(1)) "
    "<script>alert(1)</script> &lt;i&gt; &amp; \u202eright to left\u202c שלום 🙂👩‍👩‍👧 \x01\x07\x1b[31m\x7f"
)
LONG = "<b>" + "W" * 100_000
COMPUTED_MS = 1_500
"""Far above what is promised; a text that is laid out whole takes longer."""


def _hostile(path: Path) -> None:
    """A workspace in which every text is somebody's attempt."""
    with contextlib.closing(open_database(WorkspaceLocation(path=path))) as database:
        person = users.os_user()
        users.enter(database, login=person.login, name=person.name)
        model_id = ModelId(database.write(tree.add_model, names={"en": NAME}).new(Entity.MODEL))
        database.write(tree.set_default, model_id=model_id)
        database.write(tree.add_model, names={"en": "<i>" + "N" * 250}, parent_id=model_id)
        for question in (MARKUP, LONG, "two\nlines\r\n\tand <u>more</u>"):
            for qa_type in QaType:
                _add_qa(database, model_id, question, qa_type)
        drafts = [MessageDraft(ParticipantRole.USER, MARKUP, NAME), MessageDraft(ParticipantRole.ASSISTANT, LONG)]
        database.write(conversations.add_conversation, model_id=model_id, messages=drafts, notes=MARKUP)
        deleted = _add_qa(database, model_id, f"{MARKUP} deleted", QaType.TRAINING)
        database.write(qas.delete_qas, qa_ids=[deleted])
        for text in (MARKUP, LONG):
            chat_id = ChatId(database.write(chats.start_chat, model_id=model_id).new(Entity.CHAT))
            database.write(chats.post_question, chat_id=chat_id, text=text)


def _add_qa(database: Database, model_id: ModelId, question: str, qa_type: QaType) -> Any:
    changes = database.write(
        qas.add_qa,
        model_id=model_id,
        section="<b>S&S</b>",
        question=f"{question} {qa_type.value}",
        answer=MARKUP,
        qa_type=qa_type,
        notes=MARKUP,
    )
    return changes.new(Entity.QA)


@pytest.fixture
def hostile_file(empty_file: Path) -> Path:
    """A workspace file full of it."""
    _hostile(empty_file)
    return empty_file


def _faults(widget: QWidget) -> list[str]:
    kind = f"{type(widget).__name__} {widget.accessibleName()[:40]!r}"
    faults = []
    if isinstance(widget, QLabel) and widget.textFormat() is not Qt.TextFormat.PlainText and not widget.pixmap():
        faults.append(f"{kind}: a label that takes markup")
    if len(widget.toolTip()) > 2_000:
        faults.append(f"{kind}: a tooltip of {len(widget.toolTip())} characters")
    if isinstance(widget, QTextEdit):
        text = widget.document()
        block = text.begin()
        while block.isValid():
            for form in block.textFormats():
                if form.format.isImageFormat():
                    faults.append(f"{kind}: a picture")
                address = form.format.anchorHref()
                if address and not address.startswith(("http://", "https://", "mailto:")):
                    faults.append(f"{kind}: a link to {address}")
            block = block.next()
    if isinstance(widget, QTextEdit) and not widget.isReadOnly() and widget.acceptRichText():
        faults.append(f"{kind}: pasted markup would be taken")
    if isinstance(widget, QTabBar):
        for index in range(widget.count()):
            if "&" in widget.tabText(index).replace("&&", ""):
                faults.append(f"{kind}: a mnemonic in {widget.tabText(index)!r}")
    return faults


async def test_no_place_of_the_window_takes_a_strangers_text_for_more_than_text(
    qtbot: Any, hostile_file: Path, tmp_path: Path
) -> None:
    faults: set[str] = set()
    wide: set[str] = set()

    async def drive(desk: Desk) -> None:
        await at_rest(desk)
        window = desk.shell.window
        size = window.size()

        def look(place: str) -> None:
            for widget in visible_widgets():
                faults.update(f"{place}: {fault}" for fault in _faults(widget))
            if window.size() != size or window.minimumSizeHint().width() > size.width():
                wide.add(f"{place}: {window.size()}, at least {window.minimumSizeHint()}")
            window.grab()

        model_id = next(node.id for node in desk.pages.snapshot.nodes if node.name == NAME)
        with Watchdog() as dog:
            await everywhere(desk, model_id, look)
            for line in desk.session.database.read(chats_reading.chats, user_id=desk.session.info.user_id):
                desk.chat.open_chat(line.id)
                await at_rest(desk)
                look(f"chat {line.title[:9]}")
        assert dog.busiest_ms < COMPUTED_MS, f"the interface's thread computed for {dog.busiest_ms:.0f} ms"

    await at_the_window(hostile_file, tmp_path, drive)
    assert faults == set()
    assert wide == set(), "a text has stretched the window"


async def test_a_tooltip_shows_markup_as_text(qtbot: Any, hostile_file: Path, tmp_path: Path) -> None:
    async def drive(desk: Desk) -> None:
        await at_rest(desk)
        for anchor in (desk.tree, desk.shell.window.tabs.tabs.tabBar(), desk.shell.window.title_bar):
            QToolTip.showText(QPoint(5, 5), NAME, anchor)
            tips = [top for top in QApplication.topLevelWidgets() if top.metaObject().className() == "QTipLabel"]
            shown = [tip for tip in tips if isinstance(tip, QLabel) and tip.isVisible()]
            assert shown, "there is a tooltip"
            assert {(tip.textFormat(), tip.text()) for tip in shown} == {(Qt.TextFormat.PlainText, NAME)}
            QToolTip.hideText()
            for tip in shown:
                tip.close()

    await at_the_window(hostile_file, tmp_path, drive)


async def test_an_ampersand_in_a_name_is_no_mnemonic_in_menu_or_tab(
    qtbot: Any, hostile_file: Path, tmp_path: Path
) -> None:
    async def drive(desk: Desk) -> None:
        await at_rest(desk)
        model_id = next(node.id for node in desk.pages.snapshot.nodes if node.name == NAME)
        page = desk.pages.open_model(model_id)
        assert page is not None
        bar = desk.shell.window.tabs.tabs.tabBar()
        assert bar.tabText(bar.currentIndex()) == NAME.replace("&", "&&")
        # What the menus say of this name is made of the same text.
        texts = [action.text() for menu in desk.shell.window.findChildren(QMenu) for action in menu.actions()]
        assert [text for text in texts if "R&D" in text.replace("&&", "")] == []

    await at_the_window(hostile_file, tmp_path, drive)
