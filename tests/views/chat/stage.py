"""A dock on the sample company: a model with an active version, and somebody who answers; no test by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from PySide6.QtWidgets import QWidget
from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.ai.answerer import Answer, Nearest, Source
from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import EngineError, ServiceError
from erpai_desktop.models.entities import AssistantConversationMessage, Compilation, Model, ModelQA
from erpai_desktop.models.enums import CompilationStatus, Grounding, MessageState, ParticipantRole, Role, RowKind
from erpai_desktop.models.ids import ChatId, ChatMessageId, CompilationId, ModelId, UserId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services import chats, tree_reading
from erpai_desktop.services.users import join
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork
from erpai_desktop.views.chat.dock import ChatDock
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.workers.job_state import ANSWERING, JobSpec
from erpai_desktop.workers.runner import Runner, RunningJob


def answered(
    text: str,
    *,
    confidence: float = 0.91,
    sources: Sequence[Source] = (),
    grounding: Grounding = Grounding.CURATED,
    note: str = "",
) -> Answer:
    return Answer(
        text=text,
        sources=tuple(sources),
        confidence=confidence,
        refused=False,
        nearest=(),
        version="v7",
        grounding=grounding,
        note=note,
    )


def refused(*nearest: str, confidence: float = 0.31) -> Answer:
    return Answer(
        text="",
        sources=(),
        confidence=confidence,
        refused=True,
        nearest=tuple(Nearest(uuid4(), RowKind.QA, question, "An answer.", 0.5) for question in nearest),
        version="v7",
    )


def conflicting(question: str, *answers: str) -> Answer:
    return Answer(
        text="",
        sources=(),
        confidence=0.9,
        refused=True,
        nearest=tuple(Nearest(uuid4(), RowKind.QA, question, answer, 1.0) for answer in answers),
        version="v7",
        conflicted=True,
    )


@dataclass
class Stand:
    """Answers questions as it was told: by an answer, or by an error that is recorded or raised."""

    runner: Runner
    compilation_id: CompilationId
    answers: dict[str, Answer | Exception] = field(default_factory=dict)
    gate: asyncio.Event | None = None
    """While there is one, an answer waits for it."""
    says: str = ""
    """What an answer has come to before it waits."""
    asked: list[tuple[ChatId, str]] = field(default_factory=list)
    post: bool = True
    """Without it the question cannot even be stored."""

    def __call__(self, chat_id: ChatId, text: str) -> RunningJob:
        self.asked.append((chat_id, text))
        spec = JobSpec("Answer", "ask", queue=("chat", chat_id), quiet=True)
        return self.runner.start(spec, self._answer, chat_id=chat_id, text=text)

    async def _answer(self, job: RunningJob, *, chat_id: ChatId, text: str) -> None:
        if not self.post:
            raise EngineError("The workspace is locked.")
        changes = await job.write(chats.post_question, chat_id=chat_id, text=text)
        question_id = ChatMessageId(changes.new(Entity.CHAT_MESSAGE))
        try:
            if self.says:
                job.progress(ANSWERING, text=self.says)
            if self.gate is not None:
                await self.gate.wait()
            answer = self.answers.get(text, answered(f"**Answer** to: {text}"))
            if isinstance(answer, Exception):
                raise answer
        except asyncio.CancelledError:
            await job.write(
                chats.record_failure,
                chat_id=chat_id,
                question_id=question_id,
                text=self.says,
                state=MessageState.STOPPED,
            )
            raise
        except ServiceError as error:
            await job.write(
                chats.record_failure,
                chat_id=chat_id,
                question_id=question_id,
                text=self.says or str(error),
                state=MessageState.PARTIAL if self.says else MessageState.FAILED,
                note=str(error) if self.says else "",
            )
            raise
        await job.write(
            chats.record_answer,
            chat_id=chat_id,
            question_id=question_id,
            answer=answer,
            compilation_id=self.compilation_id,
        )


def activate(work: UnitOfWork, *, model_id: ModelId, number: int) -> Changes:
    """Give a model an active version, without building anything."""
    row = Compilation(
        id=new_id(), model_id=model_id, number=number, status=CompilationStatus.COMPLETED, is_successful=True
    )
    work.session.add(row)
    work.session.flush()
    model = work.session.get_one(Model, model_id)
    model.conversational_compilation_id = row.id
    return work.finish("Activate")


def long_chat(work: UnitOfWork, *, model_id: ModelId, messages: int) -> Changes:
    """A chat of many short messages, a minute apart."""
    changes = chats.start_chat(work, model_id=model_id)
    chat_id = changes.new(Entity.CHAT)
    begin = datetime(2026, 1, 5, 8, tzinfo=UTC)
    for number in range(messages):
        work.session.add(
            AssistantConversationMessage(
                id=new_id(),
                conversation_id=chat_id,
                user_id=work.actor.user_id,
                role=ParticipantRole.ASSISTANT if number % 2 else ParticipantRole.USER,
                contents=f"Message number {number}: four times a week, two lifestyle, one educational, one product.",
                message_time_utc=begin + timedelta(minutes=number),
                confidence=0.9 if number % 2 else None,
                sources=[],
                nearest=[],
            )
        )
    return work.finish("Talk")


def some_source(session: Session, model_id: ModelId) -> Source:
    row = session.scalars(select(ModelQA).where(ModelQA.model_id == model_id).order_by(ModelQA.question)).first()
    assert row is not None
    name = next(iter(session.get_one(Model, model_id).name.values()))
    return Source(row.id, RowKind.QA, row.question, row.section, model_id, name)


class Stage:
    """The dock, its stand-in for the engine, and what it said."""

    def __init__(
        self,
        runner: Runner,
        theme: Theme,
        *,
        compiled: bool = True,
        model: str = "",
        role: Role = Role.ADMINISTRATOR,
    ) -> None:
        database = runner.database
        self.runner = runner
        self.database = database
        self.user_id = _user_id(database)
        snapshot = database.read(tree_reading.tree)
        node = next((node for node in snapshot.nodes if node.name == model), snapshot.nodes[0])
        self.model_id = node.id
        self.model_name = node.name
        compilation_id = CompilationId(uuid4())
        if compiled:
            changes = database.write(activate, model_id=self.model_id, number=7)
            compilation_id = CompilationId(changes.new(Entity.COMPILATION))
        self.answering = Stand(runner, compilation_id)
        self.dock = ChatDock(runner, theme, self.user_id, self.answering, role=role)
        self.dock.resize(330, 747)
        self.notices: list[Notice] = []
        self.dock.notice.connect(self.notices.append)
        self.show_tree()
        self.dock.begin(self.model_id)

    @property
    def composer_text(self) -> str:
        return self.dock._composer.text

    @property
    def texts(self) -> list[str]:
        return [view.words for view in self.dock.message_list.shown]

    def show_tree(self) -> None:
        self.dock.show_tree(self.database.read(tree_reading.tree))

    def someone_elses_chat(self, question: str) -> ChatId:
        """Another person's chat in the same workspace."""
        me = self.database.actor
        self.database.actor = self.database.write(join, login="other", name="Other")
        chat_id = ChatId(self.database.write(chats.start_chat, model_id=self.model_id).new(Entity.CHAT))
        self.database.write(chats.post_question, chat_id=chat_id, text=question)
        self.database.actor = me
        return chat_id

    def visible(self, kind: type[QWidget], name: str) -> QWidget | None:
        """A widget on show by its accessible name or text."""
        return next(self._matching(kind, lambda words: words == name), None)

    def containing(self, kind: type[QWidget], part: str) -> QWidget | None:
        """A widget on show whose accessible name or text has this in it."""
        return next(self._matching(kind, lambda words: part in words), None)

    def _matching(self, kind: type[QWidget], wanted: Callable[[str], bool]) -> Iterator[QWidget]:
        for widget in self.dock.findChildren(kind):
            words = widget.accessibleName() or getattr(widget, "text", lambda: "")()
            if widget.isVisible() and wanted(words):
                yield widget


def _user_id(database: Database) -> UserId:
    assert database.actor is not None
    return database.actor.user_id
