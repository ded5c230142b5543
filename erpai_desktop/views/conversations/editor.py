"""A training conversation edited as a chat: every change is stored as it is made, and can be undone."""

from __future__ import annotations

from typing import Any, Final

import shiboken6
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QScrollArea, QStackedWidget, QWidget

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import ConflictError, NotFoundError, UserError
from erpai_desktop.models.enums import Origin, ParticipantRole, ReviewState
from erpai_desktop.models.ids import ModelId, TrainingConversationId
from erpai_desktop.models.snapshots.conversations import ConversationDetails, MessageDraft, TrainingMessage
from erpai_desktop.views.conversations import storing
from erpai_desktop.views.conversations.bubble import Bubble
from erpai_desktop.views.conversations.head import ConversationHead
from erpai_desktop.views.conversations.message_column import MessageColumn
from erpai_desktop.views.conversations.message_saves import MessageSaves
from erpai_desktop.views.conversations.wording import next_role, role_name
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.autosave import Autosave
from erpai_desktop.views.parts.buttons import QuietButton
from erpai_desktop.views.parts.conflict import ConflictDialog
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.growing_text import GrowingText
from erpai_desktop.views.parts.layout import column, frame, line, row
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.parts.permission import forbid
from erpai_desktop.views.parts.undo_notice import undo_notice
from erpai_desktop.views.qas.saving import Fields, RowSaves
from erpai_desktop.workers.intentions import conversations, conversations_reading
from erpai_desktop.workers.runner import Runner

_AT_ONCE: Final = 12
"""Messages that are made before the conversation is painted; the others follow, so many a turn."""


