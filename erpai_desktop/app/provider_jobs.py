"""What the providers' room asks for beside reading and writing rows: tests of connections, and keys."""

from __future__ import annotations

from erpai_desktop.errors import ErpAiError
from erpai_desktop.models.ids import ProviderId
from erpai_desktop.models.snapshots.providers import KeyState
from erpai_desktop.workers.intentions import check_provider, provider_keys
from erpai_desktop.workers.job_state import JobSpec
from erpai_desktop.workers.outcome import Outcome
from erpai_desktop.workers.providers.connections import Connections
from erpai_desktop.workers.runner import Runner, RunningJob


class ProviderJobs:
    """One for each open workspace; implements `views.providers.jobs.ProviderJobs`."""

    def __init__(self, runner: Runner, connections: Connections) -> None:
        self._runner = runner
        self._connections = connections

    def test(self, provider_id: ProviderId, name: str) -> RunningJob:
        """Look at a provider; what was found is stored."""
        spec = JobSpec(f"Test {name}", "check_provider", queue=("provider", provider_id), subject=provider_id)
        job = self._runner.start(
            spec, check_provider.check_provider, connections=self._connections, provider_id=provider_id
        )
        # A failure that was to be expected stands on the page, where it was stored.
        job.outcome.otherwise(lambda error: isinstance(error, ErpAiError))
        return job

    def key_state(self, provider_id: ProviderId) -> Outcome[KeyState]:
        """How its key stands on this workstation."""
        return self._runner.start(
            self._quiet(provider_id), provider_keys.key_state, connections=self._connections, provider_id=provider_id
        ).outcome

    def keep_key(self, provider_id: ProviderId, text: str) -> Outcome[KeyState]:
        """Keep a pasted key."""
        return self._runner.start(
            self._quiet(provider_id),
            provider_keys.keep_key,
            connections=self._connections,
            provider_id=provider_id,
            text=text,
        ).outcome

    def forget_key(self, provider_id: ProviderId) -> Outcome[KeyState]:
        """Remove the key."""
        return self._runner.start(
            self._quiet(provider_id), provider_keys.forget_key, connections=self._connections, provider_id=provider_id
        ).outcome

    def forget_entry(self, key_entry: str) -> Outcome[None]:
        """Remove the key of a provider that has gone to the bin."""
        spec = JobSpec("Forget a key", "key", queue=("key", key_entry), quiet=True)
        return self._runner.start(
            spec, provider_keys.forget_entry, connections=self._connections, key_entry=key_entry
        ).outcome

    def _quiet(self, provider_id: ProviderId) -> JobSpec:
        return JobSpec("Key of a provider", "key", queue=("key", provider_id), quiet=True)
