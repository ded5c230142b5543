"""The curated knowledge: question-answer pairs, and conversations captured as training examples."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Identity, Index, Integer, String, Text, Uuid, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from erpai_desktop.models.entities.base import Base, Binnable, Row, code, utc_now
from erpai_desktop.models.enums import Origin, ParticipantRole, QaType, ReviewState
from erpai_desktop.models.new_id import new_id

_LIVE = text("deleted_utc IS NULL")
_IN_BIN = text("deleted_utc IS NOT NULL")


class ModelQA(Row, Binnable, Base):
    """One question and its answer.

    The table's own key is `seq`, a stable integer by which the full-text index points at its row; everything
    else names a Q&A by `id`. `deactivation_time_utc` is set when `is_active` goes false. `expects_refusal`,
    `required_terms` and `forbidden_terms` concern validation rows.
    """

    __tablename__ = "model_qas"
    __table_args__ = (
        # Live rows alone: each order of the table, every count and every list of sections reads these and no more.
        Index("ix_model_qas_model_id_seq", "model_id", "seq", sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index(
            "ix_model_qas_model_id_section_seq",
            "model_id",
            "section",
            "seq",
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_model_qas_deleted_utc", "deleted_utc", sqlite_where=_IN_BIN, postgresql_where=_IN_BIN),
    )

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True, autoincrement=True
    )
    id: Mapped[UUID] = mapped_column(Uuid(), unique=True, default=new_id)
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    section: Mapped[str] = mapped_column(String(128))
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    expects_refusal: Mapped[bool] = mapped_column(default=False)
    required_terms: Mapped[list[str]] = mapped_column(JSON, default=list)
    forbidden_terms: Mapped[list[str]] = mapped_column(JSON, default=list)
    qa_type: Mapped[QaType] = mapped_column(code(QaType), default=QaType.TRAINING)
    is_active: Mapped[bool] = mapped_column(default=True)
    added_by_user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    creation_time_utc: Mapped[datetime] = mapped_column(default=utc_now)
    deactivation_time_utc: Mapped[datetime | None]
    notes: Mapped[str] = mapped_column(Text, default="")

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.object_version, "primary_key": [cls.id]}


class TrainingConversation(Row, Binnable, Base):
    """One multi-turn training example. `last_update_time_utc` moves when any message moves."""

    __tablename__ = "training_conversations"

    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"), index=True)
    origin: Mapped[Origin] = mapped_column(code(Origin), default=Origin.USER_ENTERED)
    origin_object: Mapped[str | None] = mapped_column(String(256))
    review_state: Mapped[ReviewState] = mapped_column(code(ReviewState), default=ReviewState.APPROVED)
    reviewer_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    creation_time_utc: Mapped[datetime] = mapped_column(default=utc_now)
    last_update_time_utc: Mapped[datetime] = mapped_column(default=utc_now)
    notes: Mapped[str] = mapped_column(Text, default="")


class TrainingConversationMessage(Row, Binnable, Base):
    """One message of a training conversation; `message_no` orders them from 1, `contents` is Markdown."""

    __tablename__ = "training_conversation_messages"

    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("training_conversations.id"), index=True)
    message_no: Mapped[int]
    message_time_utc: Mapped[datetime] = mapped_column(default=utc_now)
    participant_name: Mapped[str | None] = mapped_column(String(64))
    participant_role: Mapped[ParticipantRole] = mapped_column(code(ParticipantRole))
    contents: Mapped[str] = mapped_column(Text)
