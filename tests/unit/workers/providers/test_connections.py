"""Connections to providers over real HTTP: the key's way, what is shared and for how long, what is metered, checks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import keyring
import pytest
from keyring.backends import fail
from pydantic import SecretStr
from sqlalchemy import select

from erpai_desktop.ai.answerer import Turn
from erpai_desktop.ai.chat_gateway import ChatRequest, complete
from erpai_desktop.changes import Entity
from erpai_desktop.credentials import KeyStore
from erpai_desktop.errors import (
    KeyMissingError,
    KeyRefusedError,
    NotFoundError,
    NotOfferedError,
    NotPermittedError,
    UnreachableError,
    UserError,
)
from erpai_desktop.models.capabilities import Capability, Support
from erpai_desktop.models.entities import Usage, User
from erpai_desktop.models.enums import ParticipantRole, ProviderKind, Purpose, Role
from erpai_desktop.models.ids import ProviderId
from erpai_desktop.models.metering import CallContext
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.providers import ProviderDetails
from erpai_desktop.services import providers, providers_reading
from erpai_desktop.services.users import known_actor
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.unit_of_work import UnitOfWork
from erpai_desktop.workers.providers.check_provider import check_provider
from erpai_desktop.workers.providers.connections import Connections
from erpai_desktop.workers.providers.provider_keys import key_state
from tests.model_file import MODEL_FILE, needs_llama
from tests.providers import ProviderServer
from tests.unit.workers.conftest import DirectJob
from tests.waiting import eventually

HELLO = ChatRequest((Turn(ParticipantRole.USER, "Hello?"),), max_output_tokens=16)
CHAT = CallContext(Purpose.CHAT)
Fail: Any = fail.Keyring


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    with ProviderServer() as made:
        yield made


@pytest.fixture
async def connections(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Connections]:
    monkeypatch.setattr(keyring, "get_keyring", Fail)
    made = Connections()
    yield made
    await made.close()


class Desk:
    """One provider of a workspace, and what is done with it."""

    def __init__(self, database: Database, connections: Connections, **fields: Any) -> None:
        self.database = database
        self.connections = connections
        self.job = DirectJob(database)
        fields = {
            "names": {"en": "Lab"},
            "kind": ProviderKind.OPENAI_COMPATIBLE,
            "base_model_name": "gpt-test",
            **fields,
        }
        self.id = ProviderId(database.write(providers.add_provider, **fields).new(Entity.PROVIDER))

    def paste(self, key: str) -> None:
        known = self.details()
        self.connections.keys.set(known.key_entry, SecretStr(key), address=known.key_address)

    def change(self, **fields: Any) -> None:
        self.database.write(providers.update_provider, provider_id=self.id, object_version=None, **fields)

    def details(self) -> ProviderDetails:
        return self.database.read(providers_reading.provider_details, provider_id=self.id)

    async def ask(self, base_model: str | None = None) -> str:
        gateway = await self.connections.chat(self.job, provider_id=self.id, call=CHAT, base_model=base_model)
        try:
            return (await complete(gateway, HELLO)).text
        finally:
            await gateway.close()

    async def check(self) -> None:
        await check_provider(self.job, connections=self.connections, provider_id=self.id)

    def usages(self) -> list[Usage]:
        with self.database.reading() as session:
            return list(session.scalars(select(Usage).order_by(Usage.started_utc)))


@pytest.fixture
def desk(empty: Database, connections: Connections, server: ProviderServer) -> Desk:
    made = Desk(empty, connections, base_url=server.base_url)
    made.paste(server.key)
    return made


async def test_a_call_uses_the_key_and_is_metered(desk: Desk, server: ProviderServer) -> None:
    assert await desk.ask()
    assert server.requests[-1].headers["authorization"] == f"Bearer {server.key}"
    (usage,) = desk.usages()
    assert (usage.purpose, usage.provider_id, usage.base_model) == (Purpose.CHAT, desk.id, "gpt-test")
    await desk.ask("gpt-old")
    assert server.requests[-1].json["model"] == "gpt-old"


async def test_one_gateway_serves_all_until_something_changes(desk: Desk, server: ProviderServer) -> None:
    chat = desk.connections.chat
    first, second = await asyncio.gather(*(chat(desk.job, provider_id=desk.id, call=CHAT) for _ in range(2)))
    opened = {id(one.gateway) for one in desk.connections._shared.values()}
    assert len(opened) == 1
    await first.close()
    # It stays open for whoever else has it, and for the next.
    assert (await complete(second, HELLO)).text
    desk.change(base_model_name="gpt-old")
    assert await desk.ask()
    assert server.requests[-1].json["model"] == "gpt-old"
    # What was begun with the settings before is not cut off by the new ones.
    assert (await complete(second, HELLO)).text
    await second.close()
    server.key = "sk-another-0123456789"
    with pytest.raises(KeyRefusedError):
        await desk.ask()
    desk.paste(server.key)
    assert await desk.ask()


async def test_without_a_key_it_says_where_to_paste_one(
    empty: Database, connections: Connections, server: ProviderServer
) -> None:
    desk = Desk(empty, connections, kind=ProviderKind.OPENAI, base_url=server.base_url)
    with pytest.raises(KeyMissingError, match="“Lab” on this computer"):
        await desk.ask()
    # A server of one's own may ask for none: then it is up to the server.
    desk.change(kind=ProviderKind.OPENAI_COMPATIBLE)
    with pytest.raises(KeyRefusedError):
        await desk.ask()
    assert "authorization" not in server.requests[-1].headers or "Bearer sk" not in str(server.requests[-1].headers)


async def test_a_key_does_not_follow_the_provider_to_another_address(desk: Desk) -> None:
    with ProviderServer(key="sk-elsewhere-0123456789") as elsewhere:
        assert await desk.ask()
        desk.change(base_url=elsewhere.base_url)
        with pytest.raises(KeyMissingError, match="pasted for"):
            await desk.ask()
        with pytest.raises(KeyMissingError):
            await desk.check()
        assert elsewhere.requests == []


async def test_what_cannot_be_asked_says_why(empty: Database, connections: Connections) -> None:
    desk = Desk(empty, connections, base_model_name="")
    with pytest.raises(UserError, match="its address and a base model"):
        await desk.ask()
    with pytest.raises(UserError, match="its address"):
        await desk.connections.trainer(desk.job, provider_id=desk.id)
    desk.change(kind=ProviderKind.BUILT_IN)
    with pytest.raises(UserError, match="has no chat model"):
        await desk.ask()
    with pytest.raises(UserError, match="has no chat model"):
        await desk.check()
    desk.change(kind=ProviderKind.LOCAL)
    with pytest.raises(UserError, match="a model file"):
        await desk.ask()
    with pytest.raises(UserError, match="trains no models"):
        await desk.connections.trainer(desk.job, provider_id=desk.id)
    empty.write(providers.delete_provider, provider_id=desk.id)
    with pytest.raises(NotFoundError):
        await desk.ask()


async def test_a_trainer_is_opened_with_the_key(desk: Desk, server: ProviderServer) -> None:
    trainer = await desk.connections.trainer(desk.job, provider_id=desk.id)
    try:
        assert await trainer.find("nobody") == ()
    finally:
        await trainer.close()
    assert server.requests[-1].headers["authorization"] == f"Bearer {server.key}"


async def test_after_closing_nothing_is_opened(desk: Desk) -> None:
    await desk.ask()
    await desk.connections.close()
    with pytest.raises(UserError, match="closing"):
        await desk.ask()


# --- checks -------------------------------------------------------------------------------------------------------


async def test_a_check_stores_what_was_found_and_is_metered(desk: Desk, server: ProviderServer) -> None:
    server.talk.models = {"gpt-test": None, "gpt-old": "2027-01-14"}
    await desk.check()
    known = desk.details()
    assert {model.name: str(model.shutdown_date) for model in known.models} == {
        "gpt-old": "2027-01-14", "gpt-test": "None"
    }  # fmt: skip
    assert known.capabilities[Capability.CHAT] is Support.YES and known.api
    assert known.line.check is not None and known.line.check.error == ""
    assert {usage.purpose for usage in desk.usages()} == {Purpose.CHECK}


async def test_without_a_base_model_the_list_is_asked_for_and_nothing_else(desk: Desk, server: ProviderServer) -> None:
    desk.change(base_model_name="")
    await desk.check()
    assert [(request.method, request.path) for request in server.requests] == [("GET", "/v1/models")]
    assert len(desk.details().models) == len(server.talk.models)


async def test_a_base_model_that_is_gone_is_told_beside_the_list(desk: Desk) -> None:
    desk.change(base_model_name="gpt-gone")
    with pytest.raises(NotOfferedError):
        await desk.check()
    known = desk.details()
    assert known.line.check is not None and "gpt-gone" in known.line.check.error
    assert "gpt-test" in {model.name for model in known.models}


async def test_a_failed_check_is_stored_without_the_key(desk: Desk, server: ProviderServer) -> None:
    wrong = "sk-wrong-0123456789abcdef"
    desk.paste(wrong)
    with pytest.raises(KeyRefusedError):
        await desk.check()
    known = desk.details()
    assert known.line.check is not None and known.line.check.error
    assert wrong not in known.line.check.error
    assert (datetime.now(UTC) - known.line.check.checked_utc).total_seconds() < 60


async def test_a_provider_that_is_not_there(desk: Desk, server: ProviderServer) -> None:
    desk.change(base_url="http://127.0.0.1:9/v1")
    desk.paste(server.key)
    with pytest.raises(UnreachableError):
        await desk.check()
    assert desk.details().line.check is not None


async def test_only_administrators_check(desk: Desk) -> None:
    def add(work: UnitOfWork) -> None:
        work.session.add(User(id=new_id(), login="tina", name="Tina", role=Role.TRAINER))
        work.finish()

    desk.database.write(add)
    desk.database.actor = desk.database.read(known_actor, login="tina")
    with pytest.raises(NotPermittedError):
        await desk.check()


@needs_llama
async def test_a_model_file_is_served_and_checked_like_any_other(empty: Database, connections: Connections) -> None:
    desk = Desk(empty, connections, kind=ProviderKind.LOCAL, model_file=str(MODEL_FILE), base_model_name="")
    assert await desk.ask()
    await desk.check()
    known = desk.details()
    assert known.line.check is not None and known.line.check.error == "" and known.models
    assert connections.servers.memory(str(MODEL_FILE))


async def test_a_keyring_that_waits_for_a_person_holds_nobody_up(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answered = threading.Event(), threading.Event()

    def prompt(*_: object, **__: object) -> SecretStr:
        asked.set()
        answered.wait(120)
        return SecretStr("late")

    monkeypatch.setattr(desk.connections.keys, "get", prompt)
    waiting = [
        asyncio.create_task(desk.ask()),
        asyncio.create_task(key_state(desk.job, connections=desk.connections, provider_id=desk.id)),
    ]
    await eventually(asked.is_set)
    prompts = [thread for thread in threading.enumerate() if thread.name == "work that may stay"]
    assert prompts and all(thread.daemon for thread in prompts)
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)
    # Nobody has answered yet.
    assert all(task.cancelled() for task in waiting) and not answered.is_set()
    assert all(thread.is_alive() for thread in prompts)
    answered.set()
    for thread in prompts:
        thread.join()


def test_keys_of_one_program_are_its_own() -> None:
    assert Connections(store := KeyStore()).keys is store
