"""What a model really works with, field by field, and which model each value comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, TypeVar

from erpai_desktop.models.enums import ProviderKind, Target
from erpai_desktop.models.hierarchy import Hierarchy
from erpai_desktop.models.ids import ModelId, ProviderId, UserId

T = TypeVar("T")

PART_SEPARATOR = "\n\n"
_NO_KINDS: Mapping[ProviderId, ProviderKind] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Effective(Generic[T]):
    """A value and the model it comes from; `origin` is None where no model gives any."""

    value: T
    origin: ModelId | None
    inherited: bool


@dataclass(frozen=True, slots=True)
class EffectiveConfiguration:
    """A model's configuration after inheritance.

    `system_message` is the text sent: the parts joined by a blank line, the root's first and the model's own
    last. `targets` maps every target to the reason why the model cannot be compiled to it, empty when it can.
    """

    model_id: ModelId
    provider: Effective[ProviderId | None]
    system_parts: tuple[Effective[str], ...]
    system_message: str
    build_assistant: Effective[bool]
    auto_update_to_latest_build: Effective[bool]
    is_default: Effective[bool]
    virtual_user: Effective[UserId | None]
    targets: Mapping[Target, str]

    @property
    def available_targets(self) -> tuple[Target, ...]:
        """The targets that the model can be compiled to."""
        return tuple(target for target, reason in self.targets.items() if not reason)

    @property
    def answers_in_groups(self) -> bool:
        """Whether the model is a member of group chats: an arbiter with a virtual user to speak as."""
        return not self.build_assistant.value and self.virtual_user.value is not None


def effective_configuration(
    hierarchy: Hierarchy,
    model_id: ModelId,
    *,
    provider_kinds: Mapping[ProviderId, ProviderKind] = _NO_KINDS,
) -> EffectiveConfiguration:
    """The configuration a model works with. Raises NotFoundError.

    The provider is the nearest one on the way up. The system message is all the ancestors' from the root down,
    then the model's own; blank ones are left out. Everything else is the model's own and is not inherited.
    `provider_kinds` tells a Built-in provider from one with a chat model; a provider it lacks counts as the latter.
    """
    node = hierarchy.node(model_id)
    upwards = (model_id, *hierarchy.ancestors(model_id))

    provider: Effective[ProviderId | None] = Effective(value=None, origin=None, inherited=False)
    for step in upwards:
        provider_id = hierarchy.node(step).provider_id
        if provider_id is not None:
            provider = Effective(value=provider_id, origin=step, inherited=step != model_id)
            break

    parts = tuple(
        Effective(value=text, origin=step, inherited=step != model_id)
        for step in reversed(upwards)
        if (text := hierarchy.node(step).system_message.strip())
    )

    def own(value: T) -> Effective[T]:
        return Effective(value=value, origin=model_id, inherited=False)

    kind = None if provider.value is None else provider_kinds.get(provider.value, ProviderKind.OPENAI_COMPATIBLE)
    return EffectiveConfiguration(
        model_id=model_id,
        provider=provider,
        system_parts=parts,
        system_message=PART_SEPARATOR.join(part.value for part in parts),
        build_assistant=own(node.build_assistant),
        auto_update_to_latest_build=own(node.auto_update_to_latest_build),
        is_default=own(node.is_default),
        virtual_user=Effective(
            value=node.virtual_user_id,
            origin=None if node.virtual_user_id is None else model_id,
            inherited=False,
        ),
        targets=_targets(kind, build_assistant=node.build_assistant),
    )


def _targets(kind: ProviderKind | None, *, build_assistant: bool) -> dict[Target, str]:
    """Every target with the reason against it, in the order in which a person is offered them."""
    no_chat_model = ""
    if kind is None:
        no_chat_model = "The model has no provider, its own or inherited."
    elif kind is ProviderKind.BUILT_IN:
        no_chat_model = "The built-in provider has no chat model."
    no_training = no_chat_model
    if not no_training and kind is ProviderKind.LOCAL:
        no_training = "A local model is not trained."
    elif not no_training and build_assistant:
        no_training = "Only arbiters are fine-tuned; this model serves the assistant."
    return {Target.BUILT_IN: "", Target.GROUNDED: no_chat_model, Target.FINE_TUNE: no_training, Target.EXPORT: ""}
