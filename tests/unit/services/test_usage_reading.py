"""What was spent, read back: by day, model, purpose and person, in pages, as CSV; on both databases."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from erpai_desktop.ai.answerer import Usage as TokenUsage
from erpai_desktop.errors import ServiceError
from erpai_desktop.models.enums import BudgetScope, Purpose, UsageState
from erpai_desktop.models.ids import ChatId
from erpai_desktop.models.metering import TokenEstimate
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.usage import ChatSpent, Money, UsageReport, UsageSlice
from erpai_desktop.services import budgets, tree, usage_reading
from tests.unit.services.conftest import ON_BOTH_DATABASES, Company
from tests.unit.services.spender import Spender

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
OCTOBER: dict[str, Any] = {"first_day": FIRST, "last_day": LAST}


def _at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 10, day, hour, tzinfo=UTC)


@pytest.fixture
def spender(company: Company) -> Spender:
    return Spender(company.database)


def _report(spender: Spender, **more: Any) -> UsageReport:
    return spender.database.read(usage_reading.usage_report, **{**OCTOBER, **more})


@ON_BOTH_DATABASES
def test_a_period_by_day_model_purpose_and_person(company: Company, spender: Spender) -> None:
    spender.spend(1, at=_at(1, 0), model_id=company.sales)
    spender.spend(2, at=_at(31, 23), model_id=company.social)
    spender.spend(3, at=_at(31, 23) + timedelta(minutes=59, seconds=59), model_id=company.sales)
    spender.spend(50, at=datetime(2026, 9, 30, 23, 59, 59, tzinfo=UTC))
    spender.spend(60, at=datetime(2026, 11, 1, tzinfo=UTC))
    check = spender.begin(TokenEstimate(64, 16), purpose=Purpose.CHECK)
    spender.change(check, started_utc=_at(2))
    company.database.actor = company.add_user("stan")
    spender.spend(0.5, at=_at(2), model_id=company.sales)
    report = _report(spender)
    assert report.totals.money == (Money(6_500_052, "USD"),)
    assert (report.totals.calls, report.totals.broken_off, report.totals.tokens_out) == (5, 1, 16)
    assert len(report.by_day) == 31
    assert [(part.label, part.money_micros) for part in report.by_day if part.calls] == [
        ("2026-10-01", 1_000_000),
        ("2026-10-02", 500_052),
        ("2026-10-31", 5_000_000),
    ]
    assert [(part.label, part.money_micros, part.calls) for part in report.by_model] == [
        ("Sales", 4_500_000, 3),
        ("Social", 2_000_000, 1),
        ("No model", 52, 1),
    ]
    assert [part.label for part in report.by_purpose] == ["chat", "connection check"]
    assert [(part.label, part.money_micros) for part in report.by_person] == [("Tester", 6_000_052), ("Stan", 500_000)]
    actor = company.database.actor
    assert actor is not None
    mine = _report(spender, user_id=actor.user_id)
    assert mine.totals.money == (Money(500_000, "USD"),)


@ON_BOTH_DATABASES
def test_an_empty_period_is_all_zeroes(spender: Spender) -> None:
    report = _report(spender, last_day=FIRST)
    assert report.by_day == (UsageSlice("2026-10-01", 0, 0, 0),)
    assert (report.totals.money, report.totals.calls, report.totals.tokens_in) == ((), 0, 0)
    assert report.by_model == () and report.currency == "USD"


def test_what_has_no_price_is_named(spender: Spender) -> None:
    call = spender.begin(TokenEstimate(100), base_model="mystery-1")
    spender.change(call, started_utc=_at(3))
    assert _report(spender).totals.unpriced == ("mystery-1",)


def test_a_call_whose_process_has_ended_is_told_apart(spender: Spender) -> None:
    now = datetime.now(UTC)
    spender.begin()  # Under way: this very process sends it.
    spender.change(spender.begin(), owner="")
    elsewhere = spender.begin()
    spender.change(elsewhere, owner="another-machine|1|1")
    training = spender.begin(purpose=Purpose.TRAINING)
    spender.change(training, owner="", started_utc=now - timedelta(days=20))
    days: dict[str, Any] = {"first_day": now.date() - timedelta(days=30), "last_day": now.date() + timedelta(days=1)}
    assert (_report(spender, **days).totals.open, _report(spender, **days).totals.broken_off) == (3, 1)
    spender.change(elsewhere, started_utc=now - timedelta(days=2))
    assert (_report(spender, **days).totals.open, _report(spender, **days).totals.broken_off) == (2, 2)
    lines, _total = spender.database.read(usage_reading.usage_page, **days)
    assert [line.broken_off for line in lines] == [True, False, True, False]


def test_a_deleted_models_spending_stays(company: Company, spender: Spender) -> None:
    spender.spend(1, at=_at(1), model_id=company.social)
    company.database.write(tree.delete_model, model_id=company.social)
    assert [part.label for part in _report(spender).by_model] == ["Social"]


@ON_BOTH_DATABASES
def test_calls_come_in_pages_newest_first(company: Company, spender: Spender) -> None:
    for day in range(1, 8):
        spender.spend(day, at=_at(day), model_id=company.sales)
    found: list[int] = []
    for offset in range(0, 9, 3):
        lines, total = spender.database.read(usage_reading.usage_page, **OCTOBER, offset=offset, limit=3)
        assert total == 7
        found += [line.money_micros // 1_000_000 for line in lines]
    assert found == [7, 6, 5, 4, 3, 2, 1]
    (line, *_), _total = spender.database.read(usage_reading.usage_page, **OCTOBER, limit=1)
    assert (line.person, line.model, line.provider, line.base_model) == (
        "Tester",
        "Sales",
        "OpenAI Main",
        "gpt-4.1-mini",
    )
    assert (line.state, line.elapsed_ms) == (UsageState.SETTLED, 1_200)


@ON_BOTH_DATABASES
def test_a_csv_export_holds_no_formulas(company: Company, spender: Spender, tmp_path: Path) -> None:
    evil = company.add_model('=HYPERLINK("http://x")')
    spender.spend(1.5, at=_at(1), model_id=evil)
    unknown = spender.begin(TokenEstimate(10), base_model="@SUM(A1)")
    spender.end(unknown, TokenUsage(tokens_in=7))
    spender.change(unknown, started_utc=_at(2))
    path = tmp_path / "usage.csv"
    assert spender.database.read(usage_reading.export_usage, path=path, **OCTOBER) == 2
    with path.open(encoding="utf-8", newline="") as file:
        first, second = list(csv.DictReader(file))
    assert first["model"] == '\'=HYPERLINK("http://x")' and first["money"] == "1.500000"
    assert (second["base_model"], second["money"], second["currency"]) == ("'@SUM(A1)", "", "")
    assert [file.name for file in tmp_path.iterdir() if "usage" in file.name] == ["usage.csv"]


def test_an_export_that_fails_leaves_nothing(spender: Spender, tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="could not be written"):
        spender.database.read(usage_reading.export_usage, path=tmp_path / "no" / "usage.csv", **OCTOBER)
    assert not list(tmp_path.glob("**/usage*"))


@ON_BOTH_DATABASES
def test_this_month_in_one_line(company: Company, spender: Spender) -> None:
    actor = company.database.actor
    assert actor is not None

    def state() -> tuple[int, str, int | None]:
        found = spender.database.read(usage_reading.month_state, user_id=actor.user_id)
        return found.spent.micros, found.spent.currency, found.budget.limit_micros if found.budget else None

    assert state() == (0, "USD", None)
    spender.spend(2)
    assert state() == (2_000_000, "USD", None)
    for scope, subject, limit in (
        (BudgetScope.USER, actor.user_id, 5_000_000),
        (BudgetScope.COMPANY, None, 9_000_000),
    ):
        spender.database.write(budgets.set_budget, scope=scope, subject_id=subject, limit_micros=limit, currency="USD")
        assert state() == (2_000_000, "USD", limit)


def _statements(read: Callable[[], object]) -> list[tuple[str, Any]]:
    """What was asked of the database meanwhile, with its parameters."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        asked.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        read()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return [one for one in asked if one[0].startswith("SELECT")]


