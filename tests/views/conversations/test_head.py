"""The line above a conversation: labels give way as a whole, never by a letter."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from erpai_desktop.models.ids import ModelId
from erpai_desktop.services.conversations_reading import conversation_details
from erpai_desktop.storage.database import Database
from erpai_desktop.views.conversations.head import ConversationHead
from erpai_desktop.views.look.theme import Theme
from tests.views.conversations.conftest import listed


@pytest.mark.parametrize("width", [280, 340, 410, 450, 510, 600])
def test_no_button_is_cut_at_any_width(
    qtbot: QtBot, theme: Theme, sample: Database, marketing: ModelId, width: int
) -> None:
    # A window of its own would not become as narrow.
    page = QWidget()
    qtbot.addWidget(page)
    head = ConversationHead(theme, parent=page)
    head.show_details(sample.read(conversation_details, conversation_id=listed(sample, marketing)[0].id))
    page.resize(width, 60)
    page.show()
    head.setGeometry(0, 0, width, 38)
    layout = head.layout()
    assert layout is not None
    layout.activate()
    for button in (head._approve, head._reject):
        assert bool(button.text()) is (width >= 500)
        assert button.width() >= button.sizeHint().width()
