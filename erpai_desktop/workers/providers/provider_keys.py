"""A provider's key on this workstation: how it stands, kept, forgotten. Keyrings block, so all of it in threads."""

from __future__ import annotations

from erpai_desktop.credentials import Keeping, KeyStore, key_from_text, masked
from erpai_desktop.errors import KeyMissingError, KeyringError
from erpai_desktop.models.ids import ProviderId
from erpai_desktop.models.snapshots.providers import KeyState, ProviderSetup
from erpai_desktop.services.providers_reading import provider_setup
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.providers.connections import Connections
from erpai_desktop.workers.threads import in_a_thread_that_may_stay


async def key_state(job: Job, *, connections: Connections, provider_id: ProviderId) -> KeyState:
    """How the key stands. A keyring that is locked is told, not raised. Raises NotFoundError."""
    setup = await job.read(provider_setup, provider_id=provider_id)
    return await in_a_thread_that_may_stay(_state, connections, setup)


async def keep_key(job: Job, *, connections: Connections, provider_id: ProviderId, text: str) -> KeyState:
    """Keep a pasted key instead of the one before. Raises InvalidInputError, KeyringError, NotFoundError."""
    key = key_from_text(text)
    setup = await job.read(provider_setup, provider_id=provider_id)
    await in_a_thread_that_may_stay(connections.keys.set, setup.key_entry, key, address=setup.key_address)
    return await in_a_thread_that_may_stay(_state, connections, setup)


async def forget_key(job: Job, *, connections: Connections, provider_id: ProviderId) -> KeyState:
    """Remove the key. Raises KeyringError, NotFoundError."""
    setup = await job.read(provider_setup, provider_id=provider_id)
    await in_a_thread_that_may_stay(connections.keys.delete, setup.key_entry)
    return await in_a_thread_that_may_stay(_state, connections, setup)


async def forget_entry(_job: Job, *, connections: Connections, key_entry: str) -> None:
    """Remove the key of a provider that has gone to the bin. Raises KeyringError."""
    await in_a_thread_that_may_stay(connections.keys.delete, key_entry)


def _state(connections: Connections, setup: ProviderSetup) -> KeyState:
    memory = connections.servers.memory(setup.model_file) if setup.model_file else None
    if not setup.key_address:
        return KeyState("", "", memory=memory)
    keyring = _name(connections.keys)
    try:
        key = connections.keys.get(setup.key_entry, address=setup.key_address)
    except (KeyMissingError, KeyringError) as error:
        locked = isinstance(error, KeyringError)
        return KeyState("", keyring, problem=str(error), is_locked=locked, memory=memory)
    return KeyState(masked(key) if key is not None else "", keyring, memory=memory)


def _name(keys: KeyStore) -> str:
    state = keys.state
    return state.name if state.keeping is Keeping.KEYRING else ""
