"""Golden answers: what a version replied, kept as the measure for its successor."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from erpai_desktop.models.entities.base import Base, Binnable, Row


class GoldenSet(Row, Binnable, Base):
    """The replies of one version to all validation rows and to chosen past questions, taken at one time."""

    __tablename__ = "golden_sets"

    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"), index=True)
    compilation_id: Mapped[UUID] = mapped_column(ForeignKey("compilations.id"))
    name: Mapped[str] = mapped_column(String(256), default="")
    base_model: Mapped[str] = mapped_column(String(256), default="")
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))


class GoldenAnswer(Row, Base):
    """One recorded reply. `qa_id` is the validation row asked, which may be gone by now; null for a past question.

    `sources` are packed as in a chat's answers. `expected`, `expects_refusal` and `right` are as they were then.
    """

    __tablename__ = "golden_answers"

    golden_set_id: Mapped[UUID] = mapped_column(ForeignKey("golden_sets.id"), index=True)
    answer_no: Mapped[int]
    qa_id: Mapped[UUID | None]
    question: Mapped[str] = mapped_column(Text)
    expected: Mapped[str] = mapped_column(Text, default="")
    expects_refusal: Mapped[bool] = mapped_column(default=False)
    answer: Mapped[str] = mapped_column(Text, default="")
    refused: Mapped[bool] = mapped_column(default=False)
    confidence: Mapped[float] = mapped_column(default=0.0)
    sources: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    right: Mapped[bool | None]
