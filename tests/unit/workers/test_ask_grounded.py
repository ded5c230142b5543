"""A question whose answer a chat model makes: streamed, stopped, broken off, stood in for; each stored once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from erpai_desktop.ai.grounding import grounded
from erpai_desktop.changes import Entity
from erpai_desktop.errors import BudgetExceededError, ErpAiError, OutOfOrderError, UnreachableError
from erpai_desktop.models.entities import Compilation
from erpai_desktop.models.enums import Grounding, MessageState, ParticipantRole, Purpose, Target
from erpai_desktop.models.ids import ChatId, ProviderId
from erpai_desktop.models.snapshots.chats import ChatMessage
from erpai_desktop.services import chats, chats_reading, usage_reading
from erpai_desktop.storage.unit_of_work import UnitOfWork
from erpai_desktop.workers.ask import ask
from erpai_desktop.workers.engine_process import EngineProcess
from erpai_desktop.workers.job_state import ANSWERING
from tests.scripted_gateway import Script, ScriptedGateway
from tests.unit.workers.conftest import ROWS, DirectJob, Shop
from tests.unit.workers.scripted_providers import ScriptedConnections, with_provider

UNKNOWN = "Who waters the plants?"


class Listening(DirectJob):
    """Hears the text of an answer while it grows; `stop_at` cancels once it has that much."""

    def __init__(self, shop: Shop, stop_at: str = "") -> None:
        super().__init__(shop.database)
        self.heard: list[str] = []
        self._stop_at = stop_at

    def progress(self, stage: str, done: int = 0, total: int = 0, text: str = "") -> None:
        super().progress(stage, done, total, text)
        if stage == ANSWERING:
            self.heard.append(text)
            if text == self._stop_at:
                task = asyncio.current_task()
                assert task is not None
                task.cancel()


class Talk:
    """A chat with v1 of the shop, as if it had been compiled to the grounded target."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        shop.database.write(_speak_through, provider_id=with_provider(shop))
        self.chat_id = ChatId(shop.database.write(chats.start_chat, model_id=shop.model_id).new(Entity.CHAT))
        self.engine = EngineProcess(shop.cache)

    async def ask(
        self, text: str, *replies: Script, job: DirectJob | None = None, wait_at: str = ""
    ) -> ScriptedGateway:
        gateway = ScriptedGateway(*replies, wait_at=wait_at or None)
        self.connections = ScriptedConnections(gateway)
        await ask(
            job or DirectJob(self.shop.database),
            engine=self.engine,
            connections=self.connections,
            chat_id=self.chat_id,
            text=text,
        )
        return gateway

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        actor = self.shop.database.actor
        assert actor is not None
        found = self.shop.database.read(chats_reading.chat_details, user_id=actor.user_id, chat_id=self.chat_id)
        return found.messages


def _speak_through(work: UnitOfWork, *, provider_id: ProviderId) -> None:
    compilation = work.session.query(Compilation).one()
    compilation.target, compilation.provider_id = Target.GROUNDED, provider_id
    compilation.base_model = "scripted"
    work.finish("Compile")


@pytest.fixture
async def talk(compiled_shop: Shop) -> AsyncIterator[Talk]:
    made = Talk(compiled_shop)
    yield made
    await made.engine.close()


async def test_it_is_heard_while_it_grows_and_stored_with_what_it_rests_on(talk: Talk) -> None:
    job = Listening(talk.shop)
    await talk.ask(ROWS[2][0], ["Three years", " from the day", " of purchase [1]."], job=job)
    assert job.heard == ["Three years", "Three years from the day", "Three years from the day of purchase."]
    question, answer = talk.messages
    assert question.contents == ROWS[2][0]
    assert (answer.contents, answer.grounding) == (job.heard[-1], Grounding.CITED)
    assert answer.version == 1 and [source.question for source in answer.sources] == [ROWS[2][0]]
    (call, base_model), *_ = talk.connections.calls
    assert (call.purpose, call.model_id, base_model) == (Purpose.CHAT, talk.shop.model_id, "scripted")


async def test_what_it_cost_is_counted_to_its_chat(talk: Talk) -> None:
    await talk.ask(ROWS[2][0], "Three years from the day of purchase [1].")
    spent = talk.shop.database.read(usage_reading.chat_spent, conversation_id=talk.chat_id)
    assert spent.calls == 1 and spent.tokens > 0
    another = ChatId(talk.shop.database.write(chats.start_chat, model_id=talk.shop.model_id).new(Entity.CHAT))
    assert talk.shop.database.read(usage_reading.chat_spent, conversation_id=another).calls == 0


async def test_what_was_said_before_goes_along(talk: Talk) -> None:
    await talk.ask(ROWS[2][0], "Three years from the day of purchase [1].")
    gateway = await talk.ask("And for tents in the islands?", "NOT_KNOWN")
    turns = gateway.requests[0].turns
    assert [(turn.role, turn.text) for turn in turns[:-1]] == [
        (ParticipantRole.USER, ROWS[2][0]),
        (ParticipantRole.ASSISTANT, "Three years from the day of purchase."),
    ]
    assert talk.messages[-1].refused and len(talk.messages) == 4


async def test_a_stop_keeps_what_had_come(talk: Talk) -> None:
    job = Listening(talk.shop, stop_at="Three years")
    with pytest.raises(asyncio.CancelledError):
        await asyncio.ensure_future(talk.ask(ROWS[2][0], ["Three years", " never"], job=job, wait_at=" never"))
    _question, stopped = talk.messages
    assert (stopped.contents, stopped.state, stopped.version) == ("Three years", MessageState.STOPPED, 1)


async def test_what_broke_off_is_kept_where_the_index_does_not_know(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In so small a shop nothing is near to what it does not know.
    monkeypatch.setattr(grounded, "NEAR", 0.0)
    with pytest.raises(UnreachableError):
        await talk.ask(UNKNOWN, ["A used boat", " has", UnreachableError("The connection was lost.")])
    _question, partial = talk.messages
    assert (partial.contents, partial.state) == ("A used boat has", MessageState.PARTIAL)
    assert "The connection was lost." in partial.note


@pytest.mark.parametrize("error", [OutOfOrderError("It is down.", status=500), BudgetExceededError("It is spent.")])
async def test_the_curated_answer_stands_in(talk: Talk, error: ErpAiError) -> None:
    await talk.ask(ROWS[2][0], ["Three ye", error])
    _question, answer = talk.messages
    assert (answer.contents, answer.grounding) == (ROWS[2][1], Grounding.FALLBACK)
    assert answer.state is MessageState.COMPLETE and error.message.rstrip(".") in answer.note
    assert "“Three ye”" in answer.note
