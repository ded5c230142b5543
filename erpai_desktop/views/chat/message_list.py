"""The messages of one conversation, newest at the foot; earlier ones are made when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from erpai_desktop.models.enums import MessageState, ParticipantRole
from erpai_desktop.models.ids import ChatMessageId
from erpai_desktop.models.snapshots.chats import ChatMessage
from erpai_desktop.views.chat.message_view import MessageView
from erpai_desktop.views.chat.place import Place
from erpai_desktop.views.chat.ticks import Ticks
from erpai_desktop.views.chat.wording import as_text
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import QuietButton
from erpai_desktop.views.parts.layout import column, label, row, stretch
from erpai_desktop.views.parts.wording import plural

_PAGE: Final = 30
_AT_ONCE: Final = 6
"""Messages made before the window gets its turn again: each takes a few milliseconds."""
_FIRST: Final = -1_000_000
_KEYS: Final[dict[int, int]] = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Home: _FIRST,
    Qt.Key.Key_End: 1_000_000,
}


class MessageList(QScrollArea):
    """Follows new messages only while the person is at the foot. Up, Down, Home and End go from message to message."""

    open_source = Signal(object)
    ask_instead = Signal(str)
    try_again = Signal(object)
    draft_requested = Signal(object)
    conflict_requested = Signal()
    providers_requested = Signal()
    rated = Signal(object, int)
    link_opened = Signal(str)
    ticks_changed = Signal()
    left = Signal()
    """Escape: back to the question."""

    def __init__(self, theme: Theme, *, no_draft: str = "", parent: QWidget | None = None) -> None:
        """`no_draft` says why nobody may draft a Q&A here."""
        super().__init__(parent)
        self._theme = theme
        self._no_draft = no_draft
        self._messages: tuple[ChatMessage, ...] = ()
        self._views: dict[ChatMessageId, MessageView] = {}
        self._shown_from = 0
        self._wanted_from = 0
        self._goes_to_first = False
        self._current: ChatMessageId | None = None
        self._model_name = ""
        self._pending: MessageView | None = None
        self._live: MessageView | None = None
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self._make_more)
        self.ticks = Ticks(self)
        self.ticks.changed.connect(self._on_ticks)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.tr("Messages"))
        self._earlier = QuietButton(
            theme, self.tr("Show earlier messages"), self.tr("Show the messages before these"), icon="history"
        )
        self._earlier.clicked.connect(self.show_earlier)
        self._thinking = label(self.tr("Looking for the answer…"), "note")
        self._thinking.setContentsMargins(38, 2, 0, 10)
        self._thinking.hide()
        self._column: QVBoxLayout = column(gap=0)
        self._foot: QVBoxLayout = column(gap=0)
        inner = QFrame()
        inner.setProperty("role", "ground")
        inner.setLayout(
            column(
                row(stretch(), self._earlier, stretch()),
                self._column,
                self._foot,
                self._thinking,
                stretch(),
                gap=0,
                margins=(0, 8, 0, 8),
            )
        )
        self._earlier.hide()
        self.setWidget(inner)
        self._place_kept = Place(self.verticalScrollBar(), self._on_screen)
        self._place_kept.followed.connect(self._hide_jump)
        self._jump = QuietButton(
            theme, self.tr("New messages"), self.tr("Go to the newest message (End)"), icon="down", parent=self
        )
        self._jump.clicked.connect(self.to_foot)
        self._jump.hide()
        self._unseen = 0

    # --- what the dock calls --------------------------------------------------------------------------------------

    @property
    def ticked(self) -> tuple[ChatMessageId, ...]:
        """The ticked messages, in the order of the conversation."""
        return self.ticks.ticked

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        """All messages of the conversation."""
        return self._messages

    @property
    def shown(self) -> tuple[MessageView, ...]:
        """Those that are made, in order: the newest ones, and earlier ones that were asked for."""
        return tuple(self._views[message.id] for message in self._messages[self._shown_from :])

    def show_messages(self, messages: Sequence[ChatMessage], model_name: str, *, same_chat: bool) -> None:
        """Show a conversation; of the same one only what is new or has changed is made."""
        known = {message.id for message in self._messages} if same_chat else set()
        if not same_chat or model_name != self._model_name:
            self._clear()
        if not same_chat:
            self._wanted_from = max(0, len(messages) - _PAGE)
            self._shown_from = max(0, len(messages) - _AT_ONCE)
            self._goes_to_first = False
            self._current = None
            self._place_kept.follow()
        self._messages = tuple(messages)
        self._model_name = model_name
        self.ticks.keep([message.id for message in messages], clear=not same_chat)
        self._arrange()
        new = sum(message.id not in known for message in messages)
        if new and known and not self._place_kept.follows:
            self._show_jump(new)

    def set_pending(self, text: str, *, thinking: bool) -> None:
        """A question that is being stored (if any), and whether its answer is being made."""
        if self._pending is not None:
            self._foot.removeWidget(self._pending)
            self._pending.hide()
            self._pending.deleteLater()
            self._pending = None
        if text:
            self._pending = MessageView(self._theme, _on_its_way(text), self._model_name, provisional=True)
            self._foot.insertWidget(0, self._pending)
        self._thinking.setVisible(thinking)

    def set_live(self, text: str) -> None:
        """The answer that is being made, as far as it has got; empty takes it away."""
        if not text:
            if self._live is not None:
                self._foot.removeWidget(self._live)
                self._live.hide()
                self._live.deleteLater()
                self._live = None
            return
        if self._live is None:
            self._live = MessageView(
                self._theme, _on_its_way(text, ParticipantRole.ASSISTANT), self._model_name, provisional=True
            )
            self._foot.addWidget(self._live)
        self._live.say(text)
        self._thinking.hide()

    def question_before(self, message_id: ChatMessageId) -> str:
        """The question that a message answers; empty when nothing was asked before it."""
        question = ""
        for message in self._messages:
            if message.id == message_id:
                break
            if message.role is ParticipantRole.USER:
                question = message.contents
        return question

    def text(self, *, ticked: bool) -> str:
        """The whole conversation, or the ticked messages, for the clipboard."""
        chosen = [message for message in self._messages if not ticked or self.ticks.is_ticked(message.id)]
        return as_text(chosen, self._model_name)

    def clear_ticks(self) -> None:
        """Untick all."""
        self.ticks.clear()

    def tick(self, message_id: ChatMessageId, ticked: bool = True) -> None:
        """Tick or untick one message."""
        self.ticks.tick(message_id, ticked)

    def to_foot(self) -> None:
        """Show the newest message, and follow what comes."""
        self._place_kept.follow()

    def show_earlier(self) -> None:
        """Make the messages before those on show; what one was reading stays where it was."""
        self._place_kept.hold()
        self._wanted_from = max(0, self._wanted_from - _PAGE)
        self._make_more()

    def focus(self) -> None:
        """Give the current message, else the newest, the keyboard."""
        view = self._views.get(self._current) if self._current is not None else None
        views = self.shown
        if view is None and views:
            view = views[-1]
        if view is not None:
            view.setFocus(Qt.FocusReason.TabFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up, Down, Home and End go from message to message, Ctrl+C copies, Escape unticks or leaves."""
        step = _KEYS.get(event.key())
        if step is not None:
            self._step(step)
        elif event.matches(QKeySequence.StandardKey.Copy):
            view = self._views.get(self._current) if self._current is not None else None
            if view is not None:
                QGuiApplication.clipboard().setText(view.words)
        elif event.key() == Qt.Key.Key_Escape:
            if self.ticked:
                self.clear_ticks()
            else:
                self.left.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the button to the newest message in its place."""
        super().resizeEvent(event)
        self._place_jump()

    # --- inside ---------------------------------------------------------------------------------------------------

    def _make_more(self) -> None:
        if self._shown_from > self._wanted_from:
            self._shown_from = max(self._wanted_from, self._shown_from - _AT_ONCE)
            self._arrange()
        if self._goes_to_first and self._shown_from == self._wanted_from:
            self._goes_to_first = False
            self._go_to(self._shown_from)

    def _arrange(self) -> None:
        shown = self._messages[self._shown_from :]
        kept = {message.id for message in shown}
        for message_id in [known for known in self._views if known not in kept]:
            self._remove(message_id)
        for place, message in enumerate(shown):
            view = self._views.get(message.id)
            if view is not None and view.message == message:
                continue
            if view is not None:
                self._remove(message.id)
            self._column.insertWidget(place, self._make(message))
        focused = self.focusWidget()
        read_by_keyboard = focused is not None and focused.hasFocus()
        if self._current not in kept or not read_by_keyboard:
            self._set_current(shown[-1].id if shown else None)
        elif self._current is not None:
            self._views[self._current].set_current(True)
        self._earlier.setVisible(self._wanted_from > 0)
        self._earlier.setText(
            plural(self._wanted_from, self.tr("Show 1 earlier message"), self.tr("Show {n} earlier messages"))
        )
        if self._shown_from > self._wanted_from:
            self._more.start()

    def _make(self, message: ChatMessage) -> MessageView:
        view = MessageView(self._theme, message, self._model_name, no_draft=self._no_draft)
        view.set_ticked(self.ticks.is_ticked(message.id))
        view.ticked.connect(self.ticks.on_tick)
        view.entered.connect(self._set_current)
        view.open_source.connect(self.open_source)
        view.ask_instead.connect(self.ask_instead)
        view.try_again.connect(self.try_again)
        view.draft_requested.connect(self.draft_requested)
        view.conflict_requested.connect(self.conflict_requested)
        view.providers_requested.connect(self.providers_requested)
        view.rated.connect(self.rated)
        view.link_opened.connect(self.link_opened)
        self._views[message.id] = view
        return view

    def _remove(self, message_id: ChatMessageId) -> None:
        view = self._views.pop(message_id)
        had_focus = view.isAncestorOf(focused) if (focused := self.focusWidget()) is not None else False
        self._column.removeWidget(view)
        view.hide()
        view.deleteLater()
        if had_focus:
            self.left.emit()

    def _clear(self) -> None:
        for message_id in list(self._views):
            self._remove(message_id)

    def _set_current(self, message_id: ChatMessageId | None) -> None:
        before = self._views.get(self._current) if self._current is not None else None
        if before is not None and self._current != message_id:
            before.set_current(False)
        self._current = message_id
        if message_id is not None:
            self._views[message_id].set_current(True)

    def _step(self, step: int) -> None:
        ids = [message.id for message in self._messages]
        if not ids:
            return
        place = ids.index(self._current) if self._current in ids else len(ids) - 1
        if step == _FIRST and self._shown_from > 0:
            self._to_first()
        else:
            self._go_to(max(0, min(len(ids) - 1, place + step)))

    def _to_first(self) -> None:
        """To the first message that is made; from there on to a page of those before it: all would take too long."""
        if self._shown_from == self._wanted_from and self._current == self._messages[self._shown_from].id:
            self._goes_to_first = True
            self.show_earlier()
        elif self._shown_from == self._wanted_from:
            self._go_to(self._shown_from)
        else:
            self._goes_to_first = True

    def _go_to(self, place: int) -> None:
        if place < self._shown_from:
            self._place_kept.hold()
            self._shown_from = place
            self._wanted_from = min(self._wanted_from, place)
            self._arrange()
        view = self._views[self._messages[place].id]
        # One that was made just now is shown by its layout a moment later: too late for the keyboard.
        view.show()
        view.setFocus(Qt.FocusReason.OtherFocusReason)
        if place == len(self._messages) - 1:
            self.to_foot()
        else:
            self.ensureWidgetVisible(view, 0, 8)

    def _on_ticks(self) -> None:
        for message_id, view in self._views.items():
            view.set_ticked(self.ticks.is_ticked(message_id))
        self.ticks_changed.emit()

    def _on_screen(self) -> Sequence[QWidget]:
        return self.shown

    def _show_jump(self, new: int) -> None:
        self._unseen += new
        self._jump.setText(plural(self._unseen, self.tr("1 new message"), self.tr("{n} new messages")))
        self._jump.adjustSize()
        self._jump.show()
        self._place_jump()

    def _hide_jump(self) -> None:
        self._unseen = 0
        self._jump.hide()

    def _place_jump(self) -> None:
        size = self._jump.sizeHint()
        self._jump.setGeometry(
            (self.viewport().width() - size.width()) // 2,
            self.viewport().height() - size.height() - 8,
            size.width(),
            size.height(),
        )


def _on_its_way(text: str, role: ParticipantRole = ParticipantRole.USER) -> ChatMessage:
    return ChatMessage(
        id=ChatMessageId(uuid4()),
        role=role,
        contents=text,
        state=MessageState.COMPLETE,
        time_utc=datetime.now(UTC),
        version=None,
        refused=False,
        confidence=None,
        sources=(),
        nearest=(),
        rating=None,
    )
