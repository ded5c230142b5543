"""One message: who and when, the text, and for an answer its sources, its confidence and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QFrame, QWidget

from erpai_desktop.models.enums import MessageState, ParticipantRole, RowKind
from erpai_desktop.models.snapshots.chats import ChatMessage, SourceLink
from erpai_desktop.views.chat.chip import Chip
from erpai_desktop.views.chat.flow import FlowLayout
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge
from erpai_desktop.views.parts.buttons import IconButton
from erpai_desktop.views.parts.layout import column, frame, label, row, stretch
from erpai_desktop.views.parts.markdown_view import MarkdownView
from erpai_desktop.views.parts.wording import local_time

_SURE = 0.75
"""From here on the confidence badge is green; below it, down to the version's threshold, it is plain."""


class MessageView(QWidget):
    """Space or a click on the circle ticks it for Train AI."""

    ticked = Signal(object, bool, bool)
    """(ChatMessageId, whether ticked, whether Shift was held: the range since the last one)"""
    open_source = Signal(object)
    """A SourceLink."""
    ask_again = Signal(str)
    """A nearest question to ask instead, or the same one after a failure."""
    draft_requested = Signal(object)
    """The ChatMessageId of a refusal whose question deserves a Q&A."""
    rated = Signal(object, int)

    def __init__(self, theme: Theme, message: ChatMessage, model_name: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._message = message
        own = message.role is ParticipantRole.USER
        self._tick = IconButton(
            theme, "unticked", self.tr("Tick for Train AI"), self.tr("Tick for Train AI (Space; Shift adds the range)")
        )
        self._tick.setCheckable(True)
        self._tick.clicked.connect(self._on_tick)
        who = self.tr("You") if own else model_name
        parts = [who, *([f"v{message.version}"] if message.version else []), local_time(message.time_utc)]
        self._body = MarkdownView(theme)
        self._body.setAccessibleName(self.tr("{who} wrote").format(who=who))
        self._body.setToolTip(self.tr("Select text to copy it"))
        self._body.set_markdown(self._text())
        inside = column(self._body, gap=6, margins=(10, 8, 10, 8))
        chips = self._chips()
        if chips is not None:
            inside.addWidget(chips)
        bubble: QFrame = frame(inside, "own_bubble" if own else "bubble")
        head = row(label(" · ".join(parts), "note"), stretch(), gap=0)
        if not own and message.state is MessageState.COMPLETE:
            for button in self._buttons():
                head.addWidget(button)
        else:
            head.addSpacing(18)
        right = column(head, bubble, gap=2)
        layout = row(self._tick, right, gap=4, margins=(8, 3, 12, 5))
        layout.setAlignment(self._tick, Qt.AlignmentFlag.AlignTop)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(f"{' '.join(parts)}: {self._text()[:200]}")

    @property
    def message(self) -> ChatMessage:
        """What is shown."""
        return self._message

    def set_ticked(self, ticked: bool) -> None:
        """Show it as ticked or not, without a signal."""
        self._tick.setChecked(ticked)
        self._tick.setIcon(self._theme.icon("ticked" if ticked else "unticked", "accent" if ticked else "faint"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space ticks."""
        if event.key() == Qt.Key.Key_Space:
            self._tick.setChecked(not self._tick.isChecked())
            self._tell(event.modifiers())
        else:
            super().keyPressEvent(event)

    def _on_tick(self) -> None:
        self._tell(QGuiApplication.keyboardModifiers())

    def _tell(self, modifiers: Qt.KeyboardModifier) -> None:
        ticked = self._tick.isChecked()
        self.set_ticked(ticked)
        self.ticked.emit(self._message.id, ticked, bool(modifiers & Qt.KeyboardModifier.ShiftModifier))

    def _text(self) -> str:
        message = self._message
        if message.state is MessageState.FAILED:
            return message.contents or self.tr("The answer could not be made.")
        if message.state is MessageState.STOPPED:
            return message.contents or self.tr("*Stopped.*")
        if message.refused and not message.contents:
            return self._refusal()
        return message.contents

    def _refusal(self) -> str:
        if self._message.conflicted:
            return self.tr("Two curated answers differ here; a person has to decide which one holds.")
        return self.tr("I have no curated answer for that.")

    def _chips(self) -> QWidget | None:
        message = self._message
        flow = FlowLayout()
        for number, source in enumerate(message.sources, start=1):
            flow.addWidget(self._source_chip(number, source))
        if message.refused:
            confidence = f" · {message.confidence:.2f}" if message.confidence is not None else ""
            flow.addWidget(
                Badge(
                    self.tr("not known") + confidence,
                    "warning",
                    tooltip=self.tr("Below the confidence from which this version answers"),
                )
            )
            draft = Chip(self._theme, self.tr("Draft a Q&A"), self.tr("Write the answer it should have had"))
            draft.clicked.connect(lambda: self.draft_requested.emit(message.id))
            flow.addWidget(draft)
            for near in message.nearest[:3]:
                chip = Chip(
                    self._theme,
                    near.question,
                    self.tr("Ask this instead ({score} similar)").format(score=f"{near.score:.2f}"),
                )
                chip.clicked.connect(lambda _checked=False, near=near: self.ask_again.emit(near.question))
                flow.addWidget(chip)
        elif message.confidence is not None and message.role is ParticipantRole.ASSISTANT:
            flow.addWidget(
                Badge(
                    f"{message.confidence:.2f}",
                    "good" if message.confidence >= _SURE else "plain",
                    tooltip=self.tr("How sure it is, from 0 to 1"),
                )
            )
        if message.state is MessageState.FAILED:
            again = Chip(self._theme, self.tr("Try again"), self.tr("Ask the same question once more"))
            again.clicked.connect(lambda: self.ask_again.emit(""))
            flow.addWidget(again)
        if not flow.count():
            return None
        holder = QWidget()
        holder.setLayout(flow)
        return holder

    def _source_chip(self, number: int, source: SourceLink) -> Chip:
        kind = self.tr("Q&A") if source.kind is RowKind.QA else self.tr("training conversation")
        where = source.section or kind
        chip = Chip(
            self._theme,
            f"{number} {where} · {source.question}",
            self.tr("Open this {kind} of {model}:\n{question}").format(
                kind=kind, model=source.model_name, question=source.question
            ),
        )
        chip.clicked.connect(lambda: self.open_source.emit(source))
        return chip

    def _buttons(self) -> list[QWidget]:
        message = self._message
        copy = IconButton(self._theme, "copy", self.tr("Copy"), self.tr("Copy this answer"), size="small")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._text()))
        good = IconButton(self._theme, "thumb_up", self.tr("Good answer"), checkable=True, size="small")
        bad = IconButton(self._theme, "thumb_down", self.tr("Bad answer"), checkable=True, size="small")
        good.setChecked((message.rating or 0) > 0)
        bad.setChecked((message.rating or 0) < 0)
        good.clicked.connect(lambda on: self.rated.emit(message.id, 1 if on else 0))
        bad.clicked.connect(lambda on: self.rated.emit(message.id, -1 if on else 0))
        return [copy, good, bad]
