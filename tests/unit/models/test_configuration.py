"""Effective configuration, field by field, with where each value comes from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid5

import pytest

from erpai_desktop.errors import NotFoundError
from erpai_desktop.models.configuration import Effective, effective_configuration
from erpai_desktop.models.enums import ProviderKind, Target
from erpai_desktop.models.hierarchy import Hierarchy
from erpai_desktop.models.ids import ProviderId, UserId
from tests.unit.models.builders import NAMESPACE, model, tree

OPENAI = ProviderId(uuid5(NAMESPACE, "provider openai"))
BUILT_IN = ProviderId(uuid5(NAMESPACE, "provider built-in"))
LOCAL = ProviderId(uuid5(NAMESPACE, "provider local"))
KINDS = {OPENAI: ProviderKind.OPENAI, BUILT_IN: ProviderKind.BUILT_IN, LOCAL: ProviderKind.LOCAL}


def set_(hierarchy: Hierarchy, name: str, **fields: Any) -> Hierarchy:
    return hierarchy.with_node(replace(hierarchy.node(model(name)), **fields))


def test_the_own_provider_is_used() -> None:
    hierarchy = set_(set_(tree(), "master", provider_id=BUILT_IN), "pricing", provider_id=OPENAI)
    provider = effective_configuration(hierarchy, model("pricing")).provider
    assert provider == Effective(value=OPENAI, origin=model("pricing"), inherited=False)


def test_without_one_the_nearest_ancestors_provider_is_used() -> None:
    hierarchy = set_(set_(tree(), "master", provider_id=BUILT_IN), "sales", provider_id=OPENAI)
    assert effective_configuration(hierarchy, model("pricing")).provider == Effective(
        value=OPENAI, origin=model("sales"), inherited=True
    )
    assert effective_configuration(hierarchy, model("social")).provider == Effective(
        value=BUILT_IN, origin=model("master"), inherited=True
    )


def test_a_provider_is_inherited_neither_upwards_nor_sideways() -> None:
    hierarchy = set_(tree(), "sales", provider_id=OPENAI)
    for name in ("master", "marketing", "social"):
        assert effective_configuration(hierarchy, model(name)).provider == Effective(
            value=None, origin=None, inherited=False
        )


def test_the_system_message_runs_from_the_root_down_to_the_own() -> None:
    hierarchy = set_(tree(), "master", system_message="You speak for Vitosha.\n")
    hierarchy = set_(hierarchy, "sales", system_message="  ")
    hierarchy = set_(hierarchy, "pricing", system_message="Prices without VAT.")
    hierarchy = set_(hierarchy, "marketing", system_message="Be witty.")
    effective = effective_configuration(hierarchy, model("pricing"))
    assert effective.system_parts == (
        Effective(value="You speak for Vitosha.", origin=model("master"), inherited=True),
        Effective(value="Prices without VAT.", origin=model("pricing"), inherited=False),
    )
    assert effective.system_message == "You speak for Vitosha.\n\nPrices without VAT."
    assert effective_configuration(hierarchy, model("master")).system_message == "You speak for Vitosha."


def test_flags_and_the_virtual_user_are_not_inherited() -> None:
    speaker = UserId(uuid5(NAMESPACE, "user"))
    hierarchy = set_(
        tree(),
        "sales",
        build_assistant=False,
        auto_update_to_latest_build=False,
        is_default=True,
        virtual_user_id=speaker,
    )
    own = effective_configuration(hierarchy, model("sales"))
    child = effective_configuration(hierarchy, model("pricing"))
    assert (own.build_assistant.value, child.build_assistant.value) == (False, True)
    assert (own.auto_update_to_latest_build.value, child.auto_update_to_latest_build.value) == (False, True)
    assert (own.is_default.value, child.is_default.value) == (True, False)
    assert own.virtual_user == Effective(value=speaker, origin=model("sales"), inherited=False)
    assert child.virtual_user == Effective(value=None, origin=None, inherited=False)
    assert child.build_assistant.origin == model("pricing")


@pytest.mark.parametrize(
    ("build_assistant", "has_speaker", "member"),
    [(False, True, True), (False, False, False), (True, True, False), (True, False, False)],
)
def test_only_an_arbiter_with_a_virtual_user_is_in_groups(
    build_assistant: bool, has_speaker: bool, member: bool
) -> None:
    speaker = UserId(uuid5(NAMESPACE, "user")) if has_speaker else None
    hierarchy = set_(tree(), "sales", build_assistant=build_assistant, virtual_user_id=speaker)
    assert effective_configuration(hierarchy, model("sales")).answers_in_groups is member


FILES_AND_BUILT_IN = (Target.BUILT_IN, Target.EXPORT)


@pytest.mark.parametrize(
    ("provider", "build_assistant", "targets"),
    [
        (None, True, FILES_AND_BUILT_IN),
        (None, False, FILES_AND_BUILT_IN),
        (BUILT_IN, True, FILES_AND_BUILT_IN),
        (BUILT_IN, False, FILES_AND_BUILT_IN),
        (LOCAL, False, (Target.BUILT_IN, Target.GROUNDED, Target.EXPORT)),
        (OPENAI, True, (Target.BUILT_IN, Target.GROUNDED, Target.EXPORT)),
        (OPENAI, False, (Target.BUILT_IN, Target.GROUNDED, Target.FINE_TUNE, Target.EXPORT)),
    ],
)
def test_targets(provider: ProviderId | None, build_assistant: bool, targets: tuple[Target, ...]) -> None:
    hierarchy = set_(set_(tree(), "master", provider_id=provider), "sales", build_assistant=build_assistant)
    effective = effective_configuration(hierarchy, model("sales"), provider_kinds=KINDS)
    assert effective.available_targets == targets
    assert all(effective.targets[target] for target in Target if target not in targets), "each refusal says why"


def test_a_provider_of_unknown_kind_has_a_chat_model() -> None:
    hierarchy = set_(tree(), "sales", provider_id=OPENAI)
    assert Target.GROUNDED in effective_configuration(hierarchy, model("sales")).available_targets


def test_an_unknown_model_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        effective_configuration(tree(), model("nobody"))
