"""The contract of ChatGateway, the same for every kind of provider, on real servers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Any, cast

import pytest

from erpai_desktop.ai.answerer import Turn, Usage
from erpai_desktop.ai.chat_gateway import ChatRequest, Finished, JsonSchema, TextDelta, complete
from erpai_desktop.ai.providers.gateways import open_gateway
from erpai_desktop.errors import NotOfferedError, ProviderError, RequestRefusedError
from erpai_desktop.models.capabilities import Capability, Support
from erpai_desktop.models.enums import ParticipantRole
from tests.at_once import ends_at_once
from tests.unit.ai.providers.subject import Subject, asking, user

_SCHEMA = JsonSchema(
    "verdict",
    {
        "type": "object",
        "properties": {"right": {"type": "boolean"}},
        "required": ["right"],
        "additionalProperties": False,
    },
)


def _fits(text: str) -> bool:
    try:
        value: dict[str, Any] = json.loads(text)
    except ValueError:
        return False
    return set(value) == {"right"} and isinstance(value["right"], bool)


async def test_a_stream_is_text_and_then_exactly_one_end(subject: Subject) -> None:
    events = [event async for event in subject.gateway.stream(asking(subject.question))]
    *deltas, end = events
    assert all(isinstance(delta, TextDelta) for delta in deltas)
    assert "".join(cast("TextDelta", delta).text for delta in deltas).strip()
    assert isinstance(end, Finished)


async def test_what_was_spent_is_reported(subject: Subject) -> None:
    reply = await complete(subject.gateway, asking(subject.question))
    usage = reply.finished.usage
    if not subject.bills:
        assert usage == Usage()
        return
    assert usage.tokens_in > 0
    assert usage.tokens_out > 0
    assert usage.tokens_cached <= usage.tokens_in
    assert usage.tokens_reasoning <= usage.tokens_out
    assert reply.finished.model


async def test_a_reply_that_is_cut_at_its_limit_says_so(subject: Subject) -> None:
    if not subject.cuts:
        pytest.skip("this provider knows no limit")
    assert not (await complete(subject.gateway, asking("Count from 1 to 500.", most=6))).finished.complete


async def test_a_look_says_how_it_is_talked_to_and_what_it_can_do(subject: Subject) -> None:
    found = await subject.gateway.look()
    assert found.api == subject.api
    assert set(found.capabilities) == set(Capability)
    assert found.capabilities[Capability.CHAT] is Support.YES
    assert (found.capabilities[Capability.MODEL_LIST] is Support.YES) == bool(found.models)
    # A few tokens at most.
    assert found.usage.tokens_out <= 3 * 32


async def test_what_a_look_found_is_what_happens(subject: Subject) -> None:
    found = await subject.gateway.look()
    request = replace(asking("Is 2 + 2 = 4? Answer in JSON."), schema=_SCHEMA)
    try:
        reply = await complete(subject.gateway, request)
    except RequestRefusedError:
        assert found.capabilities[Capability.STRUCTURED] is Support.NO
        return
    # A service may also overlook what it is asked for; that counts as not offering it.
    if found.capabilities[Capability.STRUCTURED] is not Support.UNKNOWN:
        assert _fits(reply.text) == (found.capabilities[Capability.STRUCTURED] is Support.YES)


async def test_models_are_listed_once_each_by_name(subject: Subject) -> None:
    names = [model.name for model in await subject.gateway.list_models()]
    assert names
    assert names == sorted(set(names))


async def test_a_whole_conversation_is_sent(subject: Subject) -> None:
    turns = (
        user("My name is Ada."),
        Turn(ParticipantRole.ASSISTANT, "Hello Ada."),
        Turn(ParticipantRole.SYSTEM, "The shop is closed on Sundays."),
        user(subject.question),
    )
    request = ChatRequest(turns, instructions="Be brief.", max_output_tokens=40, temperature=0.0)
    assert (await complete(subject.gateway, request)).text.strip()


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00", "😀" * 50, "смяна на парола", '"}]} \\ \u2028 \ud7ff </s> <|im_end|>', "half \ud83d a pair"],
    ids=["empty", "space", "zero", "emoji", "Cyrillic", "marks", "half a pair"],
)
async def test_any_text_is_a_legal_question(subject: Subject, text: str) -> None:
    try:
        assert isinstance(await complete(subject.gateway, asking(text)), object)
    except ProviderError as error:
        # A provider may refuse it, in plain words.
        assert error.advice


async def test_four_at_once_get_an_answer_each(subject: Subject) -> None:
    replies = await asyncio.gather(*(complete(subject.gateway, asking(subject.question)) for _ in range(4)))
    assert all(reply.text.strip() for reply in replies)


async def test_cancelling_ends_a_reply_at_once_and_the_next_one_works(subject: Subject) -> None:
    async def listen(begun: asyncio.Event) -> None:
        async for _ in subject.gateway.stream(asking(subject.question, most=100)):
            begun.set()
            await asyncio.Event().wait()

    async def begin() -> asyncio.Task[object]:
        begun = asyncio.Event()
        task: asyncio.Task[object] = asyncio.create_task(listen(begun))
        await begun.wait()
        return task

    await ends_at_once(begin)
    assert (await complete(subject.gateway, asking(subject.question))).text.strip()


async def test_a_reply_nobody_listens_to_the_end_of_is_let_go(subject: Subject) -> None:
    stream = subject.gateway.stream(asking(subject.question, most=100))
    assert isinstance(stream, AsyncGenerator)
    async with aclosing(stream) as events:
        async for _ in events:
            break
    assert (await complete(subject.gateway, asking(subject.question))).text.strip()


async def test_vectors_are_all_of_one_length_or_refused(subject: Subject) -> None:
    try:
        made = await subject.gateway.embed(["one", "two, and a little more"])
    except ProviderError as error:
        assert error.advice
        return
    assert len(made.vectors) == 2
    assert len(set(map(len, made.vectors))) == 1


async def test_a_model_that_is_not_there_is_not_offered(subject: Subject) -> None:
    if not subject.knows_models or subject.access is None:
        pytest.skip("this provider answers whatever the model is called")
    gateway = open_gateway(subject.access, base_model="no-such-model")
    with pytest.raises(NotOfferedError) as caught:
        await complete(gateway, asking(subject.question))
    assert caught.value.status == 404
    await gateway.close()
