"""A node of the tree of models: an assistant, or an arbiter of group chats."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from erpai_desktop.models.entities.base import Base, Binnable, Row


class Model(Row, Binnable, Base):
    """Settings that are null are inherited from the nearest ancestor that has them.

    `activation_margin` is a share from 0 to 1: a new version that scores lower than the active one by more than this
    is not activated by itself.
    """

    __tablename__ = "models"
    __table_args__ = (
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="own_parent"),
        Index(
            "uq_models_is_default",
            "is_default",
            unique=True,
            sqlite_where=text("is_default AND deleted_utc IS NULL"),
            postgresql_where=text("is_default AND deleted_utc IS NULL"),
        ),
        Index(
            "uq_models_virtual_user_id",
            "virtual_user_id",
            unique=True,
            sqlite_where=text("virtual_user_id IS NOT NULL AND deleted_utc IS NULL"),
            postgresql_where=text("virtual_user_id IS NOT NULL AND deleted_utc IS NULL"),
        ),
    )

    name: Mapped[dict[str, str]] = mapped_column(JSON)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("models.id"), index=True)
    provider_id: Mapped[UUID | None] = mapped_column(ForeignKey("providers.id"))
    system_message: Mapped[str] = mapped_column(Text, default="")
    is_default: Mapped[bool] = mapped_column(default=False)
    build_assistant: Mapped[bool] = mapped_column(default=True)
    auto_update_to_latest_build: Mapped[bool] = mapped_column(default=True)
    activation_margin: Mapped[float] = mapped_column(default=0.02)
    conversational_compilation_id: Mapped[UUID | None] = mapped_column(ForeignKey("compilations.id", use_alter=True))
    virtual_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    notes: Mapped[str] = mapped_column(Text, default="")
