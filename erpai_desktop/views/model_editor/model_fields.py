"""A model's settings as flat fields."""

from __future__ import annotations

from erpai_desktop.models.snapshots.tree import ModelDetails
from erpai_desktop.views.parts.flat_fields import flat

_PLAIN = (
    "system_message",
    "notes",
    "build_assistant",
    "auto_update_to_latest_build",
    "activation_margin",
    "provider_id",
    "virtual_user_id",
)


def fields_of(details: ModelDetails) -> dict[str, object]:
    """All of a model's editable settings."""
    return flat({"names": details.names} | {field: getattr(details, field) for field in _PLAIN})
