"""A question in a chat: stored before anybody answers, and its answer, failure or stop as it happens."""

from __future__ import annotations

import asyncio

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import ErpAiError
from erpai_desktop.models.enums import MessageState
from erpai_desktop.models.ids import ChatId, ChatMessageId
from erpai_desktop.services import chats, chats_reading
from erpai_desktop.workers.answering import open_answerer
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.job import Job


async def ask(job: Job, *, engine: EngineProcess, chat_id: ChatId, text: str) -> Changes:
    """Post `text` to the chat and record what its model's active version answers.

    A failure is recorded in the chat and raised; a cancellation is recorded as a stop.
    """
    posted = await job.write(chats.post_question, chat_id=chat_id, text=text)
    question_id = ChatMessageId(posted.new(Entity.CHAT_MESSAGE))
    try:
        model_id = await job.read(chats_reading.model_of_chat, chat_id=chat_id)
        answerer = await open_answerer(job.database, engine, model_id)
        answer = await answerer.answer(text)
    except asyncio.CancelledError:
        await job.write(
            chats.record_failure, chat_id=chat_id, question_id=question_id, text="", state=MessageState.STOPPED
        )
        raise
    except Exception as error:
        text = str(error) if isinstance(error, ErpAiError) else "The program failed; the question is kept."
        await job.write(
            chats.record_failure, chat_id=chat_id, question_id=question_id, text=text, state=MessageState.FAILED
        )
        raise
    return await job.write(
        chats.record_answer,
        chat_id=chat_id,
        question_id=question_id,
        answer=answer,
        compilation_id=answerer.compilation_id,
    )
