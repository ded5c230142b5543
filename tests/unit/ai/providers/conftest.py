"""The providers' servers, and gateways to them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from erpai_desktop.ai.answerer import Answer, Turn
from erpai_desktop.ai.builtin.build import build_index
from erpai_desktop.ai.builtin.engine import BuiltinEngine
from erpai_desktop.ai.builtin.settings import EngineSettings
from erpai_desktop.ai.providers.builtin_gateway import BuiltinGateway
from erpai_desktop.ai.providers.gateways import load, open_gateway
from erpai_desktop.ai.providers.provider_access import API_BUILT_IN, API_CHAT, API_RESPONSES, ProviderAccess
from erpai_desktop.models.enums import ProviderKind
from tests.providers import ProviderServer, Reply
from tests.providers.aimock import AimockProcess, aimock_missing
from tests.providers.llama import LlamaProcess
from tests.providers.talking import said, schema_of, usual_reply
from tests.unit.ai.builtin.curated import SMALL
from tests.unit.ai.providers.subject import Subject


@pytest.fixture(scope="session", autouse=True)
def loaded() -> None:
    """The openai package takes its time; no test's clock is to run meanwhile."""
    load()


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    with ProviderServer() as made:
        yield made


@pytest.fixture(scope="session")
def llama() -> Iterator[LlamaProcess]:
    """The packaged model behind llama.cpp, in a process of its own, once for all."""
    with LlamaProcess() as process:
        yield process


@pytest.fixture(scope="session")
def aimock() -> Iterator[AimockProcess]:
    """A provider that nobody here wrote, in a process of its own, once for all."""
    if reason := aimock_missing():
        pytest.skip(reason)
    with AimockProcess() as process:
        yield process


@pytest.fixture(scope="session")
def small_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gateway") / "small.index"
    build_index(SMALL, [], settings=EngineSettings(embedder="wordllama"), output=path)
    return path


class _InProcess:
    """The real engine, asked in this process."""

    def __init__(self, engine: BuiltinEngine) -> None:
        self._engine = engine

    async def answer(
        self, question: str, history: Sequence[Turn] = (), *, on_text: Callable[[str], object] | None = None
    ) -> Answer:
        return self._engine.ask(question, history)

    async def answer_many(self, questions: Sequence[str]) -> list[Answer]:
        return self._engine.ask_many(questions)


def _counting(body: Mapping[str, Any]) -> str | Reply:
    """What a model does: it counts when it is told to, until it is cut, and fills in a form when given one."""
    if schema_of(body) is not None:
        return usual_reply(body)
    most = body.get("max_output_tokens") or body.get("max_tokens") or 10_000
    numbers = [str(number) for number in range(1, 501)] if "Count" in said(body) else ["An", "answer."]
    return Reply(" ".join(numbers[:most]), tokens_out=min(len(numbers), most), complete=len(numbers) <= most)


@pytest.fixture(params=["openai", "responses", "chat completions", "llama.cpp", "aimock", "built-in"])
async def subject(request: pytest.FixtureRequest, server: ProviderServer) -> AsyncIterator[Subject]:
    """A gateway of each kind to a real server."""
    server.talk.reply = _counting
    match request.param:
        case "openai":
            access = ProviderAccess(
                ProviderKind.OPENAI, server.base_url, "gpt-test", API_RESPONSES, SecretStr(server.key)
            )
            made = Subject(open_gateway(access), "What is new?", API_RESPONSES, access)
        case "responses":
            access = ProviderAccess(ProviderKind.OPENAI_COMPATIBLE, server.root, "gpt-test", "", SecretStr(server.key))
            made = Subject(open_gateway(access), "What is new?", API_RESPONSES, access)
        case "chat completions":
            server.offers.discard("/responses")
            access = ProviderAccess(ProviderKind.OPENAI_COMPATIBLE, server.root, "gpt-test", "", SecretStr(server.key))
            made = Subject(open_gateway(access), "What is new?", API_CHAT, access)
        case "llama.cpp":
            llama: LlamaProcess = request.getfixturevalue("llama")
            access = ProviderAccess(ProviderKind.LOCAL, llama.root, "smollm2", "", SecretStr(llama.key))
            made = Subject(open_gateway(access), "Say hello.", API_CHAT, access, knows_models=False)
        case "aimock":
            aimock: AimockProcess = request.getfixturevalue("aimock")
            access = ProviderAccess(ProviderKind.OPENAI_COMPATIBLE, aimock.root, "gpt-4o", "", SecretStr("any-key"))
            made = Subject(open_gateway(access), "Hello", API_RESPONSES, access, cuts=False, knows_models=False)
        case _:
            engine = BuiltinEngine.open(request.getfixturevalue("small_index"), version="v1")
            made = Subject(
                BuiltinGateway(_InProcess(engine), model="v1"),
                "When is the shop open?",
                API_BUILT_IN,
                bills=False,
                cuts=False,
                knows_models=False,
            )
    yield made
    await made.gateway.close()
    if request.param == "built-in":
        engine.close()
