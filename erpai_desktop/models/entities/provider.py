"""A connection to an AI service plus its base model. The key is never here."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from erpai_desktop.models.entities.base import Base, Binnable, Row, code, utc_now
from erpai_desktop.models.enums import ProviderKind


class Provider(Row, Binnable, Base):
    """`name` maps a language to a text of up to 256 characters; `keyring_entry` only names where the key lies.

    `model_file` is the GGUF file of a local model, as a path of the workstation that serves it.
    """

    __tablename__ = "providers"

    name: Mapped[dict[str, str]] = mapped_column(JSON)
    provider_field: Mapped[ProviderKind] = mapped_column(code(ProviderKind))
    base_model_name: Mapped[str] = mapped_column(String(64), default="")
    base_url: Mapped[str] = mapped_column(String(1024), default="")
    model_file: Mapped[str] = mapped_column(String(1024), default="")
    keyring_entry: Mapped[str | None] = mapped_column(String(256))
    notes: Mapped[str] = mapped_column(Text, default="")


class ProviderCheck(Row, Base):
    """What the last look at a provider has found; one a provider, replaced by the next look.

    `api` is how it is talked to: "responses" or "chat completions". `capabilities` maps a capability's name to
    "yes", "no" or "unknown"; `models` lists `{"name", "shutdown_date"}`, the date as YYYY-MM-DD or null.
    """

    __tablename__ = "provider_checks"

    provider_id: Mapped[UUID] = mapped_column(ForeignKey("providers.id"), unique=True)
    checked_utc: Mapped[datetime] = mapped_column(default=utc_now)
    api: Mapped[str] = mapped_column(String(32), default="")
    capabilities: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    models: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    elapsed_ms: Mapped[int] = mapped_column(default=0)
    error_message: Mapped[str] = mapped_column(String(4096), default="")
