"""The built-in engine as a provider: what is its own beside the contract."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from erpai_desktop.ai.answerer import Answer, Turn
from erpai_desktop.ai.chat_gateway import ChatRequest, complete
from erpai_desktop.ai.providers.builtin_gateway import BuiltinGateway
from erpai_desktop.errors import EngineError, OutOfOrderError
from erpai_desktop.models.capabilities import Capability, Support
from erpai_desktop.models.enums import ParticipantRole
from tests.unit.ai.providers.subject import asking, user


class _Scripted:
    def __init__(self, answer: Answer | EngineError) -> None:
        self._answer = answer
        self.heard: list[tuple[str, tuple[Turn, ...]]] = []

    async def answer(
        self, question: str, history: Sequence[Turn] = (), *, on_text: Callable[[str], object] | None = None
    ) -> Answer:
        self.heard.append((question, tuple(history)))
        if isinstance(self._answer, EngineError):
            raise self._answer
        return self._answer

    async def answer_many(self, questions: Sequence[str]) -> list[Answer]:
        return [await self.answer(question) for question in questions]


def _answer(text: str) -> Answer:
    return Answer(text, (), 0.5, not text, (), "Sales AI v3")


async def test_the_last_turn_is_the_question_and_the_version_the_model() -> None:
    scripted = _Scripted(_answer("Nine to six."))
    turns = (user("Hello"), Turn(ParticipantRole.ASSISTANT, "Hello."), user("When?"))
    reply = await complete(BuiltinGateway(scripted, model="v3"), ChatRequest(turns))
    assert reply.text == "Nine to six."
    assert reply.finished.model == "Sales AI v3"
    assert scripted.heard == [("When?", turns[:2])]


async def test_a_refusal_is_a_reply_without_text() -> None:
    reply = await complete(BuiltinGateway(_Scripted(_answer("")), model="v3"), asking("What?"))
    assert reply.text == ""
    assert reply.finished.complete


async def test_an_engine_that_fails_is_a_provider_that_is_out_of_order() -> None:
    gateway = BuiltinGateway(_Scripted(EngineError("It died.", advice="Ask again.")), model="v3")
    with pytest.raises(OutOfOrderError, match="It died") as caught:
        await complete(gateway, asking("What?"))
    assert caught.value.advice == "Ask again."


async def test_it_owns_up_to_what_it_cannot_do() -> None:
    found = await BuiltinGateway(_Scripted(_answer("")), model="v3").look()
    offered = {name for name, support in found.capabilities.items() if support is Support.YES}
    assert offered == {Capability.CHAT, Capability.MODEL_LIST}
    assert Support.UNKNOWN not in found.capabilities.values()
