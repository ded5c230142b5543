"""The list of one's conversations."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from erpai_desktop.changes import Entity
from erpai_desktop.models.ids import ChatId
from erpai_desktop.services import chats
from erpai_desktop.views.chat.history_model import HistoryModel
from tests.views.chat.stage import Stage
from tests.waiting import settled


async def talked(stage: Stage, *titles: str) -> list[ChatId]:
    made = []
    for title in titles:
        chat_id = ChatId(stage.database.write(chats.start_chat, model_id=stage.model_id).new(Entity.CHAT))
        stage.database.write(chats.post_question, chat_id=chat_id, text=title)
        made.append(chat_id)
    stage.dock.show_history()
    await settled(stage.runner)
    return made


def titles(stage: Stage) -> list[str]:
    model = stage.dock._history._items
    return [model.index(row, 0).data() for row in range(model.rowCount())]


async def test_the_latest_is_first_and_enter_opens_it(stage: Stage) -> None:
    _old, new = await talked(stage, "Old", "New")
    assert titles(stage) == ["New", "Old"]
    search = stage.dock._history._search
    QTest.keyClick(search, Qt.Key.Key_Down)
    view = stage.dock._history._view
    assert view.hasFocus()
    QTest.keyClick(view, Qt.Key.Key_Return)
    await settled(stage.runner)
    assert stage.dock.chat_id == new
    assert stage.texts == ["New"]


async def test_searching_finds_titles_and_messages(stage: Stage) -> None:
    await talked(stage, "About posting", "About prices")
    stage.dock._history._search.setText("PRICES")
    stage.dock._history._search._emit()
    await settled(stage.runner)
    assert titles(stage) == ["About prices"]
    stage.dock._history._search.setText("nothing has this")
    stage.dock._history._search._emit()
    await settled(stage.runner)
    assert stage.dock._history._nothing.isVisible()


async def test_renaming_in_place(stage: Stage) -> None:
    await talked(stage, "Old title")
    model = stage.dock._history._items
    assert model.setData(model.index(0, 0), "  New title ")
    await settled(stage.runner)
    assert titles(stage) == ["New title"]
    assert not model.setData(model.index(0, 0), "   ")


async def test_renaming_what_another_window_renamed_says_so(stage: Stage) -> None:
    (chat_id,) = await talked(stage, "Old title")
    line = stage.dock._history._items.line(stage.dock._history._items.index(0, 0))
    assert line is not None
    stage.database.write(chats.rename_chat, chat_id=chat_id, title="Theirs")
    stage.dock._history.rename(line, "Mine")
    await settled(stage.runner)
    assert stage.notices[-1].kind == "bad"
    assert titles(stage) == ["Theirs"]


async def test_deleting_offers_it_back(stage: Stage) -> None:
    await talked(stage, "Keep", "Drop")
    view = stage.dock._history._view
    view.setFocus()
    view.setCurrentIndex(stage.dock._history._items.index(0, 0))
    QTest.keyClick(view, Qt.Key.Key_Delete)
    await settled(stage.runner)
    assert titles(stage) == ["Keep"]
    callback = stage.notices[-1].callback
    assert stage.notices[-1].text == "Deleted “Drop”"
    assert callback is not None
    callback()
    await settled(stage.runner)
    assert titles(stage) == ["Drop", "Keep"]


async def test_escape_goes_back_to_the_conversation(stage: Stage) -> None:
    await talked(stage, "One")
    QTest.keyClick(stage.dock._history._view, Qt.Key.Key_Escape)
    assert not stage.dock._history.isVisible()


async def test_without_conversations_it_offers_the_first(stage: Stage) -> None:
    stage.dock.show_history()
    await settled(stage.runner)
    button = stage.dock._history._empty.button
    assert button is not None and button.isVisible()
    button.click()
    assert not stage.dock._history.isVisible()


async def test_the_model_keeps_qts_rules(stage: Stage, qtmodeltester: Any) -> None:
    await talked(stage, "One", "Two")
    lines = tuple(line for row in range(2) if (line := stage.dock._history._items.line(_index(stage, row))))
    model = HistoryModel()
    model.show_lines(lines)
    qtmodeltester.check(model, force_py=True)
    model.show_lines(())
    assert model.rowCount() == 0


def _index(stage: Stage, row: int) -> Any:
    return stage.dock._history._items.index(row, 0)
