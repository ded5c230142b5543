"""What a worker asks for when it needs a provider; `Connections` is the real one."""

from __future__ import annotations

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