def test_a_page_is_found_by_the_index_alone(spender: Spender) -> None:
    """However many calls were made since, they are not looked at."""
    spender.spend(1, at=_at(1))
    page = _statements(lambda: spender.database.read(usage_reading.usage_page, **OCTOBER, offset=1))[-1]
    with closing(sqlite3.connect(spender.database.location.path or "")) as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {page[0]}", page[1])]
    assert any("COVERING INDEX ix_usages_started_utc_id" in step for step in plan)
    assert not any("SCAN usages" in step for step in plan)


def test_a_report_goes_over_the_calls_three_times(spender: Spender) -> None:
    spender.spend(1, at=_at(1))
    asked = _statements(lambda: _report(spender))
    assert sum("FROM usages" in statement for statement, _parameters in asked) == 3


# --- a chat -------------------------------------------------------------------------------------------------------


def _chat(spender: Spender, chat_id: ChatId) -> ChatSpent:
    return spender.database.read(usage_reading.chat_spent, conversation_id=chat_id)


@ON_BOTH_DATABASES
def test_a_chat_counts_its_own_calls_settled_and_open(spender: Spender) -> None:
    chat, another, quiet = ChatId(new_id()), ChatId(new_id()), ChatId(new_id())
    spender.end(spender.begin(chat_id=chat), TokenUsage(tokens_in=1_000, tokens_out=200))
    spender.begin(TokenEstimate(100, 50), chat_id=chat)
    spender.begin(TokenEstimate(7), chat_id=another)
    spender.begin()
    assert _chat(spender, chat) == ChatSpent(2, 1_100, 0, 250, micros=400 + 320 + 40 + 80, currency="USD")
    assert _chat(spender, quiet) == ChatSpent(0, 0, 0, 0, micros=0, currency="")


