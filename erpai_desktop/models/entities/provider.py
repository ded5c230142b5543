"""A connection to an AI service plus its base model. The key is never here."""

from __future__ import annotations

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from erpai_desktop.models.entities.base import Base, Binnable, Row, code
from erpai_desktop.models.enums import ProviderKind


class Provider(Row, Binnable, Base):
    """`name` maps a language to a text of up to 256 characters; `keyring_entry` only names where the key lies."""

    __tablename__ = "providers"

    name: Mapped[dict[str, str]] = mapped_column(JSON)
    provider_field: Mapped[ProviderKind] = mapped_column(code(ProviderKind))
    base_model_name: Mapped[str] = mapped_column(String(64), default="")
    base_url: Mapped[str] = mapped_column(String(1024), default="")
    keyring_entry: Mapped[str | None] = mapped_column(String(256))
    notes: Mapped[str] = mapped_column(Text, default="")
