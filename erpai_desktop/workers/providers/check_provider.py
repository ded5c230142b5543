"""Testing a connection: what a provider offers and can do, and what goes on there that no version waits for."""

from __future__ import annotations

import time
from types import MappingProxyType

from erpai_desktop.ai.chat_gateway import ChatGateway, Found
from erpai_desktop.errors import ErpAiError, ProviderError
from erpai_desktop.models.capabilities import Capability, Support
from erpai_desktop.models.enums import Purpose
from erpai_desktop.models.ids import ProviderId
from erpai_desktop.models.metering import CallContext
from erpai_desktop.models.snapshots.providers import ProviderSetup
from erpai_desktop.services import providers
from erpai_desktop.services.providers_reading import provider_setup
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.job_state import NEEDS_A_LOOK
from erpai_desktop.workers.providers.connecting import opened_trainer
from erpai_desktop.workers.providers.connections import Connections
from erpai_desktop.workers.training.orphans import Orphan, look_for_orphans


async def check_provider(job: Job, *, connections: Connections, provider_id: ProviderId) -> tuple[Orphan, ...]:
    """Look at a provider and store what was found, or why it failed; answers the trainings that no version waits for.

    At a provider that trains these are looked for each time: what is this workspace's is ended, the rest is told.
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
    orphans: tuple[Orphan, ...] = ()
    if found is not None and found.capabilities.get(Capability.FINE_TUNING) is Support.YES:
        job.progress("looking for trainings that no version waits for")
        orphans = await _orphans(job, connections, setup)
    if orphans:
        more = f" And {len(orphans) - 1} more." if len(orphans) > 1 else ""
        job.progress(NEEDS_A_LOOK, text=f"“{setup.name}” answers. {orphans[0].message}{more}")
    else:
        job.progress("done", text=f"“{setup.name}” answers")
    return orphans


async def _orphans(job: Job, connections: Connections, setup: ProviderSetup) -> tuple[Orphan, ...]:
    try:
        async with opened_trainer(connections, job, provider_id=setup.id) as trainer:
            orphans = await look_for_orphans(job, trainer, provider_name=setup.name)
    except ErpAiError as error:
        # The test has been passed all the same.
        job.log(f"Trainings that no version waits for could not be looked for: {error}")
        return ()
    for orphan in orphans:
        job.log(orphan.message)
    return orphans


async def _listed(gateway: ChatGateway) -> Found:
    models = await gateway.list_models()
    return Found(api="", models=models, capabilities=MappingProxyType({Capability.MODEL_LIST: Support.YES}))
