"""The chat dock: whom one asks, the conversation, the question, and Train AI."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices, QFocusEvent
from PySide6.QtWidgets import QWidget

from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import ChatId, ChatMessageId, ModelId, UserId
from erpai_desktop.models.snapshots.chats import ChatDetails
from erpai_desktop.models.snapshots.tree import TreeSnapshot
from erpai_desktop.views.chat.addressee import Addressee
from erpai_desktop.views.chat.appearance import Appearance
from erpai_desktop.views.chat.composer import Composer
from erpai_desktop.views.chat.conversation import Conversation
from erpai_desktop.views.chat.cost import Cost
from erpai_desktop.views.chat.deeds import Deeds
from erpai_desktop.views.chat.header import HeaderButtons
from erpai_desktop.views.chat.history import ChatHistory
from erpai_desktop.views.chat.message_list import MessageList
from erpai_desktop.views.chat.pages import Pages
from erpai_desktop.views.chat.questions import Asking
from erpai_desktop.views.chat.strips import HintStrip, SelectionStrip, TitleStrip
from erpai_desktop.views.chat.teaching import Teaching
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.layout import column
from erpai_desktop.views.parts.permission import why_not
from erpai_desktop.views.train_ai.panel import TrainAiPanel
from erpai_desktop.workers.runner import Runner


class ChatDock(QWidget):
    """One conversation at a time. `header_buttons` belong into the header of the dock that holds it."""

    open_source = Signal(object)
    """A SourceLink to show."""
    draft_qa = Signal(object, str)
    """(ModelId, question) of a refusal that deserves a Q&A."""
    open_conversation = Signal(object, object)
    """(ModelId, TrainingConversationId)"""
    compile_model = Signal(object)
    """A ModelId whose plan of the next compilation is to be shown: to compile it, or to see what contradicts."""
    providers_requested = Signal()
    title_changed = Signal(str)
    selection_changed = Signal(int)
    """How many messages are ticked."""
    notice = Signal(object)

    def __init__(
        self,
        runner: Runner,
        theme: Theme,
        user_id: UserId,
        asking: Asking,
        *,
        role: Role = Role.ADMINISTRATOR,
        language: str = "en",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._role = role
        self._addressee = Addressee(self)
        self._conversation = Conversation(runner, user_id, asking, language=language, parent=self)
        self._history = ChatHistory(runner, theme, user_id, language=language)
        self._train = TrainAiPanel(theme)
        self._teaching = Teaching(runner, self._train, user_id, language=language, parent=self)
        self._list = MessageList(theme, no_draft=why_not(role, Role.TRAINER))
        self._composer = Composer(theme)
        self._cost = Cost(runner, user_id, parent=self)
        self._cost.changed.connect(self._composer.show_cost)
        self._pages = Pages(
            theme,
            messages=self._list,
            history=self._history,
            train=self._train,
            may_compile=not why_not(role, Role.TRAINER),
        )
        title = TitleStrip(theme)
        self._selection = SelectionStrip(theme)
        hint = HintStrip(theme)
        header = HeaderButtons(theme, self)
        self.header_buttons = header.widgets
        self._look = Appearance(
            self._addressee,
            self._conversation,
            self._teaching,
            messages=self._list,
            composer=self._composer,
            pages=self._pages,
            selection=self._selection,
            hint=hint,
            header=header,
            parent=self,
        )
        self._look.title_changed.connect(self.title_changed)
        self._deeds = Deeds(
            self._conversation,
            header=header,
            title=title,
            history=self._history,
            messages=self._list,
            parent=self,
        )
        layout = column(title, self._pages, hint, self._selection, self._composer, gap=0)
        layout.setStretchFactor(self._pages, 1)
        self.setLayout(layout)
        self._connect_conversation()
        self._connect_teaching()
        self._connect_buttons(header, title, hint)
        self._look.refresh()

    # --- what the window calls ------------------------------------------------------------------------------------

    @property
    def model_id(self) -> ModelId | None:
        """Whom one asks now."""
        return self._addressee.model_id

    @property
    def chat_id(self) -> ChatId | None:
        """The conversation on show; None for one that has no question yet."""
        return self._conversation.chat_id

    @property
    def message_list(self) -> MessageList:
        """The messages on show."""
        return self._list

    @property
    def train_panel(self) -> TrainAiPanel:
        """The sheet of Train AI."""
        return self._train

    def show_tree(self, snapshot: TreeSnapshot) -> None:
        """Which models there are to ask, and whether they can answer."""
        self._addressee.show_tree(snapshot, bound=self.chat_id is not None)
        self._composer.set_models([(str(node.id), node.name) for node in snapshot.nodes])
        self._teaching.show_nodes(self._addressee.nodes)
        details = self._conversation.details
        if details is not None:
            self._list.show_messages(details.messages, self._look.name, same_chat=True)
        self._look.refresh()

    def begin(self, model_id: ModelId) -> None:
        """Ask this model, in a new conversation."""
        self._addressee.model_id = model_id
        self.new_conversation()

    def new_conversation(self) -> None:
        """Drop what was said before; the conversation is stored with its first question. What is typed stays."""
        self._conversation.forget_unsent()
        self._conversation.leave()
        self._look.show_mode("chat")
        self._composer.focus()

    def open_chat(self, chat_id: ChatId) -> None:
        """Show one of the person's conversations."""
        if chat_id != self.chat_id and self._conversation.keep_unsent(self._composer.text):
            self._composer.clear()
        self._conversation.open(chat_id)
        self._look.show_mode("chat")
        self._composer.focus()

    def show_history(self) -> None:
        """Show the person's conversations."""
        self._look.show_mode("history")
        self._history.begin(self.chat_id)

    def ask(self, text: str) -> None:
        """Ask in the conversation on show, or in a new one. While that waits for an answer, keep the text to send."""
        if self._conversation.waits or self._look.why_not:
            self._composer.give_back(text)
            return
        self._conversation.ask(self.model_id, text)
        self._list.to_foot()
        self._look.show_mode("chat")

    def stop(self) -> None:
        """Stop the answer that is being made in the conversation on show."""
        self._conversation.stop()

    def train(self) -> None:
        """Show what the ticked messages would teach."""
        ticked = self._list.ticked
        if ticked and self.chat_id is not None:
            self._teaching.prepare(self.chat_id, ticked)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Pass the keyboard on to the question. A focus proxy would make Tab skip what stands above the question."""
        super().focusInEvent(event)
        self._composer.setFocus(event.reason())

    # --- what leads where -----------------------------------------------------------------------------------------

    def _connect_conversation(self) -> None:
        conversation, messages, composer = self._conversation, self._list, self._composer
        conversation.shown.connect(self._on_shown)
        conversation.left.connect(self._on_left)
        conversation.moved.connect(self._on_moved)
        conversation.told.connect(lambda _question: self._list.set_live(self._conversation.said))
        conversation.given_back.connect(composer.give_back)
        conversation.notice.connect(self.notice)
        composer.send_requested.connect(self._send)
        composer.stop_requested.connect(self.stop)
        composer.model_chosen.connect(lambda key: self.begin(ModelId(UUID(key))))
        messages.open_source.connect(self.open_source)
        messages.ask_instead.connect(self.ask)
        messages.try_again.connect(lambda message_id: self.ask(self._list.question_before(message_id)))
        messages.draft_requested.connect(self._draft)
        messages.conflict_requested.connect(self._plan)
        messages.providers_requested.connect(self.providers_requested)
        messages.rated.connect(conversation.rate)
        messages.link_opened.connect(lambda address: QDesktopServices.openUrl(QUrl(address)))
        messages.ticks_changed.connect(self._on_ticks)
        messages.left.connect(composer.focus)

    def _connect_teaching(self) -> None:
        teaching, selection = self._teaching, self._selection
        teaching.prepared.connect(lambda: self._look.show_mode("train"))
        teaching.left.connect(self._back_to_chat)
        teaching.taught.connect(self._on_taught)
        teaching.due_changed.connect(self._look.refresh)
        teaching.open_conversation.connect(self.open_conversation)
        teaching.notice.connect(self.notice)
        selection.forbid_training(why_not(self._role, Role.TRAINER))
        selection.clear_requested.connect(self._list.clear_ticks)
        selection.copy_requested.connect(lambda: self._deeds.copy(ticked=True))
        selection.train_requested.connect(self.train)

    def _connect_buttons(self, header: HeaderButtons, title: TitleStrip, hint: HintStrip) -> None:
        self._history.chosen.connect(self.open_chat)
        self._history.new_requested.connect(self.new_conversation)
        self._history.left.connect(self._back_to_chat)
        self._history.notice.connect(self.notice)
        self._pages.compile_requested.connect(self._plan)
        hint.action_requested.connect(self._follow_hint)
        title.ended.connect(self._composer.focus)
        header.history_toggled.connect(self._toggle_history)
        header.new_requested.connect(self.new_conversation)

    def _send(self, text: str) -> None:
        # Taken from the field at once; it comes back if it cannot be stored.
        self._composer.clear()
        self.ask(text)

    def _draft(self, message_id: ChatMessageId) -> None:
        if self.model_id is not None:
            self.draft_qa.emit(self.model_id, self._list.question_before(message_id))

    def _plan(self) -> None:
        if self.model_id is not None:
            self.compile_model.emit(self.model_id)

    def _follow_hint(self) -> None:
        wanted = self._look.to_compile
        if wanted is not None:
            self.compile_model.emit(wanted)

    def _toggle_history(self) -> None:
        if self._look.mode == "history":
            self._back_to_chat()
        else:
            self.show_history()

    def _back_to_chat(self) -> None:
        self._look.show_mode("chat")
        self._composer.focus()

    def _on_ticks(self) -> None:
        self._look.show_strips()
        self.selection_changed.emit(len(self._list.ticked))

    def _on_taught(self) -> None:
        self._list.clear_ticks()
        self._back_to_chat()

    # --- showing --------------------------------------------------------------------------------------------------

    def _on_shown(self, details: ChatDetails, same: bool) -> None:
        self._addressee.model_id = details.line.model_id
        self._list.show_messages(details.messages, self._look.name, same_chat=same)
        self._on_moved()

    def _on_left(self) -> None:
        self._list.show_messages((), self._look.name, same_chat=False)
        self._cost.follow(None, self.model_id)

    def _on_moved(self) -> None:
        self._cost.follow(self.chat_id, self.model_id)
        self._look.refresh()
