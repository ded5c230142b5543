"""What can be done to the conversation on show as a whole: rename it, copy it, delete it."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from erpai_desktop.views.chat.conversation import Conversation
from erpai_desktop.views.chat.header import HeaderButtons
from erpai_desktop.views.chat.history import ChatHistory
from erpai_desktop.views.chat.message_list import MessageList
from erpai_desktop.views.chat.strips import TitleStrip


class Deeds(QObject):
    """Carries out what the header's menu asks for; the history stores it and tells how to take it back."""

    def __init__(
        self,
        conversation: Conversation,
        *,
        header: HeaderButtons,
        title: TitleStrip,
        history: ChatHistory,
        messages: MessageList,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._conversation = conversation
        self._title = title
        self._history = history
        self._messages = messages
        header.rename_requested.connect(self._begin_rename)
        header.copy_requested.connect(lambda: self.copy(ticked=False))
        header.delete_requested.connect(self._delete)
        title.renamed.connect(self._rename)
        conversation.left.connect(title.hide)

    def copy(self, *, ticked: bool) -> None:
        """Copy its messages, or those that are ticked."""
        QGuiApplication.clipboard().setText(self._messages.text(ticked=ticked))

    def _begin_rename(self) -> None:
        details = self._conversation.details
        if details is not None:
            self._title.begin(details.line.title)

    def _rename(self, title: str) -> None:
        details = self._conversation.details
        if details is not None and title != details.line.title:
            self._history.rename(details.line, title)

    def _delete(self) -> None:
        details = self._conversation.details
        if details is not None:
            self._history.delete(details.line.id, details.line.title)
