"""What a model knows at one moment: resolved rows, configuration, and the hash of all a build depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypedDict
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.ai.builtin.settings import ENGINE_VERSION, EngineSettings, embedder_identity
from erpai_desktop.ai.grounding.grounded_prompt import PROMPT_VERSION
from erpai_desktop.models.chat_dataset import CHAT_FORMAT
from erpai_desktop.models.configuration import EffectiveConfiguration, effective_configuration
from erpai_desktop.models.curated import ConversationRow
from erpai_desktop.models.dataset import input_hash, records_of
from erpai_desktop.models.entities import Provider
from erpai_desktop.models.enums import ProviderKind, ReviewState, Target
from erpai_desktop.models.hierarchy import Hierarchy
from erpai_desktop.models.ids import ModelId, ProviderId
from erpai_desktop.models.resolution import Resolution, resolve
from erpai_desktop.services.tree_reading import hierarchy
from erpai_desktop.storage.queries.knowledge import conversation_rows, revision, training_rows, validation_rows


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Read in one snapshot: `revision` is the newest change it has seen."""

    model_id: ModelId
    nodes: Hierarchy
    configuration: EffectiveConfiguration
    base_model: str
    resolution: Resolution
    revision: int

    def name(self, model_id: ModelId) -> str:
        """A model's name."""
        return self.nodes.node(model_id).name if model_id in self.nodes else ""


@dataclass(frozen=True, slots=True)
class Material:
    """Knowledge with the approved conversations of the lineage that it was resolved from, by id.

    `tests` are the lineage's active validation rows, also those that test nothing.
    """

    knowledge: Knowledge
    conversations: Mapping[UUID, ConversationRow]
    tests: tuple[UUID, ...] = ()


class BesideRows(TypedDict):
    """See `models.dataset.input_hash`."""

    instructions: str
    target: Target
    base_model: str
    engine: str
    embedder: str
    settings: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Configured:
    """A model's place and configuration; `base_model` and `provider_kind` are its provider's, where it has one."""

    nodes: Hierarchy
    configuration: EffectiveConfiguration
    base_model: str
    provider_kind: ProviderKind | None


def read_configuration(session: Session, *, model_id: ModelId, language: str = "en") -> Configured:
    """Read what a model works with. Raises NotFoundError."""
    nodes = hierarchy(session, language=language)
    providers = {
        ProviderId(id_): (kind, base_model)
        for id_, kind, base_model in session.execute(
            select(Provider.id, Provider.provider_field, Provider.base_model_name).where(Provider.deleted_utc.is_(None))
        )
    }
    configuration = effective_configuration(
        nodes, model_id, provider_kinds={id_: kind for id_, (kind, _) in providers.items()}
    )
    used = providers.get(configuration.provider.value) if configuration.provider.value is not None else None
    return Configured(nodes, configuration, used[1] if used else "", used[0] if used else None)


def read_knowledge(session: Session, *, model_id: ModelId, language: str = "en") -> Knowledge:
    """Read and resolve a model's knowledge. Raises NotFoundError."""
    return read_material(session, model_id=model_id, language=language).knowledge


def read_material(session: Session, *, model_id: ModelId, language: str = "en") -> Material:
    """The same with the conversations as they were said. Raises NotFoundError."""
    has = read_configuration(session, model_id=model_id, language=language)
    lineage = has.nodes.lineage(model_id)
    conversations = conversation_rows(session, lineage)
    tests = validation_rows(session, lineage)
    resolution = resolve(has.nodes, model_id, chain(training_rows(session, lineage), tests), conversations)
    knowledge = Knowledge(model_id, has.nodes, has.configuration, has.base_model, resolution, revision(session))
    approved = (row for row in conversations if row.review_state == ReviewState.APPROVED)
    return Material(knowledge, {row.id: row for row in approved}, tuple(row.id for row in tests))


def hash_of(knowledge: Knowledge, *, target: Target, settings: EngineSettings) -> str:
    """The input hash of a build of this knowledge: equal means that building again would make the same."""
    return input_hash(
        taught=records_of(knowledge.resolution.rows),
        validation=knowledge.resolution.validation,
        **beside_rows(knowledge.configuration, knowledge.base_model, target=target, settings=settings),
    )


def beside_rows(
    configuration: EffectiveConfiguration, base_model: str, *, target: Target, settings: EngineSettings
) -> BesideRows:
    """What else goes into the input hash."""
    as_files = target in (Target.FINE_TUNE, Target.EXPORT)
    return {
        "instructions": configuration.system_message,
        "target": target,
        # The built-in engine answers without a chat model: changing the provider changes nothing it says.
        "base_model": "" if target in (Target.BUILT_IN, Target.EXPORT) else base_model,
        "engine": _ENGINES.get(target, ENGINE_VERSION),
        "embedder": "" if as_files else embedder_identity(settings),
        "settings": {} if as_files else orjson.loads(settings.to_json()),
    }


_ENGINES = {
    Target.GROUNDED: f"{ENGINE_VERSION}+grounded-{PROMPT_VERSION}",
    Target.FINE_TUNE: f"chat format {CHAT_FORMAT}",
    Target.EXPORT: f"chat format {CHAT_FORMAT}",
}
