"""What stands where in the dock: the page above the question, the strips, the composer, all from where things stand."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Signal

from erpai_desktop.models.ids import ModelId
from erpai_desktop.views.chat.addressee import Addressee
from erpai_desktop.views.chat.composer import Composer
from erpai_desktop.views.chat.conversation import Conversation
from erpai_desktop.views.chat.header import HeaderButtons
from erpai_desktop.views.chat.hints import NOTHING, Hint, hint_of
from erpai_desktop.views.chat.message_list import MessageList
from erpai_desktop.views.chat.pages import Pages
from erpai_desktop.views.chat.strips import HintStrip, SelectionStrip
from erpai_desktop.views.chat.teaching import Teaching

Mode = Literal["chat", "history", "train"]


class Appearance(QObject):
    """`refresh` shows all of it anew; it keeps nothing but the mode."""

    title_changed = Signal(str)

    def __init__(
        self,
        addressee: Addressee,
        conversation: Conversation,
        teaching: Teaching,
        *,
        messages: MessageList,
        composer: Composer,
        pages: Pages,
        selection: SelectionStrip,
        hint: HintStrip,
        header: HeaderButtons,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._addressee = addressee
        self._conversation = conversation
        self._teaching = teaching
        self._messages = messages
        self._composer = composer
        self._pages = pages
        self._selection = selection
        self._hint = hint
        self._header = header
        self._mode: Mode = "chat"

    @property
    def mode(self) -> Mode:
        """What fills the dock."""
        return self._mode

    @property
    def name(self) -> str:
        """Whom one asks; one that is gone is still called as it was."""
        details = self._conversation.details
        return self._addressee.name(details.line.model_name if details is not None else "")

    @property
    def why_not(self) -> str:
        """Why nothing can be asked now; empty when it can."""
        return self._addressee.why_not(bound=self._conversation.chat_id is not None)

    @property
    def to_compile(self) -> ModelId | None:
        """Whom the hint asks to compile."""
        return self._due().to_compile

    def show_mode(self, mode: Mode) -> None:
        """Fill the dock with the conversation, the list of them, or the sheet of Train AI."""
        self._mode = mode
        self._header.show_history(mode == "history")
        self.refresh()

    def refresh(self) -> None:
        """Show how things stand now."""
        conversation, addressee, composer = self._conversation, self._addressee, self._composer
        details, waiting, pending = conversation.details, conversation.waits, conversation.pending
        composer.set_model(str(addressee.model_id or ""), self.name, *addressee.version())
        composer.disabled_because(self.why_not)
        composer.set_busy(waiting is not None)
        composer.setVisible(self._mode != "train")
        self._messages.set_pending(pending.text if pending is not None else "", thinking=waiting is not None)
        self._messages.set_live(conversation.said)
        title = details.line.title if details is not None else ""
        self.title_changed.emit(" ".join(title.split()) or self.name or self.tr("Chat"))
        self._header.show_conversation(exists=details is not None)
        self._show_page()
        self.show_strips()

    def show_strips(self) -> None:
        """What is ticked, else what is due."""
        on_list = self._pages.shows_messages
        ticked = len(self._messages.ticked) if on_list else 0
        self._selection.show_count(ticked)
        hint = self._due() if on_list and not ticked else NOTHING
        self._hint.show_hint(hint.text, can_compile=hint.to_compile is not None)

    def _show_page(self) -> None:
        if self._mode == "train":
            self._pages.show_train()
        elif self._mode == "history":
            self._pages.show_history()
        elif self._conversation.chat_id is not None or self._conversation.waits is not None:
            self._pages.show_messages()
        elif self._addressee.known and not self._addressee.nodes:
            self._pages.show_no_model()
        elif self._addressee.known and self.why_not:
            self._pages.show_uncompiled(self.name)
        else:
            self._pages.show_welcome(self.name)

    def _due(self) -> Hint:
        bound = self._conversation.chat_id is not None
        return hint_of(self._addressee, self.name, bound=bound, taught=self._teaching.due)
