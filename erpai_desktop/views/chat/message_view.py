"""One message: who and when, the words, what stands below them, and the circle that ticks it for Train AI."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QGuiApplication, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy, QWidget

from erpai_desktop.models.enums import MessageState, ParticipantRole
from erpai_desktop.models.snapshots.chats import ChatMessage
from erpai_desktop.views.chat.answer_foot import AnswerFoot
from erpai_desktop.views.chat.tick_circle import TickCircle
from erpai_desktop.views.chat.wording import can_teach, heading, shown_text, speaker
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import IconButton
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.layout import column, frame, row
from erpai_desktop.views.parts.markdown_view import MarkdownView

_HEAD: Final = 20


class MessageView(QWidget):
    """Space or a click on the circle ticks it. Of all messages of a list only the current one's controls take Tab.

    With `provisional` it is a question on its way to the workspace, or an answer still being made: it cannot be ticked.
    """

    ticked = Signal(object, bool, bool)
    """(ChatMessageId, whether ticked, whether Shift was held: the range since the last one)"""
    entered = Signal(object)
    """The ChatMessageId that the keyboard or the mouse came to."""
    open_source = Signal(object)
    """A SourceLink."""
    ask_instead = Signal(str)
    """A known question near the one that was not answered."""
    try_again = Signal(object)
    """The ChatMessageId of an answer that failed or was stopped, or that stands in for a provider's."""
    draft_requested = Signal(object)
    """The ChatMessageId of a refusal whose question deserves a Q&A."""
    conflict_requested = Signal()
    providers_requested = Signal()
    rated = Signal(object, int)
    link_opened = Signal(str)
    """A web address that the person agreed to open."""

    def __init__(
        self,
        theme: Theme,
        message: ChatMessage,
        model_name: str,
        *,
        provisional: bool = False,
        no_draft: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._message = message
        self._no_draft = no_draft
        self._own = message.role is ParticipantRole.USER
        self._is_current = True
        self._streams = False
        self._tick = TickCircle(
            theme, self.tr("Tick for Train AI"), self.tr("Tick for Train AI (Space; Shift ticks a range)")
        )
        self._tick.clicked.connect(self._on_tick)
        if provisional:
            self._tick.disabled_because(self.tr("Not stored yet"))
        elif not can_teach(message):
            self._tick.disabled_because(self.tr("There is nothing in it to learn from"))
        self._body = MarkdownView(theme)
        self._body.setAccessibleName(self.tr("{who} wrote").format(who=speaker(message, model_name)))
        self._body.setToolTip(self.tr("Select text to copy it"))
        self._body.set_markdown(shown_text(message))
        self._body.link_opened.connect(self.link_opened)
        self._actions = () if provisional else self._make_actions()
        self._build(model_name)
        self.setAccessibleName(f"{heading(message, model_name)}: {shown_text(message)[:200]}")
        self.setAccessibleDescription(self.tr("Space ticks it for Train AI"))
        self._controls: list[QWidget] = [self._body, *self.findChildren(QAbstractButton)]
        for control in self._controls:
            control.installEventFilter(self)
        self.set_current(False)

    @property
    def message(self) -> ChatMessage:
        """What is shown."""
        return self._message

    @property
    def words(self) -> str:
        """What is shown, as Markdown."""
        return self._body.markdown

    def say(self, text: str) -> None:
        """Show an answer as far as it has got; what is added to it is painted within a frame or two."""
        before = self._body.markdown
        if not self._streams or not text.startswith(before):
            self._streams, before = True, ""
            self._body.begin_stream()
        if len(text) > len(before):
            self._body.append(text[len(before) :])

    def set_ticked(self, ticked: bool) -> None:
        """Show it as ticked or not, without a signal."""
        self._tick.setChecked(ticked)

    def set_current(self, current: bool) -> None:
        """Whether Tab leads here."""
        if current == self._is_current:
            return
        self._is_current = current
        by_tab = Qt.FocusPolicy.StrongFocus if current else Qt.FocusPolicy.ClickFocus
        self.setFocusPolicy(by_tab)
        for control in self._controls:
            control.setFocusPolicy(by_tab)
        self._show_actions()

    def toggle_tick(self, *, as_range: bool = False) -> None:
        """Tick or untick it as the person would."""
        if self._tick.isEnabled():
            self._tick.setChecked(not self._tick.isChecked())
            self._tell(as_range)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space ticks."""
        if event.key() == Qt.Key.Key_Space:
            self.toggle_tick(as_range=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Become the current message."""
        super().focusInEvent(event)
        self.entered.emit(self._message.id)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the ring away."""
        super().focusOutEvent(event)
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Offer what can be done with an answer while the mouse is over it."""
        super().enterEvent(event)
        self._show_actions()

    def leaveEvent(self, event: QEvent) -> None:
        """Calm again."""
        super().leaveEvent(event)
        self._show_actions()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A control inside that gets the keyboard makes this the current message."""
        if event.type() == QEvent.Type.FocusIn:
            self.entered.emit(self._message.id)
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """A ring around the bubble while the message itself has the keyboard."""
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.color("accent"), 2))
            corner = self._theme.metrics.radius_card + 1
            painter.drawRoundedRect(self._bubble.geometry().toRectF().adjusted(-1, -1, 1, 1), corner, corner)
            painter.end()

    # --- building -------------------------------------------------------------------------------------------------

    def _build(self, model_name: str) -> None:
        message = self._message
        inside = column(self._body, gap=6, margins=(10, 8, 10, 8))
        foot = AnswerFoot(self._theme, message, no_draft=self._no_draft)
        if foot.is_empty:
            foot.deleteLater()
        else:
            foot.open_source.connect(self.open_source)
            foot.ask_instead.connect(self.ask_instead)
            foot.try_again.connect(lambda: self.try_again.emit(message.id))
            foot.draft_requested.connect(lambda: self.draft_requested.emit(message.id))
            foot.conflict_requested.connect(self.conflict_requested)
            foot.providers_requested.connect(self.providers_requested)
            inside.addWidget(foot)
        self._bubble: QFrame = frame(inside, "own_bubble" if self._own else "bubble")
        # As tall as its width makes it; the frame's own policy would hold it to the height of one line of chips.
        self._bubble.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        head = QWidget()
        # The same for questions and answers, though the buttons of an answer would like more.
        head.setFixedHeight(_HEAD)
        words = ElidedLabel(heading(message, model_name), role="note")
        head_row = row(words, 8, *self._actions, gap=0)
        head_row.setStretchFactor(words, 1)
        head.setLayout(head_row)
        layout = row(self._tick, column(head, self._bubble, gap=0), gap=4, margins=(8, 3, 12, 5))
        layout.setAlignment(self._tick, Qt.AlignmentFlag.AlignTop)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def _make_actions(self) -> tuple[IconButton, ...]:
        message = self._message
        if self._own or message.state is not MessageState.COMPLETE:
            return ()
        copy = IconButton(self._theme, "copy", self.tr("Copy"), self.tr("Copy this answer (Ctrl+C)"), size="small")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(shown_text(message)))
        self._good = IconButton(self._theme, "thumb_up", self.tr("Good answer"), checkable=True, size="small")
        self._bad = IconButton(self._theme, "thumb_down", self.tr("Bad answer"), checkable=True, size="small")
        self._good.setChecked((message.rating or 0) > 0)
        self._bad.setChecked((message.rating or 0) < 0)
        self._good.clicked.connect(lambda on: self._rate(1 if on else 0))
        self._bad.clicked.connect(lambda on: self._rate(-1 if on else 0))
        return copy, self._good, self._bad

    # --- inside ---------------------------------------------------------------------------------------------------

    def _show_actions(self) -> None:
        for button in self._actions:
            button.setVisible(self._is_current or self.underMouse() or button.isChecked())

    def _rate(self, rating: int) -> None:
        self._good.setChecked(rating > 0)
        self._bad.setChecked(rating < 0)
        self.rated.emit(self._message.id, rating)

    def _on_tick(self) -> None:
        self._tell(bool(QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier))

    def _tell(self, as_range: bool) -> None:
        self.ticked.emit(self._message.id, self._tick.isChecked(), as_range)
