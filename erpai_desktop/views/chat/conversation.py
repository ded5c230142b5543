"""The conversation on show: reads it, asks in it, follows what changes it, and keeps what was typed and not sent."""

from __future__ import annotations

from collections.abc import Hashable

from PySide6.QtCore import QObject, Signal

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import NotFoundError
from erpai_desktop.models.enums import ParticipantRole
from erpai_desktop.models.ids import ChatId, ChatMessageId, ModelId, UserId
from erpai_desktop.models.snapshots.chats import ChatDetails
from erpai_desktop.views.chat.questions import Asking, Question, Questions
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.workers.intentions import chats, chats_reading
from erpai_desktop.workers.outcome import Outcome
from erpai_desktop.workers.runner import Runner


class Conversation(QObject):
    """One at a time, or none before the first question of a new one; questions in others go on meanwhile."""

    shown = Signal(object, bool)
    """(ChatDetails, whether the same conversation was on show before)"""
    left = Signal()
    """There is none on show now."""
    moved = Signal()
    """What it waits for has changed."""
    told = Signal(object)
    """The Question it waits for, whose answer has grown."""
    given_back = Signal(str)
    """A text that was not taken, to be sent again or changed."""
    notice = Signal(object)

    def __init__(self, runner: Runner, user_id: UserId, asking: Asking, *, language: str, parent: QObject) -> None:
        super().__init__(parent)
        self._runner = runner
        self._user_id = user_id
        self._language = language
        self._chat_id: ChatId | None = None
        self._details: ChatDetails | None = None
        self._beginning: Question | None = None
        self._unsent: dict[ChatId, str] = {}
        self.questions = Questions(runner, asking, self)
        self.questions.begun.connect(self._on_begun)
        self.questions.not_begun.connect(self._on_not_begun)
        self.questions.told.connect(self._on_told)
        self.questions.ended.connect(self._on_ended)
        runner.changed.connect(self._on_changed)

    @property
    def chat_id(self) -> ChatId | None:
        """Which one; None for one that has no question yet."""
        return self._chat_id

    @property
    def details(self) -> ChatDetails | None:
        """What was read of it last."""
        return self._details

    @property
    def waits(self) -> Question | None:
        """The question that it waits for."""
        return self.questions.under_way(self._chat_id) or (self._beginning if self._chat_id is None else None)

    @property
    def pending(self) -> Question | None:
        """The same as long as it is not stored, so that nobody else shows it."""
        waiting = self.waits
        return waiting if waiting is not None and self._known <= waiting.known else None

    @property
    def said(self) -> str:
        """What the answer has come to that is being made."""
        # Once the answer is stored it stands among the messages, though its job may still be ending.
        waiting = self.waits
        return waiting.said if waiting is not None and self._known <= waiting.known + 1 else ""

    def open(self, chat_id: ChatId) -> None:
        """Show one of the person's conversations, with what was typed in it and not sent."""
        if chat_id != self._chat_id:
            self.leave()
            self._chat_id = chat_id
            if self._unsent.get(chat_id):
                self.given_back.emit(self._unsent.pop(chat_id))
        self._read(chat_id)

    def leave(self) -> None:
        """Show none; the next question begins one."""
        self._chat_id = None
        self._details = None
        self._beginning = None
        self.left.emit()

    def keep_unsent(self, text: str) -> bool:
        """Keep what was typed here until one comes back; whether it was kept."""
        if self._chat_id is None or not text.strip():
            return False
        self._unsent[self._chat_id] = text
        return True

    def forget_unsent(self) -> None:
        """What was typed goes along to a new conversation."""
        if self._chat_id is not None:
            self._unsent.pop(self._chat_id, None)

    def ask(self, model_id: ModelId | None, text: str) -> None:
        """Ask in it, or begin one with this model. Only while it waits for nothing."""
        if self._chat_id is None:
            self._beginning = self.questions.ask_new(model_id, text)
        else:
            self.questions.ask(self._chat_id, text, known=self._known)

    def stop(self) -> None:
        """Stop the answer that is being made in it."""
        self.questions.stop(self._chat_id)

    def rate(self, message_id: ChatMessageId, rating: int) -> None:
        """Keep what a person thinks of an answer; 0 takes it back."""
        self._runner.write(self, chats.rate, message_id=message_id, rating=rating or None)

    # --- questions ------------------------------------------------------------------------------------------------

    @property
    def _known(self) -> int:
        return len(self._details.messages) if self._details is not None else 0

    def _on_begun(self, question: Question) -> None:
        if question is self._beginning:
            self._beginning = None
            self._chat_id = question.chat_id
            self.moved.emit()

    def _on_not_begun(self, question: Question) -> None:
        if question is self._beginning:
            self._beginning = None
        self.notice.emit(Notice(question.error, kind="bad"))
        self.given_back.emit(question.text)
        self.moved.emit()

    def _on_told(self, question: Question) -> None:
        if question is self.waits:
            self.told.emit(question)

    def _on_ended(self, question: Question) -> None:
        chat_id = question.chat_id
        if chat_id is None:
            return
        self._read_details((self, "ended", chat_id), chat_id).then(
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
            self._show(details)
        if not stored and on_show:
            self.given_back.emit(question.text)
        elif not stored:
            self._unsent[details.line.id] = question.text
        self.moved.emit()

    # --- reading --------------------------------------------------------------------------------------------------

    def _read(self, chat_id: ChatId) -> None:
        self._read_details((self, "chat"), chat_id).then(self._show).otherwise(
            lambda error: self._gone(chat_id, error), owner=self
        )

    def _read_details(self, key: Hashable, chat_id: ChatId) -> Outcome[ChatDetails]:
        query = chats_reading.chat_details
        return self._runner.read(key, query, user_id=self._user_id, chat_id=chat_id, language=self._language)

    def _show(self, details: ChatDetails) -> None:
        if details.line.id != self._chat_id:
            return
        same = self._details is not None
        self._details = details
        self.shown.emit(details, same)

    def _gone(self, chat_id: ChatId, error: Exception) -> bool:
        if isinstance(error, NotFoundError) and chat_id == self._chat_id:
            self.notice.emit(Notice(str(error), kind="warning"))
            self.leave()
            self.moved.emit()
        return isinstance(error, NotFoundError)

    def _on_changed(self, changes: Changes, initiator: object) -> None:
        chat_id = self._chat_id
        if chat_id is None or (initiator is self and not changes.touches(Entity.CHAT, [chat_id])):
            return
        if chat_id in changes.deleted.get(Entity.CHAT, ()):
            self.leave()
            self.moved.emit()
        elif changes.touches(Entity.CHAT, [chat_id]) or self._concerns_messages(changes):
            self._read(chat_id)

    def _concerns_messages(self, changes: Changes) -> bool:
        # Whose conversation a new message belongs to is not told.
        known = [message.id for message in self._details.messages] if self._details is not None else []
        return bool(changes.created.get(Entity.CHAT_MESSAGE)) or changes.touches(Entity.CHAT_MESSAGE, known)
