"""What was spent, read: a period in figures and by day, model, purpose and person; this month against the budgets."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from erpai_desktop.models.entities import Compilation, Model, Provider, Usage, User
from erpai_desktop.models.entities.base import utc_now
from erpai_desktop.models.entities.usage import COMPANY
from erpai_desktop.models.enums import BudgetScope, Purpose, UsageState
from erpai_desktop.models.ids import ChatId, ModelId, UsageId, UserId
from erpai_desktop.models.months import moments_of, name_of_month
from erpai_desktop.models.multilang import FALLBACK_LANGUAGE, text_in
from erpai_desktop.models.snapshots.usage import (
    BudgetState,
    ChatSpent,
    Money,
    MonthState,
    UsageLine,
    UsageReport,
    UsageSlice,
    UsageTotals,
)
from erpai_desktop.services.build_owner import is_alive
from erpai_desktop.services.price_list import present_prices
from erpai_desktop.services.qa_csv import escaped
from erpai_desktop.services.spending import budget_states, budgets_over
from erpai_desktop.services.whole_file import whole_file
from erpai_desktop.storage.queries.usage_totals import Spent, Subject, spent_in
from erpai_desktop.storage.queries.usages import StateSum, Sum, day_of_call, states_of, sums_by, within

NO_MODEL, NOBODY, DELETED = "No model", "Nobody", "Deleted"

COLUMNS = (
    "started_utc",
    "person",
    "model",
    "version",
    "provider",
    "base_model",
    "purpose",
    "state",
    "elapsed_ms",
    "tokens_in",
    "tokens_cached",
    "tokens_out",
    "tokens_reasoning",
    "money",
    "currency",
)
"""Of the CSV form. `money` is in whole units of `currency`, empty where the price is not known."""

_EXPORTED_AT_ONCE = 2_000
_LONGEST_CALL = timedelta(days=1)


def month_state(session: Session, *, user_id: UserId, now: datetime | None = None) -> MonthState:
    """This month (UTC) in one line. Its money is the budget's currency, else the price list's."""
    now = now or utc_now()
    states = budget_states(session, now=now)
    company = next((state for state in states if state.scope is BudgetScope.COMPANY), None)
    own = next((s for s in states if s.scope is BudgetScope.USER and s.subject_id == str(user_id)), None)
    budget = company or own
    if budget is not None:
        return MonthState(Money(budget.spent_micros, budget.currency), budget, states)
    currency = present_prices().currency
    company_ = Subject(BudgetScope.COMPANY, COMPANY)
    spent = spent_in(session, name_of_month(now), [company_]).get((company_, currency), Spent())
    return MonthState(Money(spent.micros, currency), None, states)


def chat_spent(session: Session, *, conversation_id: ChatId) -> ChatSpent:
    """What the questions of a chat have cost. Its money is the price list's currency, else the first that there is."""
    states = states_of(session, (Usage.conversation_id == conversation_id,))
    amounts = {amount.currency: amount.micros for amount in _money(states)}
    currency = present_prices().currency
    if currency not in amounts:
        currency = min(amounts, default="")
    return ChatSpent(
        calls=sum(part.calls for part in states),
        tokens_in=sum(part.tokens_in for part in states),
        tokens_cached=sum(part.tokens_cached for part in states),
        tokens_out=sum(part.tokens_out for part in states),
        micros=amounts.get(currency, 0),
        currency=currency,
    )


def budgets_of_next(session: Session, *, user_id: UserId, model_id: ModelId | None) -> tuple[BudgetState, ...]:
    """How the budgets stand that a person's next question to a model counts against, if it costs anything."""
    return budgets_over(session, now=utc_now(), user_id=user_id, model_id=model_id)


