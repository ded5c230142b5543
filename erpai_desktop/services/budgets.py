"""Budgets: how much may be spent in a calendar month by the company, on a model and those below it, or by a user."""

from __future__ import annotations

import math
from uuid import UUID

from erpai_desktop.changes import Changes
from erpai_desktop.models.entities import Budget, Model, User
from erpai_desktop.models.enums import BudgetScope, Role
from erpai_desktop.models.ids import BudgetId
from erpai_desktop.services.checks import Checks
from erpai_desktop.services.live_rows import live_row, to_bin
from erpai_desktop.services.price_list import present_prices
from erpai_desktop.storage.queries.budgets import budget_of
from erpai_desktop.storage.unit_of_work import UnitOfWork

LIMIT_MICROS = 10**15
"""The largest budget: 1,000,000,000 of the currency."""

WARN_SHARE = 0.8


def set_budget(
    work: UnitOfWork,
    *,
    scope: BudgetScope,
    subject_id: UUID | None,
    limit_micros: int,
    currency: str | None = None,
    warn_share: float = WARN_SHARE,
) -> Changes:
    """Set the budget of the company (no subject), a model or a user; the one it had is replaced.

    The currency is the price list's where none is named. Raises NotPermittedError, NotFoundError, InvalidInputError.
    """
    work.require(Role.ADMINISTRATOR, "set a budget")
    checks = Checks("This budget cannot be set.")
    if not 0 <= limit_micros <= LIMIT_MICROS:
        checks.problem("limit", "must be 0 or more, and at most 1,000,000,000")
    if not (math.isfinite(warn_share) and 0 < warn_share <= 1):
        checks.problem("warning", "must be more than 0 % and at most 100 %")
    if (scope is BudgetScope.COMPANY) != (subject_id is None):
        checks.problem("subject", "a budget of the company has none; one of a model or a user needs it")
    checks.done()
    if subject_id is not None:
        if scope is BudgetScope.MODEL:
            live_row(work.session, Model, subject_id)
        else:
            live_row(work.session, User, subject_id)
    budget = budget_of(work.session, scope, subject_id)
    if budget is None:
        budget = Budget(scope=scope, subject_id=subject_id)
        work.session.add(budget)
    budget.limit_micros = limit_micros
    budget.currency = currency or present_prices().currency
    budget.warn_share = warn_share
    return work.finish("Set a budget")


def remove_budget(work: UnitOfWork, *, budget_id: BudgetId) -> Changes:
    """Put a budget into the bin. Raises NotPermittedError, NotFoundError."""
    work.require(Role.ADMINISTRATOR, "remove a budget")
    to_bin(work, [live_row(work.session, Budget, budget_id)])
    return work.finish("Remove a budget")
