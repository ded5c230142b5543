"""A model's training conversations: the list, and the chosen one edited as a chat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QLayout, QSplitter, QWidget

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.models.enums import ReviewState, Role
from erpai_desktop.models.ids import ModelId, TrainingConversationId
from erpai_desktop.models.snapshots.conversations import ConversationLine
from erpai_desktop.views.conversations.editor import ConversationEditor
from erpai_desktop.views.conversations.line_model import Entry
from erpai_desktop.views.conversations.list_panel import ConversationList
from erpai_desktop.views.conversations.wording import translated
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.layout import column
from erpai_desktop.views.parts.permission import why_not
from erpai_desktop.views.parts.undo_notice import undo_notice
from erpai_desktop.views.parts.wording import plural
from erpai_desktop.workers.intentions import conversations, conversations_reading
from erpai_desktop.workers.runner import Runner

if TYPE_CHECKING:
    from erpai_desktop.views.window.memory import WindowMemory

_BESIDE: Final = 500
"""Pixels from which list and conversation stand side by side."""


class ListAndEditor(QWidget):
    """What the pages of one model and of the review share: the list beside the conversation, keys, acting on several.

    A subclass reads the entries and tells what a change means for them.
    """

    notice = Signal(object)

    def __init__(
        self,
        runner: Runner,
        theme: Theme,
        entries: ConversationList,
        *,
        forbidden: str = "",
        memory: WindowMemory | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._theme = theme
        self._forbidden = forbidden
        self._memory = memory
        self.list = entries
        self.editor = ConversationEditor(runner, theme, forbidden=forbidden)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self._splitter.addWidget(entries)
        self._splitter.addWidget(self.editor)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setAccessibleName(self.tr("List and conversation"))
        self._is_placed = False
        self._splitter.splitterMoved.connect(lambda *_: self._remember())
        entries.picked.connect(self._on_picked)
        entries.delete_requested.connect(self.delete)
        entries.review_requested.connect(self.review)
        entries.entered.connect(self._go_in)
        self.editor.notice.connect(self.notice)
        runner.changed.connect(self._on_changed)
        self._body = column(self._splitter, gap=0)
        self._body.setStretchFactor(self._splitter, 1)
        self._body.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.setLayout(self._body)

    def refresh(self) -> None:
        """Read the list again."""
        raise NotImplementedError

    def flush(self) -> None:
        """Start saving what is unsaved."""
        self.editor.flush()

    def delete(self, ids: Sequence[TrainingConversationId]) -> None:
        """Put conversations into the bin."""
        if ids and not self._forbidden:
            text = plural(len(ids), self.tr("Deleted 1 conversation"), self.tr("Deleted {n} conversations"))
            self._runner.write(self, conversations.delete_conversations, ids=ids).then(
                lambda changes: self._done(changes, text), owner=self
            )

    def review(self, ids: Sequence[TrainingConversationId], state: ReviewState) -> None:
        """Say what a reviewer thinks of conversations."""
        if not ids or self._forbidden:
            return
        self.editor.flush()
        text = {
            ReviewState.APPROVED: plural(
                len(ids), self.tr("Approved 1 conversation"), self.tr("Approved {n} conversations")
            ),
            ReviewState.REJECTED: plural(
                len(ids), self.tr("Rejected 1 conversation"), self.tr("Rejected {n} conversations")
            ),
            ReviewState.PENDING: plural(
                len(ids), self.tr("1 conversation waits for review"), self.tr("{n} conversations wait for review")
            ),
        }[state]
        self._runner.write(self, conversations.review, conversation_ids=ids, review_state=state).then(
            lambda changes: self._done(changes, text), owner=self
        )

    # --- events ---------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter approves, Ctrl+Backspace rejects, Ctrl+Shift+Enter adds a message, Ctrl+S saves."""
        key, modifiers = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        has_ctrl = modifiers == Qt.KeyboardModifier.ControlModifier
        has_both = modifiers == (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and has_both:
            self.editor.add_message()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and has_ctrl:
            self._review_selected(ReviewState.APPROVED)
        elif key == Qt.Key.Key_Backspace and has_ctrl:
            self._review_selected(ReviewState.REJECTED)
        elif event.matches(QKeySequence.StandardKey.Save):
            self.flush()
        elif event.matches(QKeySequence.StandardKey.Find):
            self.focus_search()
        else:
            super().keyPressEvent(event)

    def focus_search(self) -> None:
        """Put the cursor into the search field."""
        self.list.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.list.search.selectAll()

    def hideEvent(self, event: QHideEvent) -> None:
        """Another page or tab comes, or this one is closed: nothing stays unsaved."""
        self.editor.flush()
        super().hideEvent(event)

    def minimumSizeHint(self) -> QSize:
        """What is needed when list and conversation stand one above the other."""
        return QSize(280, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side where there is room, else one above the other."""
        super().resizeEvent(event)
        wanted = Qt.Orientation.Horizontal if self.width() >= _BESIDE else Qt.Orientation.Vertical
        if self._is_placed and wanted == self._splitter.orientation():
            return
        self._splitter.setOrientation(wanted)
        state = self._memory.bytes(self._place_key()) if self._memory is not None else None
        if state is None or not self._splitter.restoreState(state):
            is_beside = wanted == Qt.Orientation.Horizontal
            room = self.width() if is_beside else self.height()
            first = min(260, room * 2 // 5) if is_beside else room // 3
            self._splitter.setSizes([first, max(1, room - first)])
        self._splitter.setHandleWidth(1)
        self._is_placed = True

    # --- inside ---------------------------------------------------------------------------------------------------

    def _is_concerned(self, changes: Changes) -> bool:
        """Whether the list may look different after these changes of conversations."""
        raise NotImplementedError

    def _on_changed(self, changes: Changes, _initiator: object) -> None:
        touched = changes.touches(Entity.CONVERSATION) or changes.touches(Entity.MESSAGE)
        if touched and self._is_concerned(changes):
            self.refresh()

    def _on_picked(self, entry: Entry | None) -> None:
        if entry is not None:
            self.editor.load(entry.line.id)
        else:
            self.editor.show_nothing()

    def _review_selected(self, state: ReviewState) -> None:
        shown = self.editor.conversation_id
        ids = self.list.selected_ids
        self.review(ids or ((shown,) if shown is not None else ()), state)

    def _go_in(self) -> None:
        bubbles = self.editor.bubbles
        if bubbles:
            bubbles[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _done(self, changes: Changes, text: str) -> None:
        notice = undo_notice(self._runner, changes, text)
        if notice is not None:
            self.notice.emit(notice)

    def _place_key(self) -> str:
        beside = self._splitter.orientation() == Qt.Orientation.Horizontal
        return f"conversations/{'beside' if beside else 'beneath'}"

    def _remember(self) -> None:
        if self._memory is not None:
            self._memory.set_bytes(self._place_key(), self._splitter.saveState())


class ConversationsPage(ListAndEditor):
    """`memory` keeps where the splitter was."""

    def __init__(
        self,
        runner: Runner,
        theme: Theme,
        model_id: ModelId,
        *,
        role: Role = Role.ADMINISTRATOR,
        memory: WindowMemory | None = None,
        parent: QWidget | None = None,
    ) -> None:
        self._model_id = model_id
        forbidden = why_not(role, Role.TRAINER)
        empty = EmptyState(
            theme,
            "conversation",
            translated("No training conversations yet"),
            translated("They teach by example. Correct an answer in the chat and press Train AI, or write one here."),
            action=translated("Write a conversation"),
            tooltip=translated("Begin a conversation with its first message"),
        )
        entries = ConversationList(theme, empty, forbidden=forbidden)
        super().__init__(runner, theme, entries, forbidden=forbidden, memory=memory, parent=parent)
        empty.action_requested.connect(self.new_conversation)
        self.list.new_requested.connect(self.new_conversation)
        self.list.filtered.connect(self.refresh)
        self.editor.added.connect(self.list.pick)
        self.refresh()

    def refresh(self) -> None:
        """Read the list again."""
        self._runner.read(
            (self, "list"),
            conversations_reading.conversations_of,
            model_id=self._model_id,
            text=self.list.text,
            review_state=self.list.review_state,
        ).then(self._show)

    def new_conversation(self) -> None:
        """Begin a conversation; it is stored with its first message."""
        if self._forbidden:
            return
        self.list.clear_selection()
        self.editor.begin_new(self._model_id)

    def show_conversation(self, conversation_id: TrainingConversationId) -> None:
        """Select a conversation; filters that hide it are cleared."""
        self.editor.load(conversation_id)
        if not self.list.pick(conversation_id) and (self.list.text or self.list.review_state is not None):
            self.list.clear_filter()

    def _show(self, lines: Sequence[ConversationLine]) -> None:
        self.list.show_entries([Entry(line) for line in lines])

    def _is_concerned(self, changes: Changes) -> bool:
        return self._model_id in changes.owners
