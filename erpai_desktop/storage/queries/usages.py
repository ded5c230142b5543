"""Metered calls of a period summed up by the database, for the plots."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from erpai_desktop.models.entities import Usage
from erpai_desktop.models.enums import UsageState


class Sum(NamedTuple):
    """Calls of one key. `money_micros` counts those in the currency asked for alone."""

    key: tuple[Any, ...]
    money_micros: int
    tokens: int
    calls: int


class StateSum(NamedTuple):
    """Calls of one state, currency ("" where the price is not known) and base model."""

    state: UsageState
    currency: str
    base_model: str
    calls: int
    money_micros: int
    tokens_in: int
    tokens_cached: int
    tokens_out: int


def within(since: datetime, until: datetime, user_id: UUID | None) -> tuple[ColumnElement[bool], ...]:
    """The calls begun from one moment to before another, of one person or of all."""
    period = (Usage.started_utc >= since, Usage.started_utc < until)
    return period if user_id is None else (*period, Usage.user_id == user_id)


def sums_by(
    session: Session, keys: Sequence[ColumnElement[Any] | Any], where: tuple[ColumnElement[bool], ...], *, currency: str
) -> tuple[Sum, ...]:
    """Sums by columns or expressions, in one pass over the calls; a `key` is the tuple of them."""
    money = case((Usage.currency == currency, Usage.money_micros), else_=0)
    statement: Select[Any] = (
        select(*keys, func.sum(money), func.sum(Usage.tokens_in + Usage.tokens_out), func.count())
        .where(*where)
        .group_by(*keys)
    )
    return tuple(Sum(tuple(key), int(m), int(t), int(n)) for *key, m, t, n in session.execute(statement))


def states_of(session: Session, where: tuple[ColumnElement[bool], ...]) -> tuple[StateSum, ...]:
    """Calls by their state, currency and base model, in one pass over them."""
    keys = (Usage.state, Usage.currency, Usage.base_model)
    sums = (Usage.money_micros, Usage.tokens_in, Usage.tokens_cached, Usage.tokens_out)
    statement: Any = select(*keys, func.count(), *(func.sum(column) for column in sums))
    found = session.execute(statement.where(*where).group_by(*keys))
    return tuple(StateSum(UsageState(row[0]), row[1], row[2], *map(int, row[3:])) for row in found)


def day_of_call(session: Session) -> ColumnElement[str]:
    """The UTC day a call began on, as YYYY-MM-DD."""
    if session.get_bind().dialect.name == "sqlite":
        # SQLite keeps the moment as text in UTC.
        return func.substr(Usage.started_utc, 1, 10)
    return func.to_char(func.timezone("UTC", Usage.started_utc), "YYYY-MM-DD")


def month_of_call(session: Session) -> ColumnElement[str]:
    """The UTC month a call began in, as YYYY-MM."""
    return func.substr(day_of_call(session), 1, 7)
