"""A build of a model, and everything that went into or came out of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from erpai_desktop.models.entities.base import Base, Row, code, utc_now
from erpai_desktop.models.enums import CompilationStatus, Target


class Compilation(Row, Base):
    """`number` counts per model (v1, v2, ...).

    `knowledge_revision` is the newest `Change.seq` the build has seen: later changes in the model's lineage make
    it stale. A later compile that finds the same `input_hash` moves it forward instead of building again.
    `base_model` is the provider's model it answers with, empty where none is needed; `activation_note` says why it
    was not activated by itself, where that is not the model's own wish.
    """

    __tablename__ = "compilations"
    __table_args__ = (UniqueConstraint("model_id", "number"),)

    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    number: Mapped[int]
    target: Mapped[Target] = mapped_column(code(Target), default=Target.BUILT_IN)
    provider_id: Mapped[UUID | None] = mapped_column(ForeignKey("providers.id"))
    input_hash: Mapped[str] = mapped_column(String(64), default="")
    engine_version: Mapped[str] = mapped_column(String(64), default="")
    knowledge_revision: Mapped[int] = mapped_column(BigInteger, default=0)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    start_time_utc: Mapped[datetime] = mapped_column(default=utc_now)
    completion_time_utc: Mapped[datetime | None]
    status: Mapped[CompilationStatus] = mapped_column(code(CompilationStatus), default=CompilationStatus.NEW)
    is_successful: Mapped[bool | None]
    base_model: Mapped[str] = mapped_column(String(256), default="")
    compiled_model_name: Mapped[str] = mapped_column(String(256), default="")
    build_log: Mapped[str] = mapped_column(Text, default="")
    error_message: Mapped[str] = mapped_column(Text, default="")
    activation_note: Mapped[str] = mapped_column(Text, default="")


class CompilationAsset(Row, Base):
    """One named part of a build: small text in `value`, or the SHA-256 of a stored blob in `blob_sha256`."""

    __tablename__ = "compilation_assets"
    __table_args__ = (UniqueConstraint("compilation_id", "asset_key"),)

    compilation_id: Mapped[UUID] = mapped_column(ForeignKey("compilations.id"))
    asset_key: Mapped[str] = mapped_column(String(128))
    value: Mapped[str | None] = mapped_column(Text)
    blob_sha256: Mapped[str | None] = mapped_column(ForeignKey("blobs.sha256"))
