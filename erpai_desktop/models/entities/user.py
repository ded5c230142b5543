"""A person, or the virtual user that a model speaks as in group chats."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from erpai_desktop.models.entities.base import Base, Binnable, Row, code
from erpai_desktop.models.enums import Role, UserType


class User(Row, Binnable, Base):
    """`model_id` is the assistant this user talks to; null means the default model."""

    __tablename__ = "users"
    __table_args__ = (
        Index(
            "uq_users_login",
            "login",
            unique=True,
            sqlite_where=text("deleted_utc IS NULL"),
            postgresql_where=text("deleted_utc IS NULL"),
        ),
    )

    login: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(256), default="")
    user_type: Mapped[UserType] = mapped_column(code(UserType), default=UserType.INTERNAL)
    active: Mapped[bool] = mapped_column(default=True)
    email: Mapped[str] = mapped_column(String(256), default="")
    default_language: Mapped[str] = mapped_column(String(16), default="en")
    time_zone: Mapped[str] = mapped_column(String(64), default="")
    role: Mapped[Role] = mapped_column(code(Role), default=Role.STAFF)
    model_id: Mapped[UUID | None] = mapped_column(ForeignKey("models.id", use_alter=True))
