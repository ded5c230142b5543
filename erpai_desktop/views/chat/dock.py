"""The chat dock: whom one asks, the conversation, the question, and Train AI."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Literal
from uuid import UUID

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices, QFocusEvent, QGuiApplication
from PySide6.QtWidgets import QWidget

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import NotFoundError
from erpai_desktop.models.enums import ParticipantRole, Role
from erpai_desktop.models.ids import ChatId, ChatMessageId, ModelId, UserId
from erpai_desktop.models.snapshots.chats import ChatDetails
from erpai_desktop.models.snapshots.tree import ModelNode, TreeSnapshot
from erpai_desktop.views.chat.composer import Composer
from erpai_desktop.views.chat.header import HeaderButtons
from erpai_desktop.views.chat.history import ChatHistory
from erpai_desktop.views.chat.message_list import MessageList
from erpai_desktop.views.chat.pages import Pages
from erpai_desktop.views.chat.questions import Asking, Question, Questions
from erpai_desktop.views.chat.strips import HintStrip, SelectionStrip, TitleStrip
from erpai_desktop.views.chat.teaching import Teaching
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.layout import column
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.parts.permission import why_not
from erpai_desktop.views.train_ai.panel import TrainAiPanel
from erpai_desktop.workers.intentions import chats, chats_reading
from erpai_desktop.workers.outcome import Outcome
from erpai_desktop.workers.runner import Runner

Mode = Literal["chat", "history", "train"]


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
        self._runner = runner
        self._theme = theme
        self._user_id = user_id
        self._language = language
        self._role = role
        self._nodes: dict[ModelId, ModelNode] = {}
        self._tree_known = False
        self._model_id: ModelId | None = None
        self._chat_id: ChatId | None = None
        self._chat: ChatDetails | None = None
        self._beginning: Question | None = None
        self._unsent: dict[ChatId, str] = {}
        self._mode: Mode = "chat"
        self._questions = Questions(runner, asking, self)
        self._questions.begun.connect(self._on_begun)
        self._questions.not_begun.connect(self._on_not_begun)
        self._questions.told.connect(self._on_told)
        self._questions.ended.connect(self._on_ended)
        self._build()
        runner.changed.connect(self._on_changed)

    # --- what the window calls ------------------------------------------------------------------------------------

    @property
    def model_id(self) -> ModelId | None:
        """Whom one asks now."""
        return self._model_id

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
        self._tree_known = True
        self._nodes = {node.id: node for node in snapshot.nodes}
        self._composer.set_models([(str(node.id), node.name) for node in snapshot.nodes])
        self._teaching.show_nodes(self._nodes)
        if self._model_id not in self._nodes and self._chat_id is None:
            default = next((node for node in snapshot.nodes if node.is_default), None)
            chosen = default or next(iter(snapshot.nodes), None)
            self._model_id = chosen.id if chosen is not None else None
        if self._chat is not None:
            self._list.show_messages(self._chat.messages, self._model_name(), same_chat=True)
        self._show_state()

    def begin(self, model_id: ModelId) -> None:
        """Ask this model, in a new conversation."""
        self._model_id = model_id
        self.new_conversation()

    def new_conversation(self) -> None:
        """Drop what was said before; the conversation is stored with its first question. What is typed stays."""
        if self._chat_id is not None:
            self._unsent.pop(self._chat_id, None)
        self._leave_chat()
        self._show_mode("chat")
        self._composer.focus()

    def open_chat(self, chat_id: ChatId) -> None:
        """Show one of the person's conversations."""
        if chat_id != self._chat_id:
            if self._chat_id is not None and self._composer.text.strip():
                self._unsent[self._chat_id] = self._composer.text
                self._composer.clear()
            self._leave_chat()
            self._chat_id = chat_id
            if self._unsent.get(chat_id):
                self._composer.give_back(self._unsent.pop(chat_id))
        self._read(chat_id)
        self._show_mode("chat")
        self._composer.focus()

    def show_history(self) -> None:
        """Show the person's conversations."""
        self._show_mode("history")
        self._history.begin(self._chat_id)

    def ask(self, text: str) -> None:
        """Ask in the conversation on show, or in a new one. While that waits for an answer, keep the text to send."""
        if self._waits() or self._why_not():
            self._composer.give_back(text)
            return
        if self._chat_id is None:
            self._beginning = self._questions.ask_new(self._model_id, text)
        else:
            self._questions.ask(self._chat_id, text, known=len(self._list.messages))
        self._list.to_foot()
        self._show_mode("chat")

    def stop(self) -> None:
        """Stop the answer that is being made in the conversation on show."""
        self._questions.stop(self._chat_id)

    def train(self) -> None:
        """Show what the ticked messages would teach."""
        ticked = self._list.ticked
        if ticked and self._chat_id is not None:
            self._teaching.prepare(self._chat_id, ticked)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Pass the keyboard on to the question. A focus proxy would make Tab skip what stands above the question."""
        super().focusInEvent(event)
        self._composer.setFocus(event.reason())

    # --- building -------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._list = self._make_list()
        self._composer = self._make_composer()
        self._history = ChatHistory(self._runner, self._theme, self._user_id, language=self._language)
        self._history.chosen.connect(self.open_chat)
        self._history.new_requested.connect(self.new_conversation)
        self._history.left.connect(self._back_to_chat)
        self._train = TrainAiPanel(self._theme)
        self._teaching = Teaching(self._runner, self._train, self._user_id, language=self._language, parent=self)
        self._teaching.prepared.connect(lambda: self._show_mode("train"))
        self._teaching.left.connect(self._back_to_chat)
        self._teaching.taught.connect(self._on_taught)
        self._teaching.due_changed.connect(self._show_state)
        self._teaching.open_conversation.connect(self.open_conversation)
        for source in (self._history, self._teaching):
            source.notice.connect(self.notice)
        self._pages = Pages(self._theme, messages=self._list, history=self._history, train=self._train)
        self._pages.compile_requested.connect(self._plan)
        self._title = TitleStrip(self._theme)
        self._title.renamed.connect(self._rename)
        self._title.ended.connect(lambda: self._composer.focus())
        self._selection = SelectionStrip(self._theme)
        self._selection.forbid_training(why_not(self._role, Role.TRAINER))
        self._selection.clear_requested.connect(self._list.clear_ticks)
        self._selection.copy_requested.connect(lambda: self._copy(ticked=True))
        self._selection.train_requested.connect(self.train)
        self._hint = HintStrip(self._theme)
        self._hint.action_requested.connect(self._follow_hint)
        layout = column(self._title, self._pages, self._hint, self._selection, self._composer, gap=0)
        layout.setStretchFactor(self._pages, 1)
        self.setLayout(layout)
        self._header = self._make_header()
        self.header_buttons = self._header.widgets
        self._show_state()

    def _make_list(self) -> MessageList:
        made = MessageList(self._theme)
        made.open_source.connect(self.open_source)
        made.ask_instead.connect(self.ask)
        made.try_again.connect(lambda message_id: self.ask(self._list.question_before(message_id)))
        made.draft_requested.connect(self._draft)
        made.conflict_requested.connect(self._plan)
        made.rated.connect(self._rate)
        made.link_opened.connect(lambda address: QDesktopServices.openUrl(QUrl(address)))
        made.ticks_changed.connect(self._on_ticks)
        made.left.connect(lambda: self._composer.focus())
        return made

    def _make_composer(self) -> Composer:
        made = Composer(self._theme)
        made.send_requested.connect(self._send)
        made.stop_requested.connect(self.stop)
        made.model_chosen.connect(lambda key: self.begin(ModelId(UUID(key))))
        return made

    def _make_header(self) -> HeaderButtons:
        made = HeaderButtons(self._theme, self)
        made.history_toggled.connect(lambda: self._back_to_chat() if self._mode == "history" else self.show_history())
        made.new_requested.connect(self.new_conversation)
        made.rename_requested.connect(self._begin_rename)
        made.copy_requested.connect(lambda: self._copy(ticked=False))
        made.delete_requested.connect(self._delete)
        return made

    # --- asking ---------------------------------------------------------------------------------------------------

    def _send(self, text: str) -> None:
        # Taken from the field at once; it comes back if it cannot be stored.
        self._composer.clear()
        self.ask(text)

    def _waits(self) -> Question | None:
        return self._questions.under_way(self._chat_id) or (self._beginning if self._chat_id is None else None)

    def _on_begun(self, question: Question) -> None:
        if question is self._beginning:
            self._beginning = None
            self._chat_id = question.chat_id
            self._show_state()

    def _on_not_begun(self, question: Question) -> None:
        if question is self._beginning:
            self._beginning = None
        self.notice.emit(Notice(question.error, kind="bad"))
        self._composer.give_back(question.text)
        self._show_state()

    def _on_told(self, question: Question) -> None:
        if question is self._waits():
            self._show_live(question)

    def _on_ended(self, question: Question) -> None:
        chat_id = question.chat_id
        if chat_id is None:
            return
        self._details((self, "ended", chat_id), chat_id).then(
            lambda details: self._settle(question, details), owner=self
        ).otherwise(lambda error: self._gone(chat_id, error), owner=self)

    def _settle(self, question: Question, details: ChatDetails) -> None:
        """The answer, or what became of it, stands in the conversation; a question that does not is given back."""
        stored = len(details.messages) > question.known
        told = stored and details.messages[-1].role is ParticipantRole.ASSISTANT
        on_show = details.line.id == self._chat_id
        if question.error and not told:
            self.notice.emit(Notice(question.error, kind="bad"))
        if on_show:
            self._show_details(details)
        if not stored and on_show:
            self._composer.give_back(question.text)
        elif not stored:
            self._unsent[details.line.id] = question.text
        self._show_state()

    def _draft(self, message_id: ChatMessageId) -> None:
        if self._model_id is not None:
            self.draft_qa.emit(self._model_id, self._list.question_before(message_id))

    def _rate(self, message_id: ChatMessageId, rating: int) -> None:
        self._runner.write(self, chats.rate, message_id=message_id, rating=rating or None)

    def _plan(self) -> None:
        if self._model_id is not None:
            self.compile_model.emit(self._model_id)

    def _follow_hint(self) -> None:
        # The hint asks to compile whom one asks while it has no version, else the model that was taught.
        wanted = self._model_id if self._why_not() else self._teaching.due
        if wanted is not None:
            self.compile_model.emit(wanted)

    # --- the conversation -----------------------------------------------------------------------------------------

    def _leave_chat(self) -> None:
        self._chat_id = None
        self._chat = None
        self._beginning = None
        self._title.hide()
        self._list.show_messages((), self._model_name(), same_chat=False)

    def _read(self, chat_id: ChatId) -> None:
        self._details((self, "chat"), chat_id).then(self._show_details).otherwise(
            lambda error: self._gone(chat_id, error), owner=self
        )

    def _details(self, key: Hashable, chat_id: ChatId) -> Outcome[ChatDetails]:
        query = chats_reading.chat_details
        return self._runner.read(key, query, user_id=self._user_id, chat_id=chat_id, language=self._language)

    def _show_details(self, details: ChatDetails) -> None:
        if details.line.id != self._chat_id:
            return
        same = self._chat is not None
        self._chat = details
        self._model_id = details.line.model_id
        self._list.show_messages(details.messages, self._model_name(), same_chat=same)
        self._show_state()

    def _gone(self, chat_id: ChatId, error: Exception) -> bool:
        if isinstance(error, NotFoundError) and chat_id == self._chat_id:
            self.notice.emit(Notice(str(error), kind="warning"))
            self._leave_chat()
            self._show_state()
        return isinstance(error, NotFoundError)

    def _on_changed(self, changes: Changes, initiator: object) -> None:
        chat_id = self._chat_id
        if chat_id is None or (initiator is self and not changes.touches(Entity.CHAT, [chat_id])):
            return
        if chat_id in changes.deleted.get(Entity.CHAT, ()):
            self._leave_chat()
            self._show_state()
        elif changes.touches(Entity.CHAT, [chat_id]) or self._concerns_messages(changes):
            self._read(chat_id)

    def _concerns_messages(self, changes: Changes) -> bool:
        # Whose conversation a new message belongs to is not told.
        known = [message.id for message in self._list.messages]
        return bool(changes.created.get(Entity.CHAT_MESSAGE)) or changes.touches(Entity.CHAT_MESSAGE, known)

    # --- the header's buttons -------------------------------------------------------------------------------------

    def _back_to_chat(self) -> None:
        self._show_mode("chat")
        self._composer.focus()

    def _begin_rename(self) -> None:
        if self._chat is not None:
            self._title.begin(self._chat.line.title)

    def _rename(self, title: str) -> None:
        if self._chat is not None and title != self._chat.line.title:
            self._history.rename(self._chat.line, title)

    def _delete(self) -> None:
        if self._chat is not None:
            self._history.delete(self._chat.line.id, self._chat.line.title)

    def _copy(self, *, ticked: bool) -> None:
        QGuiApplication.clipboard().setText(self._list.text(ticked=ticked))

    def _on_ticks(self) -> None:
        self._show_strips()
        self.selection_changed.emit(len(self._list.ticked))

    def _on_taught(self) -> None:
        self._list.clear_ticks()
        self._back_to_chat()

    # --- showing --------------------------------------------------------------------------------------------------

    def _model_name(self) -> str:
        node = self._nodes.get(self._model_id) if self._model_id is not None else None
        if node is not None:
            return node.name
        return self._chat.line.model_name if self._chat is not None else ""

    def _why_not(self) -> str:
        """Why nothing can be asked now; empty when it can."""
        node = self._nodes.get(self._model_id) if self._model_id is not None else None
        if not self._tree_known:
            return self.tr("The models are being read")
        if node is None:
            return self.tr("This model is gone") if self._chat_id is not None else self.tr("Add a model first")
        return "" if node.active_version is not None else self.tr("Compile this model first")

    def _show_mode(self, mode: Mode) -> None:
        self._mode = mode
        self._header.show_history(mode == "history")
        self._show_state()

    def _show_state(self) -> None:
        why, waiting = self._why_not(), self._waits()
        self._show_composer(why, waiting)
        pending = waiting.text if waiting is not None and len(self._list.messages) <= waiting.known else ""
        self._list.set_pending(pending, thinking=waiting is not None)
        self._show_live(waiting)
        title = self._chat.line.title if self._chat is not None else ""
        self.title_changed.emit(" ".join(title.split()) or self._model_name() or self.tr("Chat"))
        self._show_page(why, waiting)
        self._header.show_conversation(exists=self._chat is not None)
        self._composer.setVisible(self._mode != "train")
        self._show_strips()

    def _show_live(self, waiting: Question | None) -> None:
        # Once the answer is stored it stands among the messages, though its job may still be ending.
        under_way = waiting is not None and len(self._list.messages) <= waiting.known + 1
        self._list.set_live(waiting.said if waiting is not None and under_way else "")

    def _show_composer(self, why: str, waiting: Question | None) -> None:
        node = self._nodes.get(self._model_id) if self._model_id is not None else None
        note = tooltip = ""
        if node is not None and node.active_version is not None:
            note = f"v{node.active_version}"
            tooltip = self.tr("Version {number} answers").format(number=node.active_version)
            if node.changes_since_build:
                tooltip += "\n" + self.tr("{n} changes since it was made").format(n=node.changes_since_build)
        self._composer.set_model(str(self._model_id or ""), self._model_name(), note, tooltip)
        self._composer.disabled_because(why)
        self._composer.set_busy(waiting is not None)

    def _show_page(self, why: str, waiting: Question | None) -> None:
        if self._mode == "train":
            self._pages.show_train()
        elif self._mode == "history":
            self._pages.show_history()
        elif self._chat_id is not None or waiting is not None:
            self._pages.show_messages()
        elif self._tree_known and not self._nodes:
            self._pages.show_no_model()
        elif self._tree_known and why:
            self._pages.show_uncompiled(self._model_name())
        else:
            self._pages.show_welcome(self._model_name())

    def _show_strips(self) -> None:
        on_list = self._pages.shows_messages
        ticked = len(self._list.ticked) if on_list else 0
        self._selection.show_count(ticked)
        hint, can_compile = "", True
        if on_list and not ticked and self._tree_known:
            due = self._nodes.get(self._teaching.due) if self._teaching.due is not None else None
            if self._why_not() and self._model_id in self._nodes:
                hint = self.tr("{name} has no active version").format(name=self._model_name())
            elif self._why_not() and self._model_name():
                can_compile = False
                hint = self.tr("{name} is in the bin: restore it, or ask another model").format(name=self._model_name())
            elif due is not None:
                hint = self.tr("Compile {name} to use it").format(name=due.name)
        self._hint.show_hint(hint, can_compile=can_compile)
