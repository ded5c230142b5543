"""The append-only history of changes, and the intentions written down before anything outside is called."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Identity, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from erpai_desktop.models.entities.base import Base, Row, code, utc_now
from erpai_desktop.models.enums import JobState


class Change(Base):
    """One changed row (or one batch), written in the transaction of the change itself.

    `seq` rises in commit order (writers are serialised), so it doubles as the workspace's revision: a view, another
    window or a compilation asks "what came after N". `model_id` is the model whose knowledge it concerns.
    `before` and `after` hold the changed fields as JSON; null before is a creation, null after a removal. An
    import is one Change with its `batch` and `row_count`. `undoes` is the action that this one takes back.
    `affects_build` marks what makes compilations stale.
    """

    __tablename__ = "changes"
    __table_args__ = (
        Index("ix_changes_model_id_seq", "model_id", "seq"),
        Index("ix_changes_row_id", "row_id"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True, autoincrement=True
    )
    action_id: Mapped[UUID] = mapped_column(index=True)
    label: Mapped[str] = mapped_column(String(256), default="")
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    time_utc: Mapped[datetime] = mapped_column(default=utc_now)
    entity: Mapped[str] = mapped_column(String(64))
    row_id: Mapped[UUID | None]
    model_id: Mapped[UUID | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    batch: Mapped[UUID | None]
    undoes: Mapped[UUID | None] = mapped_column(index=True)
    row_count: Mapped[int] = mapped_column(default=1)
    affects_build: Mapped[bool] = mapped_column(default=False)


class JobIntention(Row, Base):
    """What is about to be done outside. `owner` tells the living process (its id and start) from a dead one.

    `payload` holds what is needed to go on with it after a restart; never a key. Whoever follows something for days
    says so now and then in `seen_utc`: a process of another machine that has been silent for long is taken for dead.
    """

    __tablename__ = "job_intentions"

    kind: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    state: Mapped[JobState] = mapped_column(code(JobState), default=JobState.INTENDED)
    remote_id: Mapped[str | None] = mapped_column(String(256))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    owner: Mapped[str] = mapped_column(String(256), default="")
    started_utc: Mapped[datetime] = mapped_column(default=utc_now)
    seen_utc: Mapped[datetime | None]
    ended_utc: Mapped[datetime | None]
    error_message: Mapped[str] = mapped_column(String(4096), default="")
