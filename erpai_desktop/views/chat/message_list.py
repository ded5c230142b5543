"""The messages of one conversation, newest at the foot; earlier ones are made when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from erpai_desktop.models.ids import ChatMessageId
from erpai_desktop.models.snapshots.chats import ChatMessage
from erpai_desktop.views.chat.message_view import MessageView
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import QuietButton
from erpai_desktop.views.parts.layout import column, label, row, stretch
from erpai_desktop.views.parts.wording import plural

_PAGE = 30
_NEAR_THE_FOOT = 40


class MessageList(QScrollArea):
    """Keeps its place: it follows new messages only while the person is at the foot."""

    open_source = Signal(object)
    ask_again = Signal(str, object)
    """(the question, or empty to repeat; the ChatMessageId it was asked from)"""
    draft_requested = Signal(object)
    rated = Signal(object, int)
    ticks_changed = Signal()

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._messages: tuple[ChatMessage, ...] = ()
        self._views: dict[ChatMessageId, MessageView] = {}
        self._shown_from = 0
        self._ticked: list[ChatMessageId] = []
        self._last_tick: ChatMessageId | None = None
        self._model_name = ""
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.tr("Messages"))
        self._earlier = QuietButton(theme, "", self.tr("Show the messages before these"), icon="history")
        self._earlier.clicked.connect(self._show_earlier)
        self._thinking = label(self.tr("Looking for the answer…"), "note")
        self._thinking.setContentsMargins(40, 4, 0, 8)
        self._thinking.hide()
        self._layout: QVBoxLayout = column(
            row(stretch(), self._earlier, stretch()), self._thinking, stretch(), gap=0, margins=(0, 8, 0, 8)
        )
        self._inner = QFrame()
        self._inner.setProperty("role", "ground")
        self._inner.setLayout(self._layout)
        self._inner.installEventFilter(self)
        self.setWidget(self._inner)

    # --- what the dock calls --------------------------------------------------------------------------------------

    @property
    def ticked(self) -> tuple[ChatMessageId, ...]:
        """The ticked messages, in the order of the conversation."""
        wanted = set(self._ticked)
        return tuple(message.id for message in self._messages if message.id in wanted)

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        """All messages of the conversation."""
        return self._messages

    def show_messages(self, messages: Sequence[ChatMessage], model_name: str, *, same_chat: bool) -> None:
        """Show a conversation; of the same one only what is new or has changed is made."""
        at_foot = self._at_foot() or not same_chat
        if not same_chat:
            self._clear()
            self._shown_from = max(0, len(messages) - _PAGE)
            self.clear_ticks()
        self._messages = tuple(messages)
        self._model_name = model_name
        self._place()
        if at_foot:
            QTimer.singleShot(0, self._to_foot)

    def set_thinking(self, thinking: bool) -> None:
        """An answer is being made."""
        self._thinking.setVisible(thinking)
        if thinking:
            QTimer.singleShot(0, self._to_foot)

    def clear_ticks(self) -> None:
        """Untick all."""
        for message_id in self._ticked:
            view = self._views.get(message_id)
            if view is not None:
                view.set_ticked(False)
        self._ticked = []
        self._last_tick = None
        self.ticks_changed.emit()

    def tick(self, message_id: ChatMessageId, ticked: bool = True) -> None:
        """Tick or untick one message."""
        if ticked and message_id not in self._ticked:
            self._ticked.append(message_id)
        elif not ticked and message_id in self._ticked:
            self._ticked.remove(message_id)
        view = self._views.get(message_id)
        if view is not None:
            view.set_ticked(ticked)
        self.ticks_changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A message that grew while one stands at the foot keeps one there."""
        if event.type() == QEvent.Type.Resize and self._follows:
            QTimer.singleShot(0, self._to_foot)
        return False

    # --- inside ---------------------------------------------------------------------------------------------------

    _follows = True

    def _place(self) -> None:
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
            self._layout.insertWidget(place + 1, self._make(message))
        self._earlier.setVisible(self._shown_from > 0)
        self._earlier.setText(
            plural(self._shown_from, self.tr("Show 1 earlier message"), self.tr("Show {n} earlier messages"))
        )

    def _make(self, message: ChatMessage) -> MessageView:
        view = MessageView(self._theme, message, self._model_name)
        view.set_ticked(message.id in self._ticked)
        view.ticked.connect(self._on_tick)
        view.open_source.connect(self.open_source)
        view.ask_again.connect(lambda question: self.ask_again.emit(question, message.id))
        view.draft_requested.connect(self.draft_requested)
        view.rated.connect(self.rated)
        self._views[message.id] = view
        return view

    def _remove(self, message_id: ChatMessageId) -> None:
        view = self._views.pop(message_id)
        self._layout.removeWidget(view)
        view.hide()
        view.deleteLater()

    def _clear(self) -> None:
        for message_id in list(self._views):
            self._remove(message_id)

    def _show_earlier(self) -> None:
        from_foot = self.verticalScrollBar().maximum() - self.verticalScrollBar().value()
        self._follows = False
        self._shown_from = max(0, self._shown_from - _PAGE)
        self._place()
        # What one was reading stays where it was.
        QTimer.singleShot(0, lambda: self._keep_from_foot(from_foot))

    def _keep_from_foot(self, distance: int) -> None:
        self._inner.adjustSize()
        bar = self.verticalScrollBar()
        bar.setValue(bar.maximum() - distance)

    def _on_tick(self, message_id: ChatMessageId, ticked: bool, as_range: bool) -> None:
        ids = [message.id for message in self._messages]
        if as_range and ticked and self._last_tick in ids:
            first, last = sorted((ids.index(self._last_tick), ids.index(message_id)))
            for between in ids[first : last + 1]:
                self.tick(between)
        else:
            self.tick(message_id, ticked)
        self._last_tick = message_id

    def _at_foot(self) -> bool:
        bar = self.verticalScrollBar()
        self._follows = bar.maximum() - bar.value() <= _NEAR_THE_FOOT
        return self._follows

    def _to_foot(self) -> None:
        self._follows = True
        bar = self.verticalScrollBar()
        bar.setValue(bar.maximum())