def usage_report(
    session: Session,
    *,
    first_day: date,
    last_day: date,
    user_id: UserId | None = None,
    language: str = FALLBACK_LANGUAGE,
) -> UsageReport:
    """A period, both days in it, of everybody or one person."""
    where = within(*moments_of(first_day, last_day), user_id)
    states = states_of(session, where)
    money = _money(states)
    currencies = [amount.currency for amount in money]
    currency = present_prices().currency
    if currencies and currency not in currencies:
        currency = currencies[0]
    # Each pass goes over all calls of the period, which may be very many: what is shown apart is summed up together.
    shown = sums_by(session, (Usage.model_id, Usage.purpose, Usage.user_id), where, currency=currency)

    def slices(place: int, label: Callable[[Any], str]) -> tuple[UsageSlice, ...]:
        return _slices((label(part.key[place]), part) for part in shown)

    return UsageReport(
        first_day=first_day,
        last_day=last_day,
        currency=currency,
        totals=_totals(session, where, states, money),
        by_day=_days(sums_by(session, (day_of_call(session),), where, currency=currency), first_day, last_day),
        by_model=slices(0, _namer(_model_names(session, language), NO_MODEL)),
        by_purpose=slices(1, lambda purpose: Purpose(purpose).value),
        by_person=slices(2, _namer(_user_names(session), NOBODY)),
    )


def usage_page(
    session: Session,
    *,
    first_day: date,
    last_day: date,
    user_id: UserId | None = None,
    language: str = FALLBACK_LANGUAGE,
    offset: int = 0,
    limit: int = 256,
) -> tuple[tuple[UsageLine, ...], int]:
    """Calls of a period, the newest first, and how many there are in all."""
    where = within(*moments_of(first_day, last_day), user_id)
    total = session.scalar(select(func.count()).select_from(Usage).where(*where)) or 0
    newest = (Usage.started_utc.desc(), Usage.id.desc())
    # The index alone says which they are: the calls before them are not looked at, however many.
    ids = select(Usage.id).where(*where).order_by(*newest).offset(offset).limit(limit)
    statement = _lines((Usage.id.in_(ids.subquery().select()),)).order_by(*newest)
    return tuple(_line(row, language) for row in session.execute(statement)), total


def export_usage(
    session: Session,
    *,
    path: Path,
    first_day: date,
    last_day: date,
    user_id: UserId | None = None,
    language: str = FALLBACK_LANGUAGE,
) -> int:
    """Write the calls of a period as CSV (RFC 4180, UTF-8), the oldest first; answers how many.

    No cell is a formula. The file is there whole or not at all. Raises ServiceError.
    """
    where = within(*moments_of(first_day, last_day), user_id)
    written = 0
    with whole_file(path) as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        for line in _all_lines(session, where, language):
            writer.writerow(_cells(line))
            written += 1
    return written


def _totals(
    session: Session, where: tuple[ColumnElement[bool], ...], states: Sequence[StateSum], money: tuple[Money, ...]
) -> UsageTotals:
    broken_off: Counter[bool] = Counter()
    if any(part.state is UsageState.OPEN for part in states):
        still_open = session.execute(
            select(Usage.purpose, Usage.owner, Usage.started_utc).where(*where, Usage.state == UsageState.OPEN)
        )
        broken_off.update(
            _is_broken_off(UsageState.OPEN, purpose, owner, started) for purpose, owner, started in still_open
        )
    return UsageTotals(
        money=money,
        calls=sum(part.calls for part in states),
        tokens_in=sum(part.tokens_in for part in states),
        tokens_cached=sum(part.tokens_cached for part in states),
        tokens_out=sum(part.tokens_out for part in states),
        failed=sum(part.calls for part in states if part.state is UsageState.FAILED),
        open=broken_off[False],
        broken_off=broken_off[True],
        unpriced=tuple(sorted({part.base_model for part in states if not part.currency and part.tokens_in > 0})),
    )


def _money(states: Iterable[StateSum]) -> tuple[Money, ...]:
    found: Counter[str] = Counter()
    for part in states:
        if part.currency:
            found[part.currency] += part.money_micros
    return tuple(Money(found[currency], currency) for currency in sorted(found))


def _days(sums: Iterable[Sum], first_day: date, last_day: date) -> tuple[UsageSlice, ...]:
    by_day = {date.fromisoformat(part.key[0]): part for part in sums}
    days = (first_day + timedelta(days=n) for n in range((last_day - first_day).days + 1))
    return tuple(
        UsageSlice(day.isoformat(), part.money_micros, part.tokens, part.calls)
        if (part := by_day.get(day)) is not None
        else UsageSlice(day.isoformat(), 0, 0, 0)
        for day in days
    )


