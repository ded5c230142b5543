"""What the room of providers asks for beside reading and writing rows; the window's composition root hands it over."""

from __future__ import annotations

from typing import Protocol

from erpai_desktop.models.ids import ProviderId
from erpai_desktop.models.snapshots.providers import KeyState
from erpai_desktop.workers.outcome import Outcome
from erpai_desktop.workers.runner import RunningJob


class ProviderJobs(Protocol):
    """Tests of connections, and keys."""

    def test(self, provider_id: ProviderId, name: str) -> RunningJob:
        """Look at a provider; what was found is stored."""
        ...

    def key_state(self, provider_id: ProviderId) -> Outcome[KeyState]:
        """How its key stands on this workstation."""
        ...

    def keep_key(self, provider_id: ProviderId, text: str) -> Outcome[KeyState]:
        """Keep a pasted key."""
        ...

    def forget_key(self, provider_id: ProviderId) -> Outcome[KeyState]:
        """Remove the key."""
        ...

    def forget_entry(self, key_entry: str) -> Outcome[None]:
        """Remove the key of a provider that has gone to the bin."""
        ...
