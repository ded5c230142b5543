"""What a month has come to is kept up with every call, whoever writes it, and is never counted anew."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, func, insert, select, text
from sqlalchemy.engine import Engine

from erpai_desktop.ai.answerer import Usage as TokenUsage
from erpai_desktop.models.entities import Change, Usage, UsageTotal
from erpai_desktop.models.entities.base import utc_now
from erpai_desktop.models.entities.usage import COMPANY
from erpai_desktop.models.enums import BudgetScope, Purpose, UsageState
from erpai_desktop.models.ids import ModelId, UserId
from erpai_desktop.models.metering import CallContext, TokenEstimate
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services import bin as bin_
from erpai_desktop.services import budgets, spending, tree, usage, usage_reading, users, workspace
from erpai_desktop.storage import schema
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from erpai_desktop.storage.queries.usage_totals import wrong_months
from erpai_desktop.storage.unit_of_work import UnitOfWork
from tests.unit.services.conftest import ON_BOTH_DATABASES, Company
from tests.unit.services.spender import MODEL, PRICES, Spender

DOLLAR = 1_000_000

Totals = dict[tuple[str, BudgetScope, object, str], tuple[int, int]]


@pytest.fixture
def spender(company: Company) -> Spender:
    return Spender(company.database)


def _kept(database: Database) -> Totals:
    rows = database.read(lambda session: session.scalars(select(UsageTotal)).all())
    return {
        (row.month, row.scope, row.subject_id, row.currency): (row.micros, row.open_micros)
        for row in rows
        if row.micros or row.open_micros
    }


def _summed_up(database: Database) -> Totals:
    """The same, from the calls one by one."""
    micros: Counter[tuple[str, BudgetScope, object, str]] = Counter()
    still_open: Counter[tuple[str, BudgetScope, object, str]] = Counter()
    for call in database.read(lambda session: session.scalars(select(Usage)).all()):
        for scope, subject in (
            (BudgetScope.COMPANY, COMPANY),
            (BudgetScope.USER, call.user_id),
            (BudgetScope.MODEL, call.model_id),
        ):
            if subject is not None and call.currency:
                key = (f"{call.started_utc:%Y-%m}", scope, subject, call.currency)
                micros[key] += call.money_micros
                still_open[key] += call.money_micros if call.state is UsageState.OPEN else 0
    return {key: (amount, still_open[key]) for key, amount in micros.items() if amount or still_open[key]}


STEP = st.tuples(
    st.sampled_from(["begin", "begin", "end", "end", "end", "spent", "move", "person", "gone", "model", "purge"]),
    st.integers(0, 7),
)


@ON_BOTH_DATABASES
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=3, max_size=14))
def test_totals_are_what_the_calls_come_to(company: Company, spender: Spender, steps: list[tuple[str, int]]) -> None:
    """The workspace is the same in every example: it only grows fuller."""
    models = [company.marketing, company.social, company.sales, None]
    begun = []
    for what, number in steps:
        model_id = models[number % 4]
        if what == "begin":
            estimate = TokenEstimate(1_000 * number, 10)
            begun.append(spender.begin(estimate, model_id=model_id, base_model="mystery-1" if number == 5 else MODEL))
        elif what == "end" and begun:
            came_to = None if number == 0 else TokenUsage(tokens_in=777 * number)
            spender.end(begun[number % len(begun)], came_to, UsageState.FAILED if number % 3 else UsageState.SETTLED)
        elif what == "spent":
            company.database.write(
                usage.record_spent,
                provider_id=spender.openai,
                base_model=MODEL,
                call=CallContext(Purpose.TRAINING, model_id),
                usage=TokenUsage(tokens_in=500 * number),
                prices=PRICES,
            )
        elif what == "move" and begun:
            spender.change(begun[-1], started_utc=utc_now() - timedelta(days=31 * number))
        elif what == "person" and begun:
            spender.change(begun[0], user_id=company.add_user(f"user-{new_id()}").user_id if number % 2 else None)
        elif what == "gone" and begun:
            gone = begun.pop()
            company.database.write(lambda work, id_: work.session.delete(work.session.get_one(Usage, id_)), id_=gone)
        elif what == "model":
            made = company.add_model("Short-lived", company.sales)
            begun.append(spender.begin(model_id=made))
            company.database.write(tree.delete_model, model_id=made)
        elif what == "purge":
            company.database.write(bin_.purge_expired, now=utc_now() + timedelta(days=31))
    assert _kept(company.database) == _summed_up(company.database)
    assert company.database.read(wrong_months) == []


@ON_BOTH_DATABASES
def test_two_programs_that_spend_at_once_lose_nothing(location: WorkspaceLocation, spender: Spender) -> None:
    where = str(location.path or location.url)
    command = [sys.executable, "-m", "tests.unit.services.spending_process", where, "12"]
    programs = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for program in programs:
        assert program.stdout is not None and program.stdout.readline() == "ready\n"
    for program in programs:
        program.communicate("go\n", timeout=60)
    assert [program.returncode for program in programs] == [0, 0]
    month = spender.database.read(usage_reading.month_state, user_id=UserId(new_id()))
    assert (spender.rows, month.spent.micros) == (24, 24 * DOLLAR)
    assert _kept(spender.database) == _summed_up(spender.database)


@ON_BOTH_DATABASES
def test_a_workspace_that_has_calls_already_is_counted_when_it_is_upgraded(
    request: pytest.FixtureRequest, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, location: WorkspaceLocation
) -> None:
    older = WorkspaceLocation(path=tmp_path / "older.erpai")
    if location.url is not None:
        older = request.getfixturevalue("postgres_server").new_database()
    person, model = new_id(), new_id()
    begun = datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC)
    calls: list[dict[str, Any]] = [
        {"user_id": person, "model_id": model, "money_micros": 5, "currency": "USD"},
        {"user_id": person, "model_id": None, "money_micros": 7, "currency": "USD", "state": UsageState.OPEN},
        {"user_id": None, "model_id": model, "money_micros": 11, "currency": "EUR"},
        {"user_id": person, "model_id": model, "money_micros": 0, "currency": ""},
        {"user_id": person, "model_id": model, "money_micros": 13, "currency": "USD"},
    ]

    def write(work: UnitOfWork) -> None:
        for number, call in enumerate(calls):
            more = {"state": UsageState.SETTLED, "purpose": Purpose.CHAT, **call}
            started = begun + timedelta(seconds=number // 4)
            work.session.execute(insert(Usage.__table__).values(started_utc=started, **more))  # type: ignore[arg-type] # a mapped class's table

    with monkeypatch.context() as earlier:
        earlier.setattr(schema, "HEAD", "0002")
        made = workspace.create(older, name="Older")
        made.write(write)
        made.close()
    database = open_database(older)
    company_, user, of_model = BudgetScope.COMPANY, BudgetScope.USER, BudgetScope.MODEL
    assert _kept(database) == {
        ("2026-10", company_, COMPANY, "USD"): (12, 7),
        ("2026-10", company_, COMPANY, "EUR"): (11, 0),
        ("2026-10", user, person, "USD"): (12, 7),
        ("2026-10", of_model, model, "USD"): (5, 0),
        ("2026-10", of_model, model, "EUR"): (11, 0),
        ("2026-11", company_, COMPANY, "USD"): (13, 0),
        ("2026-11", user, person, "USD"): (13, 0),
        ("2026-11", of_model, model, "USD"): (13, 0),
    }
    assert database.read(lambda session: session.scalar(text("SELECT count(conversation_id) FROM usages"))) == 0
    # And from here on they are kept up.
    database.actor = database.write(users.join, login="tester", name="Tester")
    spender = Spender(database)
    spender.end(spender.begin(), TokenUsage(tokens_in=2_500_000))
    assert _kept(database) == _summed_up(database) and workspace.check(database) == ()
    database.close()


@ON_BOTH_DATABASES
def test_the_check_says_where_totals_are_not_what_the_calls_come_to(spender: Spender) -> None:
    spender.spend(1, at=datetime(2026, 9, 15, tzinfo=UTC))
    spender.spend(1, at=datetime(2026, 10, 15, tzinfo=UTC))

    def damage(work: UnitOfWork) -> None:
        work.session.execute(text("UPDATE usage_totals SET micros = micros + 1 WHERE month = '2026-09'"))

    spender.database.write(damage)
    (finding,) = workspace.check(spender.database)
    assert finding.startswith("What is kept as spent in 2026-09 is not what the calls come to")
    spender.database.write(lambda work: work.session.execute(text("DELETE FROM usage_totals")))
    assert "in 2026-09, 2026-10 is not" in workspace.check(spender.database)[0]


@ON_BOTH_DATABASES
def test_a_call_is_held_against_budgets_without_reading_the_calls_before_it(company: Company, spender: Spender) -> None:
    subjects = ((BudgetScope.COMPANY, None), (BudgetScope.MODEL, company.marketing))
    for scope, subject in subjects:
        company.database.write(
            budgets.set_budget, scope=scope, subject_id=subject, limit_micros=10 * DOLLAR, currency="USD"
        )
    spender.spend(1, model_id=company.social)
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        usage_id = spender.begin(model_id=company.social)
        spender.end(usage_id)
        states = company.database.read(spending.budget_states, now=utc_now())
        company.database.read(usage_reading.month_state, user_id=UserId(new_id()))
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert [state.spent_micros for state in states] == [2 * DOLLAR, 2 * DOLLAR]
    (by_id,) = [statement for statement in asked if "FROM usages" in statement]
    assert "WHERE usages.id =" in by_id
    assert not [statement for statement in asked if "FROM models" in statement and "WHERE" not in statement]


def test_totals_leave_no_trace_in_the_history(spender: Spender) -> None:
    def changes() -> int:
        return spender.database.read(lambda session: session.scalar(select(func.count()).select_from(Change))) or 0

    before = changes()
    spender.spend(1)
    assert changes() == before


def test_models_that_stand_in_a_ring_are_counted_once(company: Company, spender: Spender) -> None:
    company.database.write(
        budgets.set_budget, scope=BudgetScope.MODEL, subject_id=company.marketing, limit_micros=DOLLAR, currency="USD"
    )
    spender.spend(0.5, model_id=company.social)
    ring = text("UPDATE models SET parent_id = :below WHERE id = :top")
    values = {"below": company.social.hex, "top": company.marketing.hex}
    company.database.write(lambda work: work.session.execute(ring, values))
    found = company.database.read(
        spending.budgets_over, now=utc_now(), user_id=UserId(new_id()), model_id=ModelId(company.social)
    )
    assert [state.spent_micros for state in found] == [DOLLAR // 2]