def test_a_chat_whose_price_nobody_knows_has_tokens_and_no_money(spender: Spender) -> None:
    chat = ChatId(new_id())
    spender.begin(TokenEstimate(900, 100), base_model="mystery-1", chat_id=chat)
    spent = _chat(spender, chat)
    assert spent == ChatSpent(1, 900, 0, 100, micros=0, currency="") and spent.tokens == 1_000


def test_what_a_chat_took_from_the_cache_is_told_apart(spender: Spender) -> None:
    chat = ChatId(new_id())
    spender.end(spender.begin(chat_id=chat), TokenUsage(tokens_in=1_000, tokens_cached=600, tokens_out=200))
    assert (_chat(spender, chat).tokens_cached, _chat(spender, chat).tokens) == (600, 1_200)


def test_the_next_question_counts_against_the_budgets_above_it(company: Company) -> None:
    database = company.database
    for subject in (company.company, company.sales, company.marketing):
        database.write(
            budgets.set_budget, scope=BudgetScope.MODEL, subject_id=subject, limit_micros=1_000, currency="USD"
        )
    assert database.actor is not None
    found = database.read(usage_reading.budgets_of_next, user_id=database.actor.user_id, model_id=company.sales)
    assert {state.subject_id for state in found} == {str(company.company), str(company.sales)}


def test_what_a_chat_has_cost_is_found_by_an_index(spender: Spender) -> None:
    ((asked, parameters),) = _statements(lambda: _chat(spender, ChatId(new_id())))
    with closing(sqlite3.connect(spender.database.location.path or "")) as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {asked}", parameters)]
    assert any("ix_usages_conversation_id" in step for step in plan)
