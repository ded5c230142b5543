"""What a worker asks for when it needs a provider; `Connections` is the real one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from erpai_desktop.ai.chat_gateway import ChatGateway
from erpai_desktop.ai.trainer import Trainer
from erpai_desktop.models.ids import ProviderId
from erpai_desktop.models.metering import CallContext
from erpai_desktop.workers.job import Job


class Connecting(Protocol):
    """Opens connections to providers. Whoever opens one closes it.

    Raises KeyMissingError, KeyringError, NotFoundError, ProviderError.
    """

    async def chat(
        self, job: Job, *, provider_id: ProviderId, call: CallContext, base_model: str | None = None
    ) -> ChatGateway:
        """A metered connection; `base_model` None means the provider's own."""
        ...

    async def trainer(self, job: Job, *, provider_id: ProviderId) -> Trainer:
        """A connection that trains."""
        ...


@asynccontextmanager
async def opened_trainer(connections: Connecting, job: Job, *, provider_id: ProviderId) -> AsyncIterator[Trainer]:
    """A connection that trains, closed at the end of the block. Raises as `Connecting` does."""
    trainer = await connections.trainer(job, provider_id=provider_id)
    try:
        yield trainer
    finally:
        await trainer.close()
