"""A question in a chat: stored before anybody answers, and its answer, failure or stop as it happens."""

from __future__ import annotations

import asyncio

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import ErpAiError
from erpai_desktop.models.enums import MessageState
from erpai_desktop.models.ids import ChatId, ChatMessageId, CompilationId
from erpai_desktop.services import chats, chats_reading
from erpai_desktop.workers.answering import OpenVersion, open_active
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.job_state import ANSWERING
from erpai_desktop.workers.providers.connecting import Connecting

_TURNS = 16
"""Earlier messages that an answer may draw on."""


async def ask(
    job: Job, *, engine: EngineProcess, chat_id: ChatId, text: str, connections: Connecting | None = None
) -> Changes:
    """Post `text` to the chat and record what its model's active version answers.

    What has come of an answer is told as the progress of the stage ANSWERING. A failure is recorded in the chat and
    raised, a cancellation is recorded as a stop; either keeps and marks what had come by then.
    """
    posted = await job.write(chats.post_question, chat_id=chat_id, text=text)
    question_id = ChatMessageId(posted.new(Entity.CHAT_MESSAGE))
    begun = ""
    version: OpenVersion | None = None
    compilation_id: CompilationId | None = None

    def hear(piece: str) -> None:
        nonlocal begun
        begun += piece
        job.progress(ANSWERING, text=begun)

    try:
        model_id = await job.read(chats_reading.model_of_chat, chat_id=chat_id)
        history = await job.read(chats_reading.turns_before, chat_id=chat_id, question_id=question_id, limit=_TURNS)
        version = await open_active(job, engine, model_id=model_id, chat_id=chat_id, connections=connections)
        compilation_id = version.version.compilation_id
        answer = await version.answer(text, history, on_text=hear)
    except asyncio.CancelledError:
        await job.write(
            chats.record_failure,
            chat_id=chat_id,
            question_id=question_id,
            text=begun,
            state=MessageState.STOPPED,
            compilation_id=compilation_id,
        )
        raise
    except Exception as error:
        reason = str(error) if isinstance(error, ErpAiError) else "The program failed; the question is kept."
        partial = bool(begun.strip())
        await job.write(
            chats.record_failure,
            chat_id=chat_id,
            question_id=question_id,
            text=begun if partial else reason,
            state=MessageState.PARTIAL if partial else MessageState.FAILED,
            compilation_id=compilation_id,
            note=reason if partial else "",
        )
        raise
    finally:
        if version is not None:
            await version.close()
    return await job.write(
        chats.record_answer,
        chat_id=chat_id,
        question_id=question_id,
        answer=answer,
        compilation_id=compilation_id,
    )
