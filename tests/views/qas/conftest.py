"""A model of the sample company, and a page of its Q&As."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from erpai_desktop.models.enums import QaType
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.new_qa import NewQa
from erpai_desktop.models.snapshots.qas import QaFilter, QaLine
from erpai_desktop.services import qa_transfer, qas_reading, tree_reading
from erpai_desktop.storage.database import Database
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.qas.page import QaPage
from erpai_desktop.views.qas.rows_model import QUESTION
from erpai_desktop.workers.runner import Runner
from tests.waiting import settled

NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture(autouse=True)
def a_window_may_go(qapp: QApplication) -> Iterator[None]:
    """Hiding the only window of a test must not end the loop that the test runs on."""
    qapp.setQuitOnLastWindowClosed(False)
    yield
    qapp.setQuitOnLastWindowClosed(True)


@pytest.fixture
def marketing(sample: Database) -> ModelId:
    """A model with some thirty rows."""
    return sample.read(tree_reading.find_model, name_or_id="Marketing AI")


def all_lines(database: Database, chosen: QaFilter) -> tuple[QaLine, ...]:
    """Every row."""
    return database.read(qas_reading.first_qas, chosen, 1_000_000)


def add_rows(database: Database, model_id: ModelId, count: int) -> None:
    """Many rows whose texts repeat, so that every order has ties."""
    rows = [
        NewQa(f"Question {n * 7 % 50}?", f"Answer {n % 9}", f"Section {n % 4}", QaType.TRAINING, False)
        for n in range(count)
    ]
    database.write(qa_transfer.import_qas, model_id=model_id, rows=rows)


class PageAndNotices:
    """A page on show, and what it said."""

    def __init__(self, page: QaPage) -> None:
        self.page = page
        self.notices: list[Notice] = []
        page.notice.connect(self.notices.append)

    @property
    def said(self) -> list[str]:
        return [notice.text for notice in self.notices]

    def undo(self) -> None:
        """Press the newest notice's button."""
        callback = self.notices[-1].callback
        assert callback is not None
        callback()


@pytest.fixture
async def shown(runner: Runner, theme: Theme, marketing: ModelId) -> AsyncIterator[PageAndNotices]:
    """The page of Marketing AI, loaded."""
    page = QaPage(runner, theme, marketing)
    made = PageAndNotices(page)
    page.resize(900, 700)
    page.show()
    await settled(runner)
    yield made
    page.hide()
    page.deleteLater()
    await settled(runner)


def click(page: QaPage, row: int, column: int = QUESTION, keys: Qt.KeyboardModifier = NONE) -> QPoint:
    """Click a cell."""
    table = page._table
    where = table.visualRect(page._rows.index(row, column)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, keys, where)
    return where


def texts(page: QaPage, column: int = QUESTION) -> list[str]:
    return [str(page._rows.index(row, column).data()) for row in range(page._rows.rowCount())]
