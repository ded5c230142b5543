"""What every row has: id, version, times, the external key; and what editable rows add: the bin."""

from __future__ import annotations

import enum
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Dialect, Enum, ForeignKey, Integer, MetaData, String, TypeDecorator, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from erpai_desktop.models.new_id import new_id


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime: `timestamptz` on PostgreSQL, naive UTC text on SQLite, which knows no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive datetimes: their zone would be a guess."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in storage")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Always an aware UTC datetime."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def code(kind: type[enum.StrEnum]) -> Enum:
    """A column type that stores an enum's code as text, so that a new code needs no migration."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def utc_now() -> datetime:
    """The present moment, aware."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """The mapped classes' root, with stable constraint names for migrations."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime(), UUID: Uuid()}


class Row:
    """The common columns. `object_version` is SQLAlchemy's version counter: a stale save raises StaleDataError."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    object_version: Mapped[int] = mapped_column(Integer, default=1)
    created_utc: Mapped[datetime] = mapped_column(default=utc_now)
    updated_utc: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
    external_id: Mapped[str | None] = mapped_column(String(256))
    external_system: Mapped[str | None] = mapped_column(String(64))

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.object_version}


class Binnable:
    """Rows that go to the bin for 30 days rather than away. Uniqueness counts only rows outside it."""

    deleted_utc: Mapped[datetime | None]

    @declared_attr
    @classmethod
    def deleted_by(cls) -> Mapped[UUID | None]:
        """Who put it there."""
        return mapped_column(ForeignKey("users.id", use_alter=True))
