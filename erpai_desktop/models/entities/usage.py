"""What was spent, by whom and on what; what that comes to by month; and the budgets that stop it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from erpai_desktop.models.entities.base import Base, Binnable, Row, code, utc_now
from erpai_desktop.models.enums import BudgetScope, Purpose, UsageState


class Usage(Row, Base):
    """One metered call, written down with its estimate before it is sent and settled when it has been answered.

    `money_micros` is in millionths of `currency` (ISO 4217): the estimate while the state is OPEN. A call whose price
    is not known has `currency` "" and no money. Tokens cached are part of those in, tokens of reasoning of those out.
    The ids are no foreign keys: what was spent on a model outlives the model. `conversation_id` is that of the chat in
    which it was asked, null for every other purpose. `owner` is the process that sends: a call
    that is OPEN while its process has ended was broken off, and keeps its estimate.
    """

    __tablename__ = "usages"
    __table_args__ = (Index("ix_usages_started_utc_id", "started_utc", "id"),)

    user_id: Mapped[UUID | None]
    model_id: Mapped[UUID | None]
    compilation_id: Mapped[UUID | None] = mapped_column(index=True)
    conversation_id: Mapped[UUID | None] = mapped_column(index=True)
    provider_id: Mapped[UUID | None]
    base_model: Mapped[str] = mapped_column(String(256), default="")
    purpose: Mapped[Purpose] = mapped_column(code(Purpose))
    state: Mapped[UsageState] = mapped_column(code(UsageState), default=UsageState.OPEN)
    started_utc: Mapped[datetime] = mapped_column(default=utc_now)
    elapsed_ms: Mapped[int] = mapped_column(default=0)
    tokens_in: Mapped[int] = mapped_column(BigInteger, default=0)
    tokens_cached: Mapped[int] = mapped_column(BigInteger, default=0)
    tokens_out: Mapped[int] = mapped_column(BigInteger, default=0)
    tokens_reasoning: Mapped[int] = mapped_column(BigInteger, default=0)
    money_micros: Mapped[int] = mapped_column(BigInteger, default=0)
    currency: Mapped[str] = mapped_column(String(3), default="")
    owner: Mapped[str] = mapped_column(String(256), default="")


COMPANY = UUID(int=0)
"""Stands for the company where the totals of a month name whom they are of."""


class UsageTotal(Base):
    """What the calls begun in a month (UTC, `2026-10`) come to: of the company, of one user, of one model alone.

    The database itself keeps these rows up with every call that is written, changed or deleted, in the same transaction
    (migration 0003): nobody else writes them. `open_micros` of the `micros` are estimates of calls still open. Calls
    without a price are in none of them.
    """

    __tablename__ = "usage_totals"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    scope: Mapped[BudgetScope] = mapped_column(code(BudgetScope), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    micros: Mapped[int] = mapped_column(BigInteger)
    open_micros: Mapped[int] = mapped_column(BigInteger)


class Budget(Row, Binnable, Base):
    """How much may be spent in a calendar month (UTC) by the company, on a model, or by a user.

    `subject_id` is the model's or user's id, null for the company. From `warn_share` (0 to 1) of the limit on a
    person is warned; a call that could exceed the limit is refused before it is sent.
    """

    __tablename__ = "budgets"
    __table_args__ = (Index("ix_budgets_scope_subject_id", "scope", "subject_id"),)

    scope: Mapped[BudgetScope] = mapped_column(code(BudgetScope))
    subject_id: Mapped[UUID | None]
    limit_micros: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    warn_share: Mapped[float] = mapped_column(default=0.8)
