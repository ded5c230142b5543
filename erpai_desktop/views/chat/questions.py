"""The questions under way: one at most in a conversation, in several conversations side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import ErpAiError
from erpai_desktop.models.ids import ChatId, ModelId
from erpai_desktop.workers.intentions import chats
from erpai_desktop.workers.job_state import ANSWERING, JobState
from erpai_desktop.workers.runner import Runner, RunningJob

Asking = Callable[[ChatId, str], RunningJob]
"""Starts the job that posts a question to a conversation and records what is answered."""


@dataclass(slots=True)
class Question:
    """A question under way. `known` is how many messages the conversation had before it, `said` the answer so far."""

    text: str
    known: int
    chat_id: ChatId | None = None
    job: RunningJob | None = None
    error: str = ""
    said: str = ""


class Questions(QObject):
    """Starts, stops and remembers them; where one is shown is the dock's concern."""

    begun = Signal(object)
    """A Question that has its conversation and its job now."""
    told = Signal(object)
    """A Question whose answer has grown."""
    ended = Signal(object)
    """A Question that was answered, refused, stopped or failed; `error` says why it failed."""
    not_begun = Signal(object)
    """A Question whose conversation could not be made."""

    def __init__(self, runner: Runner, asking: Asking, parent: QObject) -> None:
        super().__init__(parent)
        self._runner = runner
        self._asking = asking
        self._by_chat: dict[ChatId, Question] = {}
        self._by_job: dict[UUID, Question] = {}
        runner.job_changed.connect(self._on_job)

    def under_way(self, chat_id: ChatId | None) -> Question | None:
        """The question that a conversation waits for."""
        return self._by_chat.get(chat_id) if chat_id is not None else None

    def ask(self, chat_id: ChatId, text: str, *, known: int) -> Question:
        """Ask in a conversation that exists and waits for nothing."""
        return self._start(Question(text, known), chat_id)

    def ask_new(self, model_id: ModelId | None, text: str) -> Question:
        """Ask in a conversation that this question makes. `begun` or `not_begun` follows."""
        question = Question(text, 0)
        self._runner.write(self.parent(), chats.start_chat, model_id=model_id).then(
            lambda changes: self._on_started(question, changes), owner=self
        ).otherwise(lambda error: self._on_not_started(question, error), owner=self)
        return question

    def stop(self, chat_id: ChatId | None) -> None:
        """Stop the answer that a conversation waits for."""
        question = self.under_way(chat_id)
        if question is not None and question.job is not None:
            question.job.cancel()

    def _on_started(self, question: Question, changes: Changes) -> None:
        self._start(question, ChatId(changes.new(Entity.CHAT)))
        self.begun.emit(question)

    def _on_not_started(self, question: Question, error: Exception) -> bool:
        question.error = str(error)
        self.not_begun.emit(question)
        return isinstance(error, ErpAiError)

    def _start(self, question: Question, chat_id: ChatId) -> Question:
        question.chat_id = chat_id
        self._by_chat[chat_id] = question
        job = question.job = self._asking(chat_id, question.text)
        self._by_job[job.id] = question
        # What failed is told by `ended`; an error that is our own bug goes on to where bugs are shown.
        job.outcome.otherwise(lambda error: isinstance(error, ErpAiError), owner=self)
        return question

    def _on_job(self, state: JobState) -> None:
        if not state.ended:
            self._on_progress(state)
            return
        question = self._by_job.pop(state.id, None)
        if question is not None and question.chat_id is not None:
            question.error = state.error
            self._by_chat.pop(question.chat_id, None)
            self.ended.emit(question)

    def _on_progress(self, state: JobState) -> None:
        question = self._by_job.get(state.id)
        if question is not None and state.stage == ANSWERING and state.text != question.said:
            question.said = state.text
            self.told.emit(question)
