"""Testing a connection: what a provider offers and can do, found out by asking it, and written down either way."""

from __future__ import annotations

import time
from types import MappingProxyType

from erpai_desktop.ai.chat_gateway import ChatGateway, Found
from erpai_desktop.errors import ErpAiError, ProviderError
from erpai_desktop.models.capabilities import Capability, Support
from erpai_desktop.models.enums import Purpose
from erpai_desktop.models.ids import ProviderId
from erpai_desktop.models.metering import CallContext
from erpai_desktop.services import providers
from erpai_desktop.services.providers_reading import provider_setup
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.providers.connections import Connections


async def check_provider(job: Job, *, connections: Connections, provider_id: ProviderId) -> None:
    """Look at a provider and store what was found, or why it failed.

    Without a base model only the list of models is asked for, so that one can be chosen from it. Raises what made it
    fail: ProviderError, KeyMissingError, KeyringError, BudgetExceededError, another UserError; NotPermittedError.
    """
    setup = await job.read(provider_setup, provider_id=provider_id)
    job.progress("asking")
    began = time.monotonic()
    found: Found | None = None
    failure: ErpAiError | None = None
    try:
        gateway = await connections.look(job, setup=setup, call=CallContext(Purpose.CHECK))
        try:
            if not gateway.model:
                found = await _listed(gateway)
            else:
                try:
                    found = await gateway.look()
                except ProviderError as error:
                    failure = error
                    # The base model may be gone while the provider is there: then the list says what to take instead.
                    found = await _listed(gateway)
        finally:
            await gateway.close()
    except ErpAiError as error:
        failure = failure or error
    await job.write(
        providers.record_check,
        provider_id=provider_id,
        object_version=setup.object_version,
        found=found,
        elapsed_ms=round((time.monotonic() - began) * 1000),
        error_message=str(failure or ""),
    )
    if failure is not None:
        raise failure
    job.progress("done", text=f"“{setup.name}” answers")


async def _listed(gateway: ChatGateway) -> Found:
    models = await gateway.list_models()
    return Found(api="", models=models, capabilities=MappingProxyType({Capability.MODEL_LIST: Support.YES}))
