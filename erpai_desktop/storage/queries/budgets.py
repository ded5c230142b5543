"""Budgets by what they limit: never are two in force for the same."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from erpai_desktop.models.entities import Budget
from erpai_desktop.models.enums import BudgetScope


def budget_of(session: Session, scope: BudgetScope, subject_id: UUID | None) -> Budget | None:
    """The budget in force of the company, a model or a user; None where there is none."""
    return session.scalar(_in_force(scope, subject_id))


def has_rival(session: Session, budget: Budget) -> bool:
    """Whether another budget is in force for what this one limits."""
    rivals = _in_force(budget.scope, budget.subject_id).where(Budget.id != budget.id)
    return session.scalar(rivals.limit(1)) is not None


def _in_force(scope: BudgetScope, subject_id: UUID | None) -> Select[Budget]:
    of_subject = Budget.subject_id.is_(None) if subject_id is None else Budget.subject_id == subject_id
    return select(Budget).where(Budget.scope == scope, of_subject, Budget.deleted_utc.is_(None))
