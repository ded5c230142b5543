"""How the budgets stand in a month: what counts against each, settled and open alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.models.entities import Budget, Model, User
from erpai_desktop.models.entities.base import utc_now
from erpai_desktop.models.enums import BudgetScope, UserType
from erpai_desktop.models.ids import BudgetId, ModelId, UserId
from erpai_desktop.models.months import month_of
from erpai_desktop.models.multilang import FALLBACK_LANGUAGE, text_in
from erpai_desktop.models.snapshots.usage import BudgetOverview, BudgetState, BudgetSubject
from erpai_desktop.services.price_list import present_prices
from erpai_desktop.services.tree_reading import hierarchy
from erpai_desktop.storage.queries.usages import SpentPart, spent_parts

_ORDER = list(BudgetScope)


def budget_states(session: Session, *, now: datetime, language: str = FALLBACK_LANGUAGE) -> tuple[BudgetState, ...]:
    """Every budget as it stands in the month of `now`: the company's first, then models', then users', by name."""
    budgets = session.scalars(select(Budget).where(Budget.deleted_utc.is_(None))).all()
    if not budgets:
        return ()
    since, until = month_of(now)
    states = _states(session, budgets, spent_parts(session, since=since, until=until), language)
    return tuple(sorted(states, key=lambda state: (_ORDER.index(state.scope), state.subject.casefold())))


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
    states = budget_states(session, now=now)
    if not states:
        return ()
    above = {str(id_) for id_ in _and_above(model_id, _parents(session))}
    return tuple(
        state
        for state in states
        if state.scope is BudgetScope.COMPANY
        or (state.scope is BudgetScope.USER and state.subject_id == str(user_id))
        or (state.scope is BudgetScope.MODEL and state.subject_id in above)
    )


def _states(
    session: Session, budgets: Sequence[Budget], parts: Sequence[SpentPart], language: str
) -> list[BudgetState]:
    names = _names(session, budgets, language)
    parents = _parents(session) if any(budget.scope is BudgetScope.MODEL for budget in budgets) else {}

    def counts(budget: Budget, part: SpentPart) -> bool:
        if part.currency != budget.currency:
            return False
        if budget.scope is BudgetScope.USER:
            return part.user_id == budget.subject_id
        return budget.scope is BudgetScope.COMPANY or budget.subject_id in _and_above(part.model_id, parents)

    return [
        BudgetState(
            id=BudgetId(budget.id),
            scope=budget.scope,
            subject=names.get(budget.subject_id, "") if budget.subject_id is not None else "",
            subject_id=str(budget.subject_id) if budget.subject_id is not None else "",
            limit_micros=budget.limit_micros,
            spent_micros=sum(part.micros for part in parts if counts(budget, part)),
            open_micros=sum(part.open_micros for part in parts if counts(budget, part)),
            currency=budget.currency,
            warn_share=budget.warn_share,
        )
        for budget in budgets
    ]


def _names(session: Session, budgets: Sequence[Budget], language: str) -> dict[UUID | None, str]:
    wanted = [budget.subject_id for budget in budgets if budget.subject_id is not None]
    names: dict[UUID | None, str] = {
        id_: text_in(name, language)
        for id_, name in session.execute(select(Model.id, Model.name).where(Model.id.in_(wanted)))
    }
    for id_, name, login in session.execute(select(User.id, User.name, User.login).where(User.id.in_(wanted))):
        names[id_] = name or login
    return names


def _parents(session: Session) -> dict[UUID, UUID | None]:
    """Of all models, those in the bin too: what was spent on one counts although it was deleted since."""
    return {id_: parent for id_, parent in session.execute(select(Model.id, Model.parent_id))}  # noqa: C416 - a Row is no pair to the type checker


def _and_above(model_id: UUID | None, parents: Mapping[UUID, UUID | None]) -> set[UUID]:
    above: set[UUID] = set()
    while model_id is not None and model_id not in above:
        above.add(model_id)
        model_id = parents.get(model_id)
    return above
