"""The workspace itself: one row."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from erpai_desktop.models.entities.base import Base, Row


class Workspace(Row, Base):
    """`name` is the company's; `is_sample` marks the copy of the sample company."""

    __tablename__ = "workspaces"

    name: Mapped[str] = mapped_column(String(256))
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_by_version: Mapped[str] = mapped_column(String(32))
