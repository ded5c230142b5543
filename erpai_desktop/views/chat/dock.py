"""The chat dock: whom one asks, the conversation, the question, and Train AI."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStackedWidget, QWidget

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.models.enums import ParticipantRole
from erpai_desktop.models.ids import ChatId, ChatMessageId, ModelId, TrainingConversationId, UserId
from erpai_desktop.models.snapshots.chats import ChatDetails
from erpai_desktop.models.snapshots.conversations import MessageDraft, TrainAiPreview
from erpai_desktop.models.snapshots.tree import ModelNode, TreeSnapshot
from erpai_desktop.views.chat.composer import Composer
from erpai_desktop.views.chat.history import ChatHistory
from erpai_desktop.views.chat.message_list import MessageList
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import IconButton, PrimaryButton, QuietButton
from erpai_desktop.views.parts.choice import Choice
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.layout import column, frame, label, row, stretch
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.parts.wording import plural
from erpai_desktop.views.train_ai.panel import TrainAiPanel
from erpai_desktop.workers.intentions import chats, chats_reading, history, train_ai
from erpai_desktop.workers.runner import Runner, RunningJob

Asking = Callable[[ChatId, str], RunningJob]
"""Starts the job that posts a question to a conversation and records what is answered."""


class ChatDock(QWidget):
    """One conversation at a time. `header_buttons` belong into the header of the dock that holds it."""

    open_source = Signal(object)
    """A SourceLink to show."""
    draft_qa = Signal(object, str)
    """(ModelId, question) of a refusal that deserves a Q&A."""
    open_conversation = Signal(object, object)
    """(ModelId, TrainingConversationId)"""
    compile_model = Signal(object)
    title_changed = Signal(str)
    selection_changed = Signal(int)
    """How many messages are ticked."""
    notice = Signal(object)

    def __init__(
        self, runner: Runner, theme: Theme, user_id: UserId, asking: Asking, *, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._theme = theme
        self._user_id = user_id
        self._asking = asking
        self._nodes: dict[ModelId, ModelNode] = {}
        self._model_id: ModelId | None = None
        self._chat: ChatDetails | None = None
        self._job: RunningJob | None = None
        self._pending_question = ""
        self._mode: Literal["chat", "history", "train"] = "chat"
        self._build()
        runner.changed.connect(self._on_changed)

    # --- building -------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        theme, tr = self._theme, self.tr
        self._model = Choice(theme, tr("Model to ask"), tr("Which assistant answers; choosing begins a conversation"))
        self._model.chosen.connect(lambda key: self.begin(ModelId(UUID(key))))
        self._list = MessageList(theme)
        self._list.open_source.connect(self.open_source)
        self._list.ask_again.connect(self._ask_again)
        self._list.draft_requested.connect(self._draft)
        self._list.rated.connect(
            lambda message_id, rating: self._runner.write(self, chats.rate, message_id=message_id, rating=rating)
        )
        self._list.ticks_changed.connect(self._on_ticks)
        self._welcome = EmptyState(
            theme, "chat", tr("Ask something"), tr("The answer comes with its source, or an honest “not known”.")
        )
        self._uncompiled = EmptyState(
            theme,
            "compile",
            tr("Not compiled yet"),
            tr("This model cannot answer until it has been compiled once."),
            action=tr("Compile"),
            tooltip=tr("Plan and build its first version"),
        )
        self._uncompiled.action_requested.connect(self._compile)
        self._history = ChatHistory(self._runner, theme, self._user_id)
        self._history.chosen.connect(self.open_chat)
        self._history.new_requested.connect(self.new_conversation)
        self._history.deleted.connect(self._on_deleted)
        self._history.notice.connect(self.notice)
        self._train = TrainAiPanel(theme)
        self._train.confirmed.connect(self._teach)
        self._train.cancelled.connect(self._show_chat)
        self._stack = QStackedWidget()
        for page in (self._welcome, self._uncompiled, self._list, self._history, self._train):
            self._stack.addWidget(page)
        self._composer = Composer(theme)
        self._composer.send_requested.connect(self.ask)
        self._composer.stop_requested.connect(self.stop)
        self._selection = self._selection_bar()
        self._selection.hide()
        bar = frame(row(self._model, stretch(), margins=(8, 4, 8, 4)), "bar")
        layout = column(bar, self._stack, self._selection, self._composer, gap=0)
        layout.setStretchFactor(self._stack, 1)
        self.setLayout(layout)
        self.setFocusProxy(self._composer)
        self._history_button = IconButton(
            theme, "history", tr("Your conversations"), tr("Show your earlier conversations"), checkable=True
        )
        self._history_button.clicked.connect(self._toggle_history)
        new = IconButton(theme, "new_chat", tr("New conversation"), tr("Begin without what was said before"))
        new.clicked.connect(self.new_conversation)
        self.header_buttons = (self._history_button, new)

    def _selection_bar(self) -> QWidget:
        theme, tr = self._theme, self.tr
        self._count = label("", "strong")
        clear = IconButton(theme, "close", tr("Untick all"), tr("Untick all messages"))
        clear.clicked.connect(self._list.clear_ticks)
        copy = QuietButton(theme, tr("Copy"), tr("Copy the ticked messages"), icon="copy")
        copy.clicked.connect(self._copy)
        train = PrimaryButton(theme, tr("Train AI"), tr("See what the model would learn from these"), icon="train")
        train.clicked.connect(self.train)
        return frame(row(self._count, clear, stretch(), copy, train, margins=(12, 7, 12, 7)), "selected")

    # --- what the window calls ------------------------------------------------------------------------------------

    @property
    def model_id(self) -> ModelId | None:
        """Whom one asks now."""
        return self._model_id

    @property
    def message_list(self) -> MessageList:
        """The messages on show."""
        return self._list

    def show_tree(self, snapshot: TreeSnapshot) -> None:
        """Which models there are to ask, and whether they can answer."""
        self._nodes = {node.id: node for node in snapshot.nodes}
        self._model.set_options([(str(node.id), node.name) for node in snapshot.nodes])
        if self._model_id is None or self._model_id not in self._nodes:
            default = next((node for node in snapshot.nodes if node.is_default), None)
            chosen = default or next(iter(snapshot.nodes), None)
            self._model_id = chosen.id if chosen is not None else None
        self._show_state()

    def begin(self, model_id: ModelId) -> None:
        """Ask this model, in a new conversation."""
        self._model_id = model_id
        self.new_conversation()

    def new_conversation(self) -> None:
        """Drop what was said before; the conversation is stored with its first question."""
        self._chat = None
        self._list.show_messages((), "", same_chat=False)
        self._show_chat()
        self._composer.focus()

    def open_chat(self, chat_id: ChatId) -> None:
        """Show one of the person's conversations."""
        self._runner.read((self, "chat"), chats_reading.chat_details, user_id=self._user_id, chat_id=chat_id).then(
            self._show_details
        )

    def ask(self, text: str) -> None:
        """Ask in the conversation on show, or in a new one."""
        if self._job is not None:
            return
        self._pending_question = text
        if self._chat is not None:
            self._start(self._chat.line.id)
            return
        # Until the conversation exists, what was typed stays in the field.
        self._runner.write(self, chats.start_chat, model_id=self._model_id).then(self._started)

    def stop(self) -> None:
        """Stop the answer that is being made."""
        if self._job is not None:
            self._job.cancel()

    def train(self) -> None:
        """Show what the ticked messages would teach."""
        ticked = self._list.ticked
        if ticked:
            self._runner.read((self, "preview"), train_ai.preview, message_ids=ticked, reader=self._user_id).then(
                self._show_preview
            )

    # --- asking ---------------------------------------------------------------------------------------------------

    def _started(self, changes: Changes) -> None:
        self._start(ChatId(changes.new(Entity.CHAT)))

    def _start(self, chat_id: ChatId) -> None:
        self._composer.set_busy(True)
        self._list.set_thinking(True)
        self._composer.clear()
        self._job = self._asking(chat_id, self._pending_question)
        self._show_chat()
        self._job.outcome.then(lambda _result: None, owner=self).otherwise(self._failed, owner=self)
        self._job_chat = chat_id
        self._runner.job_changed.connect(self._on_job)

    def _on_job(self, state: object) -> None:
        job = self._job
        if job is None or getattr(state, "id", None) != job.id or not job.state.ended:
            return
        self._runner.job_changed.disconnect(self._on_job)
        self._job = None
        self._composer.set_busy(False)
        self._list.set_thinking(False)
        self.open_chat(self._job_chat)
        self._composer.focus()

    def _failed(self, error: Exception) -> bool:
        # The question stands in the conversation with "Try again"; why it failed is said above the pages.
        self.notice.emit(Notice(str(error), kind="bad"))
        return True

    def _ask_again(self, question: str, message_id: ChatMessageId) -> None:
        if question:
            self.ask(question)
            return
        asked = self._question_before(message_id)
        if asked:
            self.ask(asked)

    def _question_before(self, message_id: ChatMessageId) -> str:
        question = ""
        for message in self._list.messages:
            if message.id == message_id:
                break
            if message.role is ParticipantRole.USER:
                question = message.contents
        return question

    def _draft(self, message_id: ChatMessageId) -> None:
        if self._model_id is not None:
            self.draft_qa.emit(self._model_id, self._question_before(message_id))

    # --- showing --------------------------------------------------------------------------------------------------

    def _show_details(self, details: ChatDetails) -> None:
        same = self._chat is not None and self._chat.line.id == details.line.id
        fresh = self._chat is None
        self._chat = details
        self._model_id = details.line.model_id
        self._list.show_messages(details.messages, details.line.model_name, same_chat=same or fresh)
        if self._mode == "history":
            self._show_chat()
        else:
            self._show_state()

    def _show_chat(self) -> None:
        self._mode = "chat"
        self._history_button.setChecked(False)
        self._show_state()

    def _show_state(self) -> None:
        node = self._nodes.get(self._model_id) if self._model_id is not None else None
        name = node.name if node is not None else ""
        self._model.choose(str(self._model_id or ""))
        self._composer.set_model(name)
        can_answer = node is not None and node.active_version is not None
        self._composer.disabled_because("" if can_answer else self.tr("Compile this model first"))
        self._composer.set_note(
            self.tr("{name} · v{version}").format(name=name, version=node.active_version)
            if node is not None and can_answer
            else ""
        )
        title = self._chat.line.title if self._chat is not None else ""
        self.title_changed.emit(title or name or self.tr("Chat"))
        if self._mode == "train":
            self._stack.setCurrentWidget(self._train)
        elif self._mode == "history":
            self._stack.setCurrentWidget(self._history)
        elif self._list.messages or self._job is not None:
            self._stack.setCurrentWidget(self._list)
        else:
            self._stack.setCurrentWidget(self._welcome if can_answer or node is None else self._uncompiled)
        self._composer.setVisible(self._mode != "train")
        self._on_ticks()

    def _toggle_history(self) -> None:
        if self._history_button.isChecked():
            self._mode = "history"
            self._history.refresh()
            self._show_state()
        else:
            self._show_chat()

    def _on_deleted(self, chat_id: ChatId) -> None:
        if self._chat is not None and self._chat.line.id == chat_id:
            self._chat = None
            self._list.show_messages((), "", same_chat=False)

    def _on_changed(self, changes: Changes, _initiator: object) -> None:
        if self._chat is not None and (
            changes.touches(Entity.CHAT, [self._chat.line.id]) or changes.touches(Entity.CHAT_MESSAGE)
        ):
            self.open_chat(self._chat.line.id)
        elif self._job is not None and changes.touches(Entity.CHAT_MESSAGE):
            # The question of a new conversation is shown while its answer is being made.
            self.open_chat(self._job_chat)

    def _compile(self) -> None:
        if self._model_id is not None:
            self.compile_model.emit(self._model_id)

    # --- ticks and Train AI ---------------------------------------------------------------------------------------

    def _on_ticks(self) -> None:
        count = len(self._list.ticked)
        self._count.setText(plural(count, self.tr("1 selected"), self.tr("{n} selected")))
        self._selection.setVisible(count > 0 and self._stack.currentWidget() is self._list)
        self.selection_changed.emit(count)

    def _copy(self) -> None:
        ticked = set(self._list.ticked)
        texts = [message.contents for message in self._list.messages if message.id in ticked and message.contents]
        QGuiApplication.clipboard().setText("\n\n".join(texts))

    def _show_preview(self, preview: TrainAiPreview) -> None:
        self._train.show_preview(preview, [(node.id, node.name) for node in self._nodes.values()])
        self._mode = "train"
        self._show_state()
        self._train.setFocus(Qt.FocusReason.OtherFocusReason)

    def _teach(self, model_id: ModelId, drafts: tuple[MessageDraft, ...]) -> None:
        if self._chat is None:
            return
        self._runner.write(
            self, train_ai.from_chat, model_id=model_id, messages=drafts, chat_id=self._chat.line.id
        ).then(lambda changes: self._taught(model_id, changes), owner=self)

    def _taught(self, model_id: ModelId, changes: Changes) -> None:
        self._list.clear_ticks()
        self._show_chat()
        conversation_id = TrainingConversationId(changes.new(Entity.CONVERSATION))
        node = self._nodes.get(model_id)
        name = node.name if node is not None else ""
        action_id = changes.action_id
        if action_id is not None:
            self.notice.emit(
                Notice(
                    self.tr("Training conversation stored; it can be taken back").format(name=name),
                    kind="plain",
                    action=self.tr("Undo"),
                    callback=lambda: self._runner.write(None, history.undo, action_id=action_id),
                    seconds=60,
                )
            )
        self.notice.emit(
            Notice(
                self.tr("{name} has a new training conversation. Compile to use it.").format(name=name),
                kind="good",
                action=self.tr("Open"),
                callback=lambda: self.open_conversation.emit(model_id, conversation_id),
                seconds=60,
            )
        )
