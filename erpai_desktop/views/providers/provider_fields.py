"""A provider's settings as flat fields, one for each language's name, and back as a service takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from erpai_desktop.models.snapshots.providers import ProviderDetails
from erpai_desktop.views.parts.flat_fields import arguments, flat

__all__ = ["arguments", "fields_of", "flat"]


def fields_of(details: ProviderDetails) -> dict[str, object]:
    """All of a provider's editable settings."""
    line = details.line
    values: Mapping[str, Any] = {
        "names": line.names,
        "kind": line.kind,
        "base_model_name": line.base_model_name,
        "base_url": line.base_url,
        "model_file": line.model_file,
        "notes": details.notes,
    }
    return flat(values)