def _slices(named: Iterable[tuple[str, Sum]]) -> tuple[UsageSlice, ...]:
    """Dearest first; what has the same name (two models in the bin) counts as one."""
    found: dict[str, list[int]] = {}
    for name, part in named:
        sums = found.setdefault(name, [0, 0, 0])
        for place, number in enumerate((part.money_micros, part.tokens, part.calls)):
            sums[place] += number
    slices = (UsageSlice(name, *sums) for name, sums in found.items())
    return tuple(sorted(slices, key=lambda part: (-part.money_micros, -part.tokens, part.label)))


def _namer(names: dict[UUID, str], none: str) -> Callable[[UUID | None], str]:
    return lambda id_: none if id_ is None else names.get(id_, DELETED)


def _model_names(session: Session, language: str) -> dict[UUID, str]:
    return {id_: text_in(name, language) for id_, name in session.execute(select(Model.id, Model.name))}


def _user_names(session: Session) -> dict[UUID, str]:
    return {id_: name or login for id_, name, login in session.execute(select(User.id, User.name, User.login))}


def _lines(
    where: tuple[ColumnElement[bool], ...],
) -> Select[Usage, dict[str, str], int, dict[str, str], str, str]:
    return (
        select(Usage, Model.name, Compilation.number, Provider.name, User.name, User.login)
        .outerjoin(Model, Model.id == Usage.model_id)
        .outerjoin(Compilation, Compilation.id == Usage.compilation_id)
        .outerjoin(Provider, Provider.id == Usage.provider_id)
        .outerjoin(User, User.id == Usage.user_id)
        .where(*where)
    )


def _line(row: Any, language: str) -> UsageLine:
    call, model, version, provider, user, login = row
    return UsageLine(
        id=UsageId(call.id),
        started_utc=call.started_utc,
        person=user or login or ("" if call.user_id is None else DELETED),
        model=text_in(model, language) if model is not None else "" if call.model_id is None else DELETED,
        version=f"v{version}" if version is not None else "",
        provider=text_in(provider, language) if provider is not None else "",
        base_model=call.base_model,
        purpose=call.purpose,
        state=call.state,
        broken_off=_is_broken_off(call.state, call.purpose, call.owner, call.started_utc),
        elapsed_ms=call.elapsed_ms,
        tokens_in=call.tokens_in,
        tokens_cached=call.tokens_cached,
        tokens_out=call.tokens_out,
        tokens_reasoning=call.tokens_reasoning,
        money_micros=call.money_micros,
        currency=call.currency,
    )


def _is_broken_off(state: UsageState, purpose: Purpose, owner: str, started_utc: datetime) -> bool:
    # A training goes on at the provider while no process of ours lives. Of another machine's process nobody here knows
    # whether it does: then no call lasts a day.
    if state is not UsageState.OPEN or purpose is Purpose.TRAINING:
        return False
    return not is_alive(owner) or utc_now() - started_utc > _LONGEST_CALL


def _all_lines(session: Session, where: tuple[ColumnElement[bool], ...], language: str) -> Iterator[UsageLine]:
    statement = _lines(where).order_by(Usage.started_utc, Usage.id).execution_options(yield_per=_EXPORTED_AT_ONCE)
    for row in session.execute(statement):
        yield _line(row, language)


def _cells(line: UsageLine) -> tuple[str | int, ...]:
    return (
        line.started_utc.isoformat(timespec="seconds"),
        escaped(line.person),
        escaped(line.model),
        line.version,
        escaped(line.provider),
        escaped(line.base_model),
        line.purpose.value,
        "broken off" if line.broken_off else line.state.value,
        line.elapsed_ms,
        line.tokens_in,
        line.tokens_cached,
        line.tokens_out,
        line.tokens_reasoning,
        f"{line.money_micros / 1_000_000:.6f}" if line.currency else "",
        line.currency,
    )
