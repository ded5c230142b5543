"""Train AI from the dock: previews what the ticked messages teach, stores what was confirmed, offers it back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QObject, Signal

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import ErpAiError
from erpai_desktop.models.ids import ActionId, ChatId, ChatMessageId, ModelId, TrainingConversationId, UserId
from erpai_desktop.models.snapshots.conversations import MessageDraft, TrainAiPreview
from erpai_desktop.models.snapshots.tree import ModelNode
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.train_ai.panel import TrainAiPanel
from erpai_desktop.workers.intentions import history, train_ai
from erpai_desktop.workers.runner import Runner

Ticked = tuple[ChatMessageId, ...]


class Teaching(QObject):
    """Drives the sheet. What was edited in it and left with Escape is still there for the same ticks."""

    prepared = Signal()
    """The sheet shows a preview."""
    left = Signal()
    """The sheet was left; nothing was stored."""
    taught = Signal()
    due_changed = Signal()
    open_conversation = Signal(object, object)
    """(ModelId, TrainingConversationId)"""
    notice = Signal(object)

    def __init__(self, runner: Runner, panel: TrainAiPanel, user_id: UserId, *, language: str, parent: QObject) -> None:
        super().__init__(parent)
        self._runner = runner
        self._panel = panel
        self._user_id = user_id
        self._language = language
        self._nodes: Mapping[ModelId, ModelNode] = {}
        self._chat_id: ChatId | None = None
        self._ticked: Ticked = ()
        self._left_with: Ticked = ()
        self._due: tuple[ModelId, int | None] | None = None
        panel.confirmed.connect(self._teach)
        panel.cancelled.connect(self._on_cancelled)

    @property
    def due(self) -> ModelId | None:
        """A model that was taught here and has not been compiled since."""
        return self._due[0] if self._due is not None else None

    def show_nodes(self, nodes: Mapping[ModelId, ModelNode]) -> None:
        """The models of the newest tree: which may learn, and which have been compiled meanwhile."""
        self._nodes = nodes
        if self._due is not None:
            node = nodes.get(self._due[0])
            if node is None or node.active_version != self._due[1] or node.changes_since_build == 0:
                self._due = None
                self.due_changed.emit()

    def prepare(self, chat_id: ChatId, ticked: Ticked) -> None:
        """Read what these messages would teach, then show it."""
        self._chat_id = chat_id
        if ticked == self._left_with and self._panel.is_edited:
            self._ticked = ticked
            self.prepared.emit()
            self._panel.focus()
            return
        self._ticked = ticked
        self._runner.read(
            (self, "preview"), train_ai.preview, message_ids=ticked, reader=self._user_id, language=self._language
        ).then(self._show_preview).otherwise(self._not_prepared)

    def _show_preview(self, preview: TrainAiPreview) -> None:
        self._panel.show_preview(preview, [(node.id, node.name) for node in self._nodes.values()])
        self.prepared.emit()
        self._panel.focus()

    def _not_prepared(self, error: Exception) -> bool:
        if not isinstance(error, ErpAiError):
            return False
        self.notice.emit(Notice(str(error), kind="bad"))
        return True

    def _on_cancelled(self) -> None:
        self._left_with = self._ticked
        self.left.emit()

    def _teach(self, model_id: ModelId, drafts: tuple[MessageDraft, ...]) -> None:
        if self._chat_id is None:
            return
        self._panel.set_storing(True)
        self._runner.write(self, train_ai.from_chat, model_id=model_id, messages=drafts, chat_id=self._chat_id).then(
            partial(self._on_taught, model_id), owner=self
        ).otherwise(self._not_taught)

    def _not_taught(self, error: Exception) -> bool:
        self._panel.set_storing(False)
        if not isinstance(error, ErpAiError):
            return False
        # The sheet stays as it was edited.
        self._panel.show_problem(str(error))
        return True

    def _on_taught(self, model_id: ModelId, changes: Changes) -> None:
        self._panel.set_storing(False)
        self._left_with = ()
        node = self._nodes.get(model_id)
        self._due = (model_id, node.active_version if node is not None else None)
        self.taught.emit()
        name = node.name if node is not None else self.tr("the model")
        self._tell(model_id, name, TrainingConversationId(changes.new(Entity.CONVERSATION)), changes)

    def _tell(self, model_id: ModelId, name: str, conversation_id: TrainingConversationId, changes: Changes) -> None:
        # A notice has one button; the window shows the newest, and the one before when that is dismissed.
        if changes.action_id is not None:
            action_id = ActionId(changes.action_id)
            self.notice.emit(
                Notice(
                    self.tr("Take back what {name} was taught?").format(name=name),
                    kind="plain",
                    action=self.tr("Undo"),
                    callback=lambda: self._runner.write(None, history.undo, action_id=action_id),
                    seconds=60,
                    about=action_id,
                )
            )
        self.notice.emit(
            Notice(
                self.tr("Training conversation added to {name}. Compile to use it.").format(name=name),
                kind="good",
                action=self.tr("Open"),
                callback=lambda: self.open_conversation.emit(model_id, conversation_id),
                seconds=60,
            )
        )
