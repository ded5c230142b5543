"""What was spent and what may be, on the command line: `usage` and `budgets`."""

from __future__ import annotations

import argparse
import math
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from erpai_desktop.cli.output import Output
from erpai_desktop.errors import InvalidInputError, NotFoundError, Problem
from erpai_desktop.models.entities import User
from erpai_desktop.models.entities.base import utc_now
from erpai_desktop.models.enums import BudgetScope, Role
from erpai_desktop.models.ids import ModelId, UserId
from erpai_desktop.models.money import in_words
from erpai_desktop.models.months import days_of_month
from erpai_desktop.models.snapshots.usage import BudgetState, UsageReport, UsageSlice
from erpai_desktop.services import budgets, spending, tree_reading, usage_reading
from erpai_desktop.services.checks import counted
from erpai_desktop.services.price_list import price_list_info
from erpai_desktop.storage.database import Database

_MILLION = 1_000_000


def usage(asked: argparse.Namespace, database: Database, output: Output) -> None:
    """A month, this one unless another is named; a member of staff sees their own calls alone."""
    first_day, last_day = _month(asked.month)
    actor = database.actor
    only = actor.user_id if actor is not None and actor.role is Role.STAFF else None
    problem = price_list_info().problem
    if problem:
        output.warn(problem)
    if asked.csv is not None:
        written = database.read(
            usage_reading.export_usage, path=asked.csv, first_day=first_day, last_day=last_day, user_id=only
        )
        output.result(
            {"exported": written, "file": str(asked.csv)}, f"Exported {counted(written, 'call')} to {asked.csv}"
        )
        return
    report = database.read(usage_reading.usage_report, first_day=first_day, last_day=last_day, user_id=only)
    for part in _parts(report, asked.by):
        output.result(
            {
                asked.by: part.label,
                "money": part.money_micros / _MILLION,
                "currency": report.currency,
                "tokens": part.tokens,
                "calls": part.calls,
            },
            f"{part.label}  {in_words(part.money_micros, report.currency)}, {part.tokens:,} tokens, "
            + counted(part.calls, "call"),
        )
    _total(report, output)


def manage_budgets(asked: argparse.Namespace, database: Database, output: Output) -> None:
    """List budgets, set one, or remove one."""
    if asked.action == "list":
        states = database.read(spending.budget_states, now=utc_now())
        for state in states:
            _tell(state, output)
        if not states and not output.as_json:
            output.result({}, "No budget is set: what is spent is counted, and nothing is refused.")
        return
    scope, subject = _subject(asked, database)
    if asked.action == "set":
        amount = _amount(asked.amount)
        database.write(
            budgets.set_budget, scope=scope, subject_id=subject, limit_micros=amount, warn_share=asked.warn / 100
        )
        _tell(_state(database, scope, subject), output)
        return
    state = _state(database, scope, subject)
    database.write(budgets.remove_budget, budget_id=state.id)
    output.result({"removed": str(state.id)}, f"Removed the budget of {_whose(state)}.")


def _parts(report: UsageReport, by: str) -> tuple[UsageSlice, ...]:
    if by == "day":
        return tuple(part for part in report.by_day if part.calls)
    return {"model": report.by_model, "purpose": report.by_purpose, "person": report.by_person}[by]


def _total(report: UsageReport, output: Output) -> None:
    totals = report.totals
    money = [in_words(amount.micros, amount.currency) for amount in totals.money] or [in_words(0, report.currency)]
    notes = [
        note
        for count, note in (
            (totals.failed, f"{totals.failed} failed"),
            (totals.open, f"{totals.open} still open"),
            (totals.broken_off, f"{totals.broken_off} broken off, counted as estimated"),
            (len(totals.unpriced), f"no price known for {', '.join(totals.unpriced)}: only tokens are counted"),
        )
        if count
    ]
    text = f"{' + '.join(money)} in {counted(totals.calls, 'call')}, {totals.tokens_in + totals.tokens_out:,} tokens"
    output.result(
        {
            "total": {amount.currency: amount.micros / _MILLION for amount in totals.money},
            "first_day": report.first_day.isoformat(),
            "last_day": report.last_day.isoformat(),
            "calls": totals.calls,
            "tokens_in": totals.tokens_in,
            "tokens_cached": totals.tokens_cached,
            "tokens_out": totals.tokens_out,
            "failed": totals.failed,
            "open": totals.open,
            "broken_off": totals.broken_off,
            "unpriced": list(totals.unpriced),
        },
        "; ".join([text, *notes]),
    )


def _tell(state: BudgetState, output: Output) -> None:
    spent, limit = in_words(state.spent_micros, state.currency), in_words(state.limit_micros, state.currency)
    output.result(
        {
            "id": str(state.id),
            "scope": state.scope.value,
            "subject": state.subject,
            "limit": state.limit_micros / _MILLION,
            "spent": state.spent_micros / _MILLION,
            "left": state.left_micros / _MILLION,
            "currency": state.currency,
            "warn_share": state.warn_share,
            "level": state.level.value,
        },
        f"{_whose(state)}: {spent} of {limit} this month ({state.share:.0%}, {state.level.value})",
    )


def _whose(state: BudgetState) -> str:
    return "the company" if state.scope is BudgetScope.COMPANY else f"{state.scope.value} {state.subject}"


def _state(database: Database, scope: BudgetScope, subject: ModelId | UserId | None) -> BudgetState:
    wanted = str(subject) if subject is not None else ""
    for state in database.read(spending.budget_states, now=utc_now()):
        if state.scope is scope and state.subject_id == wanted:
            return state
    raise NotFoundError("There is no such budget.", safe="Nothing was changed.", advice="See `budgets list`.")


def _subject(asked: argparse.Namespace, database: Database) -> tuple[BudgetScope, ModelId | UserId | None]:
    if asked.model is not None:
        return BudgetScope.MODEL, database.read(tree_reading.find_model, name_or_id=asked.model)
    if asked.user is not None:
        return BudgetScope.USER, database.read(_find_user, login=asked.user)
    return BudgetScope.COMPANY, None


def _find_user(session: Session, *, login: str) -> UserId:
    found = session.scalar(select(User.id).where(User.login == login, User.deleted_utc.is_(None)))
    if found is None:
        raise NotFoundError(f"Nobody has the login “{login}” here.", safe="Nothing was changed.")
    return UserId(found)


def _amount(text: str) -> int:
    try:
        amount = float(text)
    except ValueError:
        amount = math.nan
    if not math.isfinite(amount):
        raise InvalidInputError("This budget cannot be set.", problems=[Problem("must be a number, as in 50", "limit")])
    return round(amount * _MILLION)


def _month(text: str | None) -> tuple[date, date]:
    try:
        if text is None:
            now = utc_now()
            return days_of_month(now.year, now.month)
        year, month = text.split("-")
        return days_of_month(int(year), int(month))
    except (ValueError, OverflowError) as error:
        problem = Problem("must be a month, as in 2026-11", "month")
        raise InvalidInputError("There is no such month.", problems=[problem], safe="") from error
