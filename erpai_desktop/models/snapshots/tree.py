"""The tree of models as the window shows it, and one model's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from erpai_desktop.models.configuration import EffectiveConfiguration
from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import CompilationId, ModelId, ProviderId, UserId
from erpai_desktop.models.lifecycle import Ending


@dataclass(frozen=True, slots=True)
class ModelNode:
    """One line of the tree. `changes_since_build` counts changed rows of its lineage since the active version.

    It is None while the model has no active version; another base model than the version's counts as one change.
    Counts are of live rows. `ending` says when the base model of the active version, or of the provider the model
    works with, is shut down: the sooner of both.
    """

    id: ModelId
    parent_id: ModelId | None
    name: str
    names: Mapping[str, str]
    is_default: bool
    is_arbiter: bool
    qa_count: int
    conversation_count: int
    compilation_count: int
    active_compilation_id: CompilationId | None
    active_version: int | None
    changes_since_build: int | None
    validation_score: float | None
    ending: Ending | None
    ends_here: bool = False
    """Whether that is the model's own affair: it has chosen the provider itself, or its active version rests on it."""


@dataclass(frozen=True, slots=True)
class TreeSnapshot:
    """All models, parents before children, siblings by name."""

    nodes: tuple[ModelNode, ...]


@dataclass(frozen=True, slots=True)
class ModelDetails:
    """The overview page of one model: its own settings and what takes effect. `provider_name` is the effective one."""

    id: ModelId
    object_version: int
    names: Mapping[str, str]
    name: str
    parent_id: ModelId | None
    parent_name: str | None
    provider_id: ProviderId | None
    system_message: str
    is_default: bool
    build_assistant: bool
    auto_update_to_latest_build: bool
    activation_margin: float
    conversational_compilation_id: CompilationId | None
    virtual_user_id: UserId | None
    notes: str
    effective: EffectiveConfiguration
    providers: tuple[ProviderChoice, ...]
    virtual_users: tuple[UserChoice, ...]
    model_names: Mapping[ModelId, str]
    """Names of all models of the lineage, for showing where a value comes from."""


@dataclass(frozen=True, slots=True)
class ProviderChoice:
    """A provider to choose."""

    id: ProviderId
    name: str
    kind: str
    base_model_name: str


@dataclass(frozen=True, slots=True)
class UserChoice:
    """A virtual user to choose; `taken_by` names the model that has it already."""

    id: UserId
    name: str
    taken_by: str | None


@dataclass(frozen=True, slots=True)
class BinItem:
    """Something in the bin. `kind` is an `Entity` value, `needed` the role from which on one may restore it."""

    kind: str
    id: object
    title: str
    model_name: str
    deleted_utc: datetime
    deleted_by: str
    needed: Role = Role.ADMINISTRATOR
