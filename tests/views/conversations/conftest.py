"""A page of training conversations of a model of the sample company."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from PySide6.QtWidgets import QApplication

from erpai_desktop.models.ids import ModelId, TrainingConversationId
from erpai_desktop.models.snapshots.conversations import ConversationDetails, ConversationLine
from erpai_desktop.services import conversations_reading, tree_reading
from erpai_desktop.storage.database import Database
from erpai_desktop.views.conversations.page import ConversationsPage
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.workers.runner import Runner
from tests.waiting import settled


@pytest.fixture(autouse=True)
def a_window_may_go(qapp: QApplication) -> Iterator[None]:
    """Hiding the only window of a test must not end the loop that the test runs on."""
    qapp.setQuitOnLastWindowClosed(False)
    yield
    qapp.setQuitOnLastWindowClosed(True)


@pytest.fixture
def marketing(sample: Database) -> ModelId:
    """A model with five conversations."""
    return sample.read(tree_reading.find_model, name_or_id="Marketing AI")


def listed(database: Database, model_id: ModelId) -> tuple[ConversationLine, ...]:
    """The model's conversations, the latest first."""
    return database.read(conversations_reading.conversations_of, model_id=model_id)


def details(database: Database, conversation_id: TrainingConversationId) -> ConversationDetails:
    """A whole conversation."""
    return database.read(conversations_reading.conversation_details, conversation_id=conversation_id)


class Shown:
    """A page on show, and what it said."""

    def __init__(self, page: ConversationsPage) -> None:
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
async def shown(runner: Runner, theme: Theme, marketing: ModelId) -> AsyncIterator[Shown]:
    """The page of Marketing AI, loaded."""
    page = ConversationsPage(runner, theme, marketing)
    made = Shown(page)
    page.resize(900, 700)
    page.show()
    await settled(runner)
    yield made
    page.hide()
    page.deleteLater()
    await settled(runner)
