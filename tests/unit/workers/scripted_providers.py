"""A provider in the workspace whose chat model is scripted, and the connections that lead to it."""

from __future__ import annotations

from erpai_desktop.ai.chat_gateway import ChatGateway
from erpai_desktop.ai.trainer import Trainer
from erpai_desktop.models.enums import Purpose
from erpai_desktop.models.ids import ProviderId
from erpai_desktop.models.metering import CallContext
from erpai_desktop.services import tree
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.providers.metering import MeteredGateway
from tests.evaluated import add_provider
from tests.scripted_gateway import ScriptedGateway
from tests.unit.workers.conftest import Shop


class ScriptedConnections:
    """Implements `Connecting`: metered, and remembers what for."""

    def __init__(self, gateway: ChatGateway | Exception) -> None:
        self.gateway = gateway
        self.calls: list[tuple[CallContext, str | None]] = []

    @property
    def purposes(self) -> set[Purpose]:
        return {call.purpose for call, _ in self.calls}

    async def chat(
        self, job: Job, *, provider_id: ProviderId, call: CallContext, base_model: str | None = None
    ) -> ChatGateway:
        self.calls.append((call, base_model))
        if isinstance(self.gateway, Exception):
            raise self.gateway
        return MeteredGateway(self.gateway, job, provider_id=provider_id, call=call)

    async def trainer(self, job: Job, *, provider_id: ProviderId) -> Trainer:
        raise NotImplementedError


def with_provider(shop: Shop) -> ProviderId:
    """Give the shop's model a provider."""
    provider_id = add_provider(shop.database, base_model="scripted")
    shop.database.write(tree.update_model, model_id=shop.model_id, object_version=None, provider_id=provider_id)
    return provider_id


def quoting() -> ScriptedGateway:
    """A chat model that says the first row's answer in its own words, or that it does not know of Peru."""

    def answer(message: str) -> str:
        if "Peru" in message.rpartition("<question>")[2]:
            return "NOT_KNOWN"
        first = message.partition("Answer: ")[2].partition("\n")[0]
        return f"As it is written, {first.rstrip('.')} [1]."

    return ScriptedGateway(answer=answer)
