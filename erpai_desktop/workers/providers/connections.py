"""Connections to providers: opened when first needed, with the key from the keyring; shared, metered, closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import SecretStr

from erpai_desktop.ai.providers import gateways
from erpai_desktop.ai.providers.provider_access import ProviderAccess
from erpai_desktop.credentials import KeyStore
from erpai_desktop.errors import KeyMissingError, UserError
from erpai_desktop.models.enums import ProviderKind
from erpai_desktop.models.ids import ProviderId
from erpai_desktop.models.metering import CallContext
from erpai_desktop.models.provider_rules import missing, needs_key
from erpai_desktop.models.snapshots.providers import ProviderSetup
from erpai_desktop.services.providers_reading import provider_setup
from erpai_desktop.workers.heavy_imports import prepare
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.providers.local_server import LocalServers
from erpai_desktop.workers.providers.metering import MeteredGateway
from erpai_desktop.workers.threads import in_a_thread, in_a_thread_that_may_stay

if TYPE_CHECKING:
    from erpai_desktop.ai.chat_gateway import ChatEvent, ChatGateway, ChatRequest, Embeddings, Found, RemoteModel
    from erpai_desktop.ai.trainer import Trainer


class Connections:
    """One for each open workspace; the command line makes its own. Implements `Connecting`.

    A gateway is shared by all who ask for the same model of the same provider, until its settings or its key change.
    `keys` and `servers` are its own: what changes a key does it there.
    """

    def __init__(self, keys: KeyStore | None = None) -> None:
        self.keys = keys or KeyStore()
        self.servers = LocalServers()
        self._shared: dict[tuple[ProviderId, str], _Shared] = {}
        self._fetched: dict[str, tuple[tuple[str, int] | None, SecretStr | None]] = {}
        self._opening = asyncio.Lock()
        self._closed = False

    async def chat(
        self, job: Job, *, provider_id: ProviderId, call: CallContext, base_model: str | None = None
    ) -> ChatGateway:
        """A metered connection, for the caller to close; `base_model` None means the provider's own.

        Raises KeyMissingError, KeyringError, NotFoundError; a UserError for a provider that still lacks something, or
        whose model file cannot be served.
        """
        setup = await job.read(provider_setup, provider_id=provider_id)
        _check_complete(setup, base_model)
        return await self._connected(job, setup, call, base_model or setup.base_model_name)

    async def look(self, job: Job, *, setup: ProviderSetup, call: CallContext) -> ChatGateway:
        """As `chat`, for finding out what there is: a base model need not have been chosen yet."""
        if setup.kind is ProviderKind.BUILT_IN:
            raise _no_service(setup)
        _check_complete(setup, setup.base_model_name or "any")
        return await self._connected(job, setup, call, setup.base_model_name)

    async def trainer(self, job: Job, *, provider_id: ProviderId) -> Trainer:
        """A connection that trains, for the caller to close. Raises as `chat` does."""
        setup = await job.read(provider_setup, provider_id=provider_id)
        if setup.kind in (ProviderKind.BUILT_IN, ProviderKind.LOCAL):
            raise UserError(
                f"“{setup.name}” trains no models: {setup.kind.value.lower()} providers have no such service.",
                safe="Nothing was sent.",
                advice="Choose another provider.",
            )
        _check_complete(setup, setup.base_model_name or "any")
        access = await self._access(setup)
        await prepare(gateways.load)
        return await in_a_thread(_open_trainer, access)

    async def close(self) -> None:
        """Let all connections go and end the servers of model files."""
        self._closed = True
        async with self._opening:
            shared, self._shared = list(self._shared.values()), {}
        for one in shared:
            await one.retire(at_once=True)
        await self.servers.close()

    # --- inside ---------------------------------------------------------------------------------------------------

    async def _connected(self, job: Job, setup: ProviderSetup, call: CallContext, base_model: str) -> ChatGateway:
        access = await self._access(setup)
        async with self._opening:
            if self._closed:
                raise UserError("The program is closing.")
            place = (setup.id, base_model)
            state = (setup.object_version, access)
            shared = self._shared.get(place)
            if shared is None or shared.state != state:
                await prepare(gateways.load)
                gateway = await in_a_thread(_open_gateway, access, base_model)
                if shared is not None:
                    await shared.retire()
                shared = self._shared[place] = _Shared(gateway, state)
            lease = shared.lease()
        return MeteredGateway(lease, job, provider_id=setup.id, call=call)

    async def _access(self, setup: ProviderSetup) -> ProviderAccess:
        if setup.kind is ProviderKind.LOCAL:
            server = await self.servers.running(setup.model_file)
            return ProviderAccess(setup.kind, server.base_url, setup.base_model_name, setup.api, server.key)
        key = await self._key(setup)
        return ProviderAccess(setup.kind, setup.base_url, setup.base_model_name, setup.api, key)

    async def _key(self, setup: ProviderSetup) -> SecretStr | None:
        # Asked of the keyring once: it may be locked again while the person works.
        state = (setup.key_address, self.keys.version(setup.key_entry))
        fetched_at, key = self._fetched.get(setup.key_entry, (None, None))
        if fetched_at != state or key is None:
            key = await in_a_thread_that_may_stay(self.keys.get, setup.key_entry, address=setup.key_address)
            self._fetched[setup.key_entry] = (state, key)
        if key is None and needs_key(setup.kind):
            raise KeyMissingError(
                f"There is no key for “{setup.name}” on this computer.",
                safe="Nothing was sent.",
                advice="Paste it into the provider's page, or hand it to one command by --key-stdin.",
            )
        return key


def _check_complete(setup: ProviderSetup, base_model: str | None) -> None:
    if setup.kind is ProviderKind.BUILT_IN:
        raise _no_service(setup)
    lacks = missing(
        setup.kind,
        base_url=setup.base_url,
        base_model_name=base_model or setup.base_model_name,
        model_file=setup.model_file,
    )
    if lacks:
        raise UserError(
            f"“{setup.name}” is not set up yet: it still needs {' and '.join(lacks)}.",
            safe="Nothing was sent.",
            advice="Complete it on the provider's page.",
        )


def _no_service(setup: ProviderSetup) -> UserError:
    return UserError(
        f"“{setup.name}” has no chat model: {setup.kind.value.lower()} providers have none to offer here.",
        safe="Nothing was sent.",
        advice="Choose another provider, or the built-in target.",
    )


def _open_gateway(access: ProviderAccess, base_model: str) -> ChatGateway:
    return gateways.open_gateway(access, base_model=base_model)


def _open_trainer(access: ProviderAccess) -> Trainer:
    return gateways.open_trainer(access)


@dataclass(slots=True)
class _Shared:
    """A gateway with those who use it: superseded by a newer one, it closes once the last of them has left it."""

    gateway: ChatGateway
    state: tuple[int, ProviderAccess]
    users: int = 0
    is_retired: bool = False
    is_closed: bool = False

    def lease(self) -> _Lease:
        self.users += 1
        return _Lease(self.gateway, self._leave)

    async def retire(self, *, at_once: bool = False) -> None:
        self.is_retired = True
        if not self.users or at_once:
            await self._close()

    async def _leave(self) -> None:
        self.users -= 1
        if self.is_retired and not self.users:
            await self._close()

    async def _close(self) -> None:
        if not self.is_closed:
            self.is_closed = True
            await self.gateway.close()


class _Lease:
    """One user's hold on a shared gateway: closing it lets go of it, and closes nothing that others use."""

    def __init__(self, gateway: ChatGateway, leave: Callable[[], Awaitable[None]]) -> None:
        self._gateway = gateway
        self._leave = leave
        self._is_held = True

    @property
    def model(self) -> str:
        """The model that is asked."""
        return self._gateway.model

    def stream(self, request: ChatRequest) -> AsyncIterator[ChatEvent]:
        """As the gateway's."""
        return self._gateway.stream(request)

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """As the gateway's."""
        return await self._gateway.embed(texts)

    async def list_models(self) -> tuple[RemoteModel, ...]:
        """As the gateway's."""
        return await self._gateway.list_models()

    async def look(self) -> Found:
        """As the gateway's."""
        return await self._gateway.look()

    async def close(self) -> None:
        """Let go of it."""
        if self._is_held:
            self._is_held = False
            await self._leave()
