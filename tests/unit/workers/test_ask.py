"""A question in a chat, saved as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from erpai_desktop.changes import Entity
from erpai_desktop.errors import NoActiveVersionError
from erpai_desktop.models.enums import MessageState, ParticipantRole
from erpai_desktop.models.ids import ChatId
from erpai_desktop.models.snapshots.chats import ChatMessage
from erpai_desktop.services import chats, chats_reading
from erpai_desktop.workers.ask import ask
from erpai_desktop.workers.engine_process import EngineProcess
from tests.unit.workers.conftest import ROWS, DirectJob, Shop, cancel_at


@pytest.fixture
async def engine(compiled_shop: Shop) -> AsyncIterator[EngineProcess]:
    process = EngineProcess(compiled_shop.cache)
    yield process
    await process.close()


def start(shop: Shop) -> ChatId:
    return ChatId(shop.database.write(chats.start_chat, model_id=shop.model_id).new(Entity.CHAT))


def messages(shop: Shop, chat_id: ChatId) -> tuple[ChatMessage, ...]:
    actor = shop.database.actor
    assert actor is not None
    return shop.database.read(chats_reading.chat_details, user_id=actor.user_id, chat_id=chat_id).messages


async def test_question_and_answer_are_stored_with_the_source(compiled_shop: Shop, engine: EngineProcess) -> None:
    chat_id = start(compiled_shop)
    await ask(DirectJob(compiled_shop.database), engine=engine, chat_id=chat_id, text=ROWS[1][0])
    question, answer = messages(compiled_shop, chat_id)
    assert (question.role, question.contents) == (ParticipantRole.USER, ROWS[1][0])
    assert (answer.contents, answer.state, answer.version) == (ROWS[1][1], MessageState.COMPLETE, 1)
    assert [source.question for source in answer.sources] == [ROWS[1][0]]


async def test_what_is_not_known_is_stored_as_a_refusal(compiled_shop: Shop, engine: EngineProcess) -> None:
    chat_id = start(compiled_shop)
    await ask(DirectJob(compiled_shop.database), engine=engine, chat_id=chat_id, text="Any text \ud800 is legal")
    answer = messages(compiled_shop, chat_id)[1]
    assert (answer.refused, answer.contents) == (True, "")


async def test_without_a_version_the_question_stays_and_the_failure_says_why(shop: Shop) -> None:
    engine = EngineProcess(shop.cache)
    chat_id = start(shop)
    with pytest.raises(NoActiveVersionError):
        await ask(DirectJob(shop.database), engine=engine, chat_id=chat_id, text="Hello?")
    question, failure = messages(shop, chat_id)
    assert question.contents == "Hello?"
    assert failure.state is MessageState.FAILED and "no active version" in failure.contents
    await engine.close()


async def test_our_own_bug_is_recorded_too(
    compiled_shop: Shop, engine: EngineProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat_id = start(compiled_shop)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(chats_reading, "model_of_chat", broken)
    with pytest.raises(RuntimeError):
        await ask(DirectJob(compiled_shop.database), engine=engine, chat_id=chat_id, text="Hello?")
    assert [message.state for message in messages(compiled_shop, chat_id)] == [
        MessageState.COMPLETE,
        MessageState.FAILED,
    ]


async def test_a_stopped_answer_is_marked(compiled_shop: Shop, engine: EngineProcess) -> None:
    chat_id = start(compiled_shop)
    job = DirectJob(compiled_shop.database, at=cancel_at("after post_question"))
    with pytest.raises(asyncio.CancelledError):
        await asyncio.ensure_future(ask(job, engine=engine, chat_id=chat_id, text=ROWS[0][0]))
    question, stopped = messages(compiled_shop, chat_id)
    assert (question.contents, stopped.state) == (ROWS[0][0], MessageState.STOPPED)
    # The next one is answered all the same.
    await ask(DirectJob(compiled_shop.database), engine=engine, chat_id=chat_id, text=ROWS[2][0])
    assert messages(compiled_shop, chat_id)[-1].contents == ROWS[2][1]
