"""How the budgets stand in a month: what counts against each, settled and open alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from erpai_desktop.models.entities import Budget, Model, User
from erpai_desktop.models.entities.base import utc_now
from erpai_desktop.models.entities.usage import COMPANY
from erpai_desktop.models.enums import BudgetScope, UserType
from erpai_desktop.models.ids import BudgetId, ModelId, UserId
from erpai_desktop.models.months import name_of_month
from erpai_desktop.models.multilang import FALLBACK_LANGUAGE, text_in
from erpai_desktop.models.snapshots.usage import BudgetOverview, BudgetState, BudgetSubject
from erpai_desktop.services.price_list import present_prices
from erpai_desktop.services.tree_reading import hierarchy
from erpai_desktop.storage.queries.usage_totals import Spent, Subject, and_above, spent_in

_ORDER = list(BudgetScope)


def budget_states(session: Session, *, now: datetime, language: str = FALLBACK_LANGUAGE) -> tuple[BudgetState, ...]:
    """Every budget as it stands in the month of `now`: the company's first, then models', then users', by name."""
    budgets = session.scalars(select(Budget).where(Budget.deleted_utc.is_(None))).all()
    return _states(session, budgets, now, language)


def budget_overview(session: Session, *, language: str = FALLBACK_LANGUAGE) -> BudgetOverview:
    """The budgets this month, and the models (parents before children) and people that may have one."""
    people = session.scalars(
        select(User).where(User.user_type == UserType.INTERNAL, User.active, User.deleted_utc.is_(None))
    )
    subjects = [
        BudgetSubject(BudgetScope.COMPANY, None, ""),
        *(BudgetSubject(BudgetScope.MODEL, node.id, node.name) for node in hierarchy(session, language=language)),
        *(
            BudgetSubject(BudgetScope.USER, user.id, user.name or user.login)
            for user in sorted(people, key=lambda user: (user.name or user.login).casefold())
        ),
    ]
    states = budget_states(session, now=utc_now(), language=language)
    return BudgetOverview(states, tuple(subjects), present_prices().currency)


def budgets_over(
    session: Session, *, now: datetime, user_id: UserId, model_id: ModelId | None
) -> tuple[BudgetState, ...]:
    """The budgets that a call of this person for this model counts against.

    A model's budget covers the models below it too, wherever they stand at the moment.
    """
    over = [and_(Budget.scope == BudgetScope.USER, Budget.subject_id == user_id)]
    if model_id is not None:
        above = and_above(session, model_id)
        over.append(and_(Budget.scope == BudgetScope.MODEL, Budget.subject_id.in_(above)))
    budgets = session.scalars(
        select(Budget).where(Budget.deleted_utc.is_(None), or_(Budget.scope == BudgetScope.COMPANY, *over))
    ).all()
    return _states(session, budgets, now, FALLBACK_LANGUAGE)


def _states(session: Session, budgets: Sequence[Budget], now: datetime, language: str) -> tuple[BudgetState, ...]:
    if not budgets:
        return ()
    names = _names(session, budgets, language)
    spent = spent_in(session, name_of_month(now), [_subject(budget) for budget in budgets])
    states = []
    for budget in budgets:
        came_to = spent.get((_subject(budget), budget.currency), Spent())
        states.append(
            BudgetState(
                id=BudgetId(budget.id),
                scope=budget.scope,
                subject=names.get(budget.subject_id, ""),
                subject_id=str(budget.subject_id) if budget.subject_id is not None else "",
                limit_micros=budget.limit_micros,
                spent_micros=came_to.micros,
                open_micros=came_to.open_micros,
                currency=budget.currency,
                warn_share=budget.warn_share,
            )
        )
    return tuple(sorted(states, key=lambda state: (_ORDER.index(state.scope), state.subject.casefold())))


def _subject(budget: Budget) -> Subject:
    return Subject(budget.scope, budget.subject_id or COMPANY)


def _names(session: Session, budgets: Sequence[Budget], language: str) -> dict[UUID | None, str]:
    wanted = [budget.subject_id for budget in budgets if budget.subject_id is not None]
    names: dict[UUID | None, str] = {
        id_: text_in(name, language)
        for id_, name in session.execute(select(Model.id, Model.name).where(Model.id.in_(wanted)))
    }
    for id_, name, login in session.execute(select(User.id, User.name, User.login).where(User.id.in_(wanted))):
        names[id_] = name or login
    return names
