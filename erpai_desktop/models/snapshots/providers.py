"""Providers as the window and the command line show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from erpai_desktop.models.capabilities import Capability, Support
from erpai_desktop.models.enums import ProviderKind
from erpai_desktop.models.ids import ModelId, ProviderId
from erpai_desktop.models.lifecycle import Ending


@dataclass(frozen=True, slots=True)
class CheckSummary:
    """How the last look at a provider went; `error` is empty when it went well."""

    checked_utc: datetime
    elapsed_ms: int
    error: str


@dataclass(frozen=True, slots=True)
class ProviderLine:
    """One line of the list. `used_by` counts the models that have chosen it themselves.

    `missing` says what it still needs before it can be used; `ending` when its base model is shut down.
    """

    id: ProviderId
    object_version: int
    name: str
    names: Mapping[str, str]
    kind: ProviderKind
    base_model_name: str
    base_url: str
    model_file: str
    used_by: int
    missing: tuple[str, ...]
    check: CheckSummary | None
    ending: Ending | None


@dataclass(frozen=True, slots=True)
class BaseModel:
    """A model that a provider offers. `days_left` is None where no shutdown is announced."""

    name: str
    shutdown_date: date | None
    days_left: int | None


@dataclass(frozen=True, slots=True)
class ProviderUse:
    """A model of the tree that works with the provider: its own choice, or an ancestor's."""

    model_id: ModelId
    name: str
    inherited: bool


@dataclass(frozen=True, slots=True)
class ProviderDetails:
    """One provider in full. `models` has what ends first in front; `warning` is about its address.

    `api` is how it is talked to, as the last check has found out; `key_address` whom its key belongs to, empty where
    it has none.
    """

    line: ProviderLine
    notes: str
    warning: str
    key_entry: str
    key_address: str
    api: str
    capabilities: Mapping[Capability, Support]
    models: tuple[BaseModel, ...]
    uses: tuple[ProviderUse, ...]


@dataclass(frozen=True, slots=True)
class ProviderSetup:
    """What is needed to connect: how it is found at one moment. `api` is empty while nobody has looked."""

    id: ProviderId
    object_version: int
    name: str
    kind: ProviderKind
    base_url: str
    base_model_name: str
    model_file: str
    key_entry: str
    key_address: str
    api: str


@dataclass(frozen=True, slots=True)
class KeyState:
    """How a provider's key stands on this workstation; the key itself is nowhere in it.

    `masked` shows its last four characters, empty where there is none. `keyring` names where keys are kept, empty where
    they are kept in memory for the session only. `problem` says why it cannot be used or read; `is_locked` that this
    is the keyring's doing. `memory` is what the server of a model file takes in bytes, None while it does not run.
    """

    masked: str
    keyring: str
    problem: str = ""
    is_locked: bool = False
    memory: int | None = None
