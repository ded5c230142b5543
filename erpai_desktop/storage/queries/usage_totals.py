"""What a month has come to, from the totals that the database keeps up with every call (migration 0003)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import case, func, literal, select
from sqlalchemy.orm import Session

from erpai_desktop.models.entities import Model, Usage, UsageTotal
from erpai_desktop.models.entities.usage import COMPANY
from erpai_desktop.models.enums import BudgetScope, UsageState
from erpai_desktop.storage.queries.usages import month_of_call


class Subject(NamedTuple):
    """Whose money: the company's (its id is `COMPANY`), a user's or a model's."""

    scope: BudgetScope
    id: UUID


class Spent(NamedTuple):
    """Millionths of a currency; `open_micros` of them are still an estimate."""

    micros: int = 0
    open_micros: int = 0


def spent_in(session: Session, month: str, subjects: Collection[Subject]) -> dict[tuple[Subject, str], Spent]:
    """What a month has come to, by subject and currency. A model's is what was spent on those below it too, wherever
    they stand at the moment: also in the bin."""
    found: dict[tuple[Subject, str], Spent] = {}
    for scope in (BudgetScope.COMPANY, BudgetScope.USER):
        ids = [subject.id for subject in subjects if subject.scope is scope]
        if ids:
            rows = session.execute(
                select(UsageTotal.subject_id, UsageTotal.currency, UsageTotal.micros, UsageTotal.open_micros).where(
                    UsageTotal.month == month, UsageTotal.scope == scope, UsageTotal.subject_id.in_(ids)
                )
            )
            found |= {(Subject(scope, id_), currency): Spent(all_, open_) for id_, currency, all_, open_ in rows}
    tops = [subject.id for subject in subjects if subject.scope is BudgetScope.MODEL]
    if tops:
        below = select(Model.id.label("top"), Model.id.label("id")).where(Model.id.in_(tops)).cte(recursive=True)
        # Rows that are there already are not added, so models that stand in a ring come to an end.
        below = below.union(select(below.c.top, Model.id).join(below, Model.parent_id == below.c.id))
        rows = session.execute(
            select(below.c.top, UsageTotal.currency, func.sum(UsageTotal.micros), func.sum(UsageTotal.open_micros))
            .join(UsageTotal, UsageTotal.subject_id == below.c.id)
            .where(UsageTotal.month == month, UsageTotal.scope == BudgetScope.MODEL)
            .group_by(below.c.top, UsageTotal.currency)
        )
        for top, currency, all_, open_ in rows:
            found[Subject(BudgetScope.MODEL, top), currency] = Spent(int(all_), int(open_))
    return found


def and_above(session: Session, model_id: UUID) -> frozenset[UUID]:
    """A model and all that it stands below."""
    up = select(Model.id, Model.parent_id).where(Model.id == model_id).cte(recursive=True)
    up = up.union(select(Model.id, Model.parent_id).join(up, Model.id == up.c.parent_id))
    return frozenset(session.scalars(select(up.c.id)))


def wrong_months(session: Session) -> list[str]:
    """The months whose totals are not what their calls come to. Reads all calls."""
    kept: dict[tuple[str, BudgetScope, UUID, str], Spent] = {}
    for total in session.scalars(select(UsageTotal)):
        kept[total.month, total.scope, total.subject_id, total.currency] = Spent(total.micros, total.open_micros)
    counted = dict(_counted_anew(session))
    wrong = {key[0] for key in kept.keys() | counted.keys() if kept.get(key, Spent()) != counted.get(key, Spent())}
    return sorted(wrong)


def _counted_anew(session: Session) -> Iterator[tuple[tuple[str, BudgetScope, UUID, str], Spent]]:
    month = month_of_call(session)
    still_open = case((Usage.state == UsageState.OPEN, Usage.money_micros), else_=0)
    sums = (func.sum(Usage.money_micros), func.sum(still_open))
    company = literal(COMPANY, Usage.user_id.type)
    for scope, subject in (
        (BudgetScope.COMPANY, company),
        (BudgetScope.USER, Usage.user_id),
        (BudgetScope.MODEL, Usage.model_id),
    ):
        rows = session.execute(
            select(month.label("month"), subject.label("subject"), Usage.currency, *sums)
            .where(Usage.currency != "", subject.is_not(None))
            .group_by("month", "subject", Usage.currency)
        )
        for of_month, id_, currency, all_, open_ in rows:
            yield (of_month, scope, id_, currency), Spent(int(all_), int(open_))