class ConversationEditor(QWidget):
    """One conversation, a new one, or a hint. What was typed stays until it is known to be stored."""

    notice = Signal(object)
    added = Signal(object)
    """The TrainingConversationId of a new conversation, once its first message is stored."""

    def __init__(self, runner: Runner, theme: Theme, *, forbidden: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._forbidden = forbidden
        self._runner = runner
        self._theme = theme
        self._wanted: TrainingConversationId | None = None
        self._details: ConversationDetails | None = None
        self._new_of: ModelId | None = None
        self._own: RowSaves[ConversationDetails] | None = None
        self._saves: dict[Bubble, MessageSaves] = {}
        self._coming: list[TrainingMessage] = []
        self._made: list[Bubble] = []
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self._make_more)
        self._build()
        self._autosave = Autosave(self._save_own, parent=self)
        self._notes.textChanged.connect(self._autosave.touch)
        self._autosave.watch(self._notes)
        runner.changed.connect(self._on_changed)

    # --- what is shown --------------------------------------------------------------------------------------------

    @property
    def conversation_id(self) -> TrainingConversationId | None:
        """The conversation that is shown."""
        return self._details.id if self._details is not None else None

    @property
    def bubbles(self) -> tuple[Bubble, ...]:
        """The messages, from first to last; one that is not stored yet is among them."""
        return self._column.bubbles

    def load(self, conversation_id: TrainingConversationId) -> None:
        """Show a conversation; what is unsaved of the one before is stored first."""
        if conversation_id == self._wanted or (self._wanted is None and conversation_id == self.conversation_id):
            return
        self.flush()
        self._wanted = conversation_id
        self._read()

    def show_nothing(self) -> None:
        """Nothing is selected."""
        if self._new_of is None:
            self._leave()
            self._pages.setCurrentWidget(self._hint)

    def begin_new(self, model_id: ModelId) -> None:
        """A conversation that is stored with its first message."""
        self._leave()
        self._new_of = model_id
        self._head.show_new()
        self._set_notes("")
        self._notes.setEnabled(False)
        self._notes.setToolTip(self.tr("Write the first message"))
        self._pages.setCurrentWidget(self._page)
        self.add_message()

    def flush(self) -> None:
        """Start storing what is unsaved."""
        self._autosave.flush()
        for bubble in self._column.bubbles:
            bubble.autosave.flush()

    # --- acting ---------------------------------------------------------------------------------------------------

    def add_message(self) -> None:
        """Begin a message at the end, by the one whose turn it is; it is stored once it has words."""
        if self._forbidden:
            return
        bubbles = self._column.bubbles
        draft = next((bubble for bubble in bubbles if self._saves[bubble].message_id is None), None)
        if draft is None:
            self._make_all()
            bubbles = self._column.bubbles
            last = bubbles[-1].values()["role"] if bubbles else None
            draft = self._make(None, next_role(last))
            self._column.show_bubbles((*bubbles, draft))
        draft.begin_edit()
        self._show_turn()
        QTimer.singleShot(0, draft, lambda: self._scroll.ensureWidgetVisible(draft))

    def review(self, state: ReviewState) -> None:
        """Say what a reviewer thinks."""
        if self._details is not None:
            self.flush()
            verb = {
                ReviewState.APPROVED: self.tr("Approved"),
                ReviewState.REJECTED: self.tr("Rejected"),
                ReviewState.PENDING: self.tr("Put back for review"),
            }[state]
            self._runner.write(
                self, conversations.review, conversation_ids=[self._details.id], review_state=state
            ).then(lambda changes: self._done(changes, verb), owner=self)

    def delete(self) -> None:
        """Put the conversation into the bin."""
        if self._details is not None:
            self._runner.write(self, conversations.delete_conversations, ids=[self._details.id]).then(
                lambda changes: self._done(changes, self.tr("Deleted the conversation")), owner=self
            )

    # --- building -------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        theme, tr = self._theme, self.tr
        self._head = ConversationHead(theme, forbidden=self._forbidden)
        self._head.review_requested.connect(self.review)
        self._head.delete_requested.connect(self.delete)
        self._head.origin_chosen.connect(self._on_origin)
        self._column = MessageColumn(theme)
        self._column.move_requested.connect(self._move)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._column)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for transparent in (self._scroll.viewport(), self._column):
            transparent.setAutoFillBackground(False)
        self._column.scroll_wanted.connect(self._scroll.ensureWidgetVisible)
        self._add = QuietButton(theme, tr("Message"), tr("Add the next message (Ctrl+Shift+Enter)"), icon="add")
        self._add.clicked.connect(self.add_message)
        self._add.disabled_because(self._forbidden)
        self._notes: QPlainTextEdit = GrowingText(least=1, most=4)
        self._notes.setAccessibleName(tr("Notes"))
        self._notes.setToolTip(tr("For people; no model ever sees them"))
        self._notes.setPlaceholderText(tr("Notes, only for people"))
        foot_row = row(self._add, self._notes, gap=10, margins=(14, 6, 14, 6))
        foot_row.setStretchFactor(self._notes, 1)
        foot = frame(foot_row, "foot")
        ground: QFrame = frame(column(self._scroll), "ground")
        self._page = QWidget()
        layout = column(self._head, line(), ground, foot, gap=0)
        layout.setStretchFactor(ground, 1)
        self._page.setLayout(layout)
        self._hint = EmptyState(
            theme,
            "conversation",
            tr("No conversation selected"),
            tr("Choose one from the list to read it here.")
            if self._forbidden
            else tr("Choose one from the list to read and edit it here."),
        )
        self._pages = QStackedWidget()
        for page in (self._hint, self._page):
            self._pages.addWidget(page)
        self.setLayout(column(self._pages))

    # --- reading --------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        wanted = self._wanted or self.conversation_id
        if wanted is not None:
            self._runner.read(
                (self, "details"), conversations_reading.conversation_details, conversation_id=wanted
            ).then(self._show).otherwise(self._gone)

    def _show(self, details: ConversationDetails) -> None:
        if details.id == self._wanted:
            self._leave()
            self._own = RowSaves(details, self._own_writer(details.id), self)
        elif details.id != self.conversation_id:
            return
        is_first = self._details is None
        self._wanted = None
        self._details = details
        self._head.show_details(details)
        if self._own is not None and not self._autosave.is_dirty and not self._own.is_busy:
            self._own.take(details)
            self._set_notes(details.notes)
        self._offer_notes()
        self._show_messages(details.messages)
        self._pages.setCurrentWidget(self._page)
        if is_first:
            self._scroll.verticalScrollBar().setValue(0)
        if not details.messages:
            self.add_message()

    def _gone(self, error: Exception) -> bool:
        if not isinstance(error, NotFoundError):
            return False
        self._wanted = None
        if all(saves.is_settled for saves in self._saves.values()):
            self._new_of = None
            self.show_nothing()
        return True

    def _leave(self) -> None:
        self.flush()
        self._more.stop()
        self._coming.clear()
        self._made.clear()
        self._column.show_bubbles(())
        self._saves.clear()
        self._details = None
        self._own = None
        self._new_of = None

    def _show_messages(self, messages: tuple[TrainingMessage, ...]) -> None:
        """Keep the bubbles of messages that stay, with their cursors; make and drop the others."""
        known = {saves.message_id: bubble for bubble, saves in self._saves.items() if saves.message_id is not None}
        drafts = [bubble for bubble, saves in self._saves.items() if saves.message_id is None]
        self._more.stop()
        self._coming = []
        shown: list[Bubble] = []
        for message in messages:
            bubble = known.get(message.id)
            if bubble is not None:
                self._saves[bubble].take(message)
                shown.append(bubble)
            elif self._coming or (len(shown) >= _AT_ONCE and not known):
                self._coming.append(message)
            else:
                shown.append(self._make(message, message.role))
        kept = {*shown, *drafts}
        self._saves = {bubble: saves for bubble, saves in self._saves.items() if bubble in kept}
        self._column.show_bubbles((*shown, *drafts))
        if self._coming:
            self._more.start()
        self._show_turn()

    def _make_more(self) -> None:
        messages, self._coming = self._coming[:_AT_ONCE], self._coming[_AT_ONCE:]
        drafts = [bubble for bubble in self._column.bubbles if self._saves[bubble].message_id is None]
        stored = [bubble for bubble in self._column.bubbles if bubble not in drafts]
        made = [self._make(message, message.role) for message in messages]
        self._column.show_bubbles((*stored, *made, *drafts))
        if self._coming:
            self._more.start()
        self._show_turn()

    def _make_all(self) -> None:
        while self._coming:
            self._make_more()
        self._more.stop()

    def _make(self, message: TrainingMessage | None, role: ParticipantRole) -> Bubble:
        bubble = Bubble(self._theme, message, role, forbidden=self._forbidden)
        saves = MessageSaves(
            self._runner, self._theme, bubble, self.conversation_id, message, first=self._add_conversation
        )
        saves.stored.connect(self._show_turn)
        self._saves[bubble] = saves
        bubble.delete_requested.connect(lambda: self._delete_message(bubble))
        return bubble

    def _show_turn(self) -> None:
        """The button says whose turn it is."""
        bubbles = self._column.bubbles
        is_waiting = any(saves.message_id is None for saves in self._saves.values())
        last = bubbles[-1].values()["role"] if bubbles else None
        self._add.setText(role_name(last if is_waiting and last is not None else next_role(last)))
        self._add.setAccessibleName(self.tr("Add a message"))

    # --- storing --------------------------------------------------------------------------------------------------

    def _on_changed(self, changes: Changes, initiator: object) -> None:
        if not (changes.touches(Entity.CONVERSATION) or changes.touches(Entity.MESSAGE)):
            return
        details = self._details
        if details is None or details.model_id not in changes.owners:
            return
        if any(initiator is saves for saves in self._saves.values()) and not changes.deleted:
            # The bubble shows it already; only the time of the conversation has moved.
            return
        self._read()

    def _add_conversation(self, saves: MessageSaves, draft: MessageDraft) -> None:
        """Store the first message together with its conversation."""
        model_id, adding = self._new_of, saves.adding
        if model_id is None or adding is None:
            return
        kept: list[ConversationDetails] = []

        def stored(_changes: Changes) -> None:
            details = kept[0]
            if shiboken6.isValid(self) and self._new_of == model_id:
                self._new_of = None
                self._details = details
                self._own = RowSaves(details, self._own_writer(details.id), self)
                self._head.show_details(details)
                self._offer_notes()
            saves.added(adding, details.messages[0], details.id)
            if shiboken6.isValid(self):
                self.added.emit(details.id)

        self._runner.write(self, storing.add_conversation, model_id=model_id, draft=draft, kept=kept).then(
            stored
        ).otherwise(saves.not_added)

    def _move(self, bubble: Bubble, place: int) -> None:
        message_id = self._saves[bubble].message_id
        if message_id is None:
            return
        self.flush()
        self._make_all()
        order = [one for one in self._column.bubbles if one is not bubble]
        order.insert(place, bubble)
        self._column.show_bubbles(order)
        self._column.focus(bubble)
        self._runner.write(self, conversations.move_message, message_id=message_id, to=place + 1).then(
            lambda _changes: None
        ).otherwise(self._not_done)

    def _delete_message(self, bubble: Bubble) -> None:
        message_id = self._saves[bubble].message_id
        bubbles = self._column.bubbles
        place = bubbles.index(bubble)
        if message_id is None:
            self._saves.pop(bubble)
            self._column.show_bubbles([one for one in bubbles if one is not bubble])
            self._show_turn()
        else:
            bubble.autosave.flush()
            self._runner.write(self, conversations.delete_message, message_id=message_id).then(
                lambda changes: self._done(changes, self.tr("Deleted a message")), owner=self
            ).otherwise(self._not_done)
        rest = [one for one in bubbles if one is not bubble]
        if rest:
            self._column.focus(rest[min(place, len(rest) - 1)])

    def _not_done(self, error: Exception) -> bool:
        self._read()
        if isinstance(error, UserError):
            self.notice.emit(Notice(str(error), kind="bad"))
            return True
        return False

    def _done(self, changes: Changes, text: str) -> None:
        notice = undo_notice(self._runner, changes, text)
        if notice is not None:
            self.notice.emit(notice)

    # --- the conversation's own fields ----------------------------------------------------------------------------

    def _offer_notes(self) -> None:
        self._notes.setEnabled(True)
        self._notes.setToolTip(self.tr("For people; no model ever sees them"))
        forbid(self._notes, self._forbidden)

    def _set_notes(self, text: str) -> None:
        if self._notes.toPlainText() != text:
            self._notes.blockSignals(True)
            self._notes.setPlainText(text)
            self._notes.blockSignals(False)

    def _save_own(self) -> None:
        if self._own is not None and self._notes.toPlainText() != self._own.expected("notes"):
            self._own.save({"notes": self._notes.toPlainText()})

    def _on_origin(self, origin: Origin) -> None:
        if self._own is not None:
            self._own.save({"origin": origin})

    def saved(self, saves: RowSaves[ConversationDetails], before: ConversationDetails, fields: Fields) -> None:
        """Called by the conversation's saves."""
        if saves is self._own:
            self._head.show_details(saves.details)

    def not_saved(self, saves: RowSaves[ConversationDetails], fields: Fields, error: Exception) -> bool:
        """Called by the conversation's saves."""
        if isinstance(error, ConflictError):
            dialog = ConflictDialog(
                self._theme,
                self.tr("This conversation was changed in another window"),
                mine=error.mine,
                theirs=error.theirs,
                labels={"notes": self.tr("Notes"), "origin": self.tr("Origin")},
                parent=self,
            )
            dialog.resolved.connect(lambda chosen: self._decided(saves, {**fields, **chosen}, error.current_version))
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()
            return True
        return self._not_done(error)

    def _decided(self, saves: RowSaves[ConversationDetails], fields: dict[str, Any], version: int) -> None:
        if saves is self._own and "notes" in fields:
            self._set_notes(fields["notes"])
        saves.save(fields, over=version)

    def _own_writer(self, conversation_id: TrainingConversationId) -> Any:
        runner = self._runner
        return lambda version, fields, kept: runner.write(
            self,
            storing.update_conversation,
            conversation_id=conversation_id,
            version=version,
            fields=fields,
            kept=kept,
        )
