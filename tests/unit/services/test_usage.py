"""Metered calls and the budgets that stop them, on both databases."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from erpai_desktop.ai.answerer import Usage as TokenUsage
from erpai_desktop.changes import Entity
from erpai_desktop.errors import BudgetExceededError, InvalidInputError, NotFoundError, NotPermittedError, UserError
from erpai_desktop.models.entities import Budget
from erpai_desktop.models.entities.base import utc_now
from erpai_desktop.models.enums import BudgetScope, ProviderKind, Purpose, UsageState
from erpai_desktop.models.ids import ActionId, BudgetId, ModelId, ProviderId, UserId
from erpai_desktop.models.metering import TokenEstimate
from erpai_desktop.models.months import days_of_month, month_of
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.usage import BudgetLevel, BudgetState
from erpai_desktop.services import bin as bin_
from erpai_desktop.services import budgets, history, spending, tree
from erpai_desktop.storage.database import Database
from erpai_desktop.storage.location import WorkspaceLocation
from erpai_desktop.storage.opening import open_database
from tests.unit.services.conftest import ON_BOTH_DATABASES, Company
from tests.unit.services.spender import ONE_DOLLAR, Spender

DOLLAR = 1_000_000
NOW = datetime.now(UTC)


@pytest.fixture
def spender(company: Company) -> Spender:
    return Spender(company.database)


def _set(database: Database, scope: BudgetScope, subject: ModelId | UserId | None, dollars: float) -> BudgetId:
    changes = database.write(
        budgets.set_budget, scope=scope, subject_id=subject, limit_micros=round(dollars * DOLLAR), currency="USD"
    )
    (budget_id,) = changes.of(Entity.BUDGET)
    return BudgetId(budget_id)


def _states(database: Database) -> tuple[BudgetState, ...]:
    return database.read(spending.budget_states, now=NOW)


def test_a_call_is_written_with_its_estimate_and_settled_with_what_it_came_to(spender: Spender) -> None:
    usage_id = spender.begin(TokenEstimate(1_000, 500), purpose=Purpose.EVALUATION)
    row = spender.row(usage_id)
    assert (row.state, row.tokens_in, row.tokens_out, row.money_micros) == (UsageState.OPEN, 1_000, 500, 1_200)
    assert (row.currency, row.purpose, row.owner != "") == ("USD", Purpose.EVALUATION, True)
    spender.end(usage_id, TokenUsage(800, 300, 100, 20))
    row = spender.row(usage_id)
    assert (row.state, row.elapsed_ms, row.money_micros) == (UsageState.SETTLED, 1_200, 200 + 30 + 160)
    assert (row.tokens_in, row.tokens_cached, row.tokens_out, row.tokens_reasoning) == (800, 300, 100, 20)


def test_a_failed_call_keeps_its_estimate_unless_somebody_knows_better(spender: Spender) -> None:
    unknown, refused = spender.begin(), spender.begin()
    spender.end(unknown, None, UsageState.FAILED)
    spender.end(refused, TokenUsage(), UsageState.FAILED)
    assert (spender.row(unknown).money_micros, spender.row(unknown).state) == (DOLLAR, UsageState.FAILED)
    assert spender.row(refused).money_micros == 0


def test_a_settled_call_stays_as_it_is(spender: Spender) -> None:
    usage_id = spender.begin()
    spender.end(usage_id, TokenUsage(tokens_in=10))
    assert not spender.end(usage_id, TokenUsage(tokens_in=99)).touches(Entity.USAGE)
    assert spender.row(usage_id).tokens_in == 10


def test_an_unknown_price_counts_tokens_and_no_money(spender: Spender) -> None:
    usage_id = spender.begin(TokenEstimate(1_000), base_model="mystery-1")
    assert (spender.row(usage_id).money_micros, spender.row(usage_id).currency) == (0, "")
    spender.end(usage_id, TokenUsage(tokens_in=900))
    assert (spender.row(usage_id).tokens_in, spender.row(usage_id).currency) == (900, "")


def test_what_runs_here_costs_nothing_and_needs_no_budget(spender: Spender) -> None:
    _set(spender.database, BudgetScope.COMPANY, None, 0)
    local = spender.add_provider("Local", ProviderKind.LOCAL)
    usage_id = spender.begin(provider_id=local, base_model="small.gguf")
    assert (spender.row(usage_id).money_micros, spender.row(usage_id).currency) == (0, "USD")


def test_a_provider_that_is_gone_sends_nothing(spender: Spender) -> None:
    with pytest.raises(NotFoundError):
        spender.begin(provider_id=ProviderId(new_id()))
    assert spender.rows == 0


@ON_BOTH_DATABASES
def test_a_budget_refuses_before_anything_is_written(spender: Spender) -> None:
    _set(spender.database, BudgetScope.COMPANY, None, 2.5)
    spender.spend(1)
    spender.begin()  # Open: its estimate counts.
    with pytest.raises(BudgetExceededError) as caught:
        spender.begin()
    error = caught.value
    assert (
        error.message
        == "This question may cost 1.00 $, and 0.50 $ of the company's budget of 2.50 $ is left this month."
    )
    assert error.safe == "Nothing was sent." and "administrator" in error.advice
    assert spender.rows == 2
    spender.begin(TokenEstimate(1_250_000))  # Half a dollar just fits.
    (state,) = _states(spender.database)
    assert (state.spent_micros, state.open_micros, state.left_micros) == (2_500_000, 1_500_000, 0)
    assert state.level is BudgetLevel.SPENT


@ON_BOTH_DATABASES
def test_an_unknown_price_passes_until_the_budget_is_spent(spender: Spender) -> None:
    _set(spender.database, BudgetScope.COMPANY, None, 1)
    spender.begin(base_model="mystery-1")
    spender.spend(1)
    with pytest.raises(BudgetExceededError, match="has no known price"):
        spender.begin(base_model="mystery-1")


@ON_BOTH_DATABASES
def test_a_models_budget_covers_what_stands_below_it(company: Company, spender: Spender) -> None:
    _set(company.database, BudgetScope.MODEL, company.marketing, 1.5)
    spender.spend(1, model_id=company.social)
    spender.spend(5, model_id=company.sales)
    with pytest.raises(BudgetExceededError, match="Marketing's budget"):
        spender.begin(model_id=company.marketing)
    spender.begin(model_id=company.sales)
    spender.begin(model_id=company.company)
    spender.begin(model_id=None)
    company.database.write(tree.move_model, model_id=company.social, parent_id=company.sales)
    (state,) = _states(company.database)
    assert state.spent_micros == 0


@ON_BOTH_DATABASES
def test_a_users_budget_is_theirs_alone(company: Company, spender: Spender) -> None:
    admin = company.database.actor
    assert admin is not None
    _set(company.database, BudgetScope.USER, admin.user_id, 0.5)
    with pytest.raises(BudgetExceededError, match="Tester's budget"):
        spender.begin()
    company.database.actor = company.add_user("stan")
    spender.begin()


@ON_BOTH_DATABASES
def test_last_month_does_not_count_and_utc_decides_when_it_ended(spender: Spender) -> None:
    _set(spender.database, BudgetScope.COMPANY, None, 1)
    begin, _end = month_of(NOW)
    spender.spend(0.75, at=begin.replace(microsecond=0))
    last_month = spender.spend(0.2)
    spender.change(last_month, started_utc=datetime.fromtimestamp(begin.timestamp() - 0.001, UTC))
    (state,) = _states(spender.database)
    assert state.spent_micros == 750_000


def test_money_in_another_currency_counts_against_no_budget(spender: Spender) -> None:
    spender.database.write(
        budgets.set_budget, scope=BudgetScope.COMPANY, subject_id=None, limit_micros=DOLLAR // 2, currency="EUR"
    )
    spender.begin()
    (state,) = _states(spender.database)
    assert (state.spent_micros, state.currency) == (0, "EUR")


@ON_BOTH_DATABASES
def test_of_two_callers_at_the_limit_exactly_one_passes(location: WorkspaceLocation, company: Company) -> None:
    spender = Spender(company.database)
    _set(company.database, BudgetScope.COMPANY, None, 1)
    # Each with a database of its own, as two programs on one workspace have.
    others = [open_database(location) for _ in range(4)]
    outcomes: list[str] = []
    ready = threading.Barrier(len(others))

    def call(database: Database) -> None:
        database.actor = company.database.actor
        # Connected before they set off, so that none is late.
        database.write(lambda _work: None)
        mine = Spender.__new__(Spender)
        mine.database, mine.openai = database, spender.openai
        ready.wait()
        try:
            mine.begin(ONE_DOLLAR)
            outcomes.append("sent")
        except BudgetExceededError:
            outcomes.append("refused")

    threads = [threading.Thread(target=call, args=(database,)) for database in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for database in others:
        database.close()
    assert sorted(outcomes) == ["refused"] * 3 + ["sent"]
    assert spender.rows == 1


def test_a_budget_is_set_replaced_and_removed(company: Company) -> None:
    database = company.database
    first = _set(database, BudgetScope.COMPANY, None, 50)
    assert _set(database, BudgetScope.COMPANY, None, 60) == first
    model = _set(database, BudgetScope.MODEL, company.sales, 5)
    assert [(state.scope, state.limit_micros) for state in _states(database)] == [
        (BudgetScope.COMPANY, 60 * DOLLAR),
        (BudgetScope.MODEL, 5 * DOLLAR),
    ]
    database.write(budgets.remove_budget, budget_id=model)
    assert len(_states(database)) == 1
    with pytest.raises(NotFoundError):
        database.write(budgets.remove_budget, budget_id=model)
    again = _set(database, BudgetScope.MODEL, company.sales, 6)
    assert again != model and len(_states(database)) == 2


def test_a_budget_goes_to_the_bin_and_comes_back_unless_another_took_its_place(company: Company) -> None:
    database = company.database
    budget_id = _set(database, BudgetScope.MODEL, company.sales, 5)
    gone = database.write(budgets.remove_budget, budget_id=budget_id)
    assert gone.undoable and gone.action_id is not None
    (item,) = database.read(bin_.bin_contents)
    assert (item.kind, item.title) == (Entity.BUDGET, "Sales: 5.00 $ a month")
    database.write(history.undo, action_id=ActionId(gone.action_id))
    assert [state.limit_micros for state in _states(database)] == [5 * DOLLAR]
    gone = database.write(budgets.remove_budget, budget_id=budget_id)
    database.write(bin_.restore, entity=Entity.BUDGET, ids=[budget_id])
    assert len(_states(database)) == 1
    gone = database.write(budgets.remove_budget, budget_id=budget_id)
    _set(database, BudgetScope.MODEL, company.sales, 6)
    assert gone.action_id is not None
    with pytest.raises(UserError, match="another budget has taken its place"):
        database.write(history.undo, action_id=ActionId(gone.action_id))
    with pytest.raises(UserError, match="Another budget has taken its place"):
        database.write(bin_.restore, entity=Entity.BUDGET, ids=[budget_id])
    assert [state.limit_micros for state in _states(database)] == [6 * DOLLAR]


def test_a_budget_goes_for_good_after_its_time_in_the_bin_or_with_its_model(company: Company) -> None:
    database = company.database
    kept, binned = _set(database, BudgetScope.COMPANY, None, 1), _set(database, BudgetScope.MODEL, company.sales, 5)
    database.write(budgets.remove_budget, budget_id=binned)
    _set(database, BudgetScope.MODEL, company.sales, 6)
    later = utc_now() + timedelta(days=31)
    database.write(bin_.purge_expired, now=later)
    database.write(tree.delete_model, model_id=company.sales)
    assert database.read(lambda session: session.query(Budget).count()) == 2
    database.write(bin_.purge_expired, now=later + timedelta(days=31))
    assert database.read(lambda session: session.scalars(select(Budget.id)).all()) == [kept]


@pytest.mark.parametrize(
    ("limit", "share", "field"),
    [(-1, 0.8, "limit"), (10**16, 0.8, "limit"), (1, 0, "warning"), (1, 1.5, "warning"), (1, float("nan"), "warning")],
)
def test_a_budget_that_cannot_be_is_refused(company: Company, limit: int, share: float, field: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        company.database.write(
            budgets.set_budget, scope=BudgetScope.COMPANY, subject_id=None, limit_micros=limit, warn_share=share
        )
    assert [problem.field for problem in caught.value.problems] == [field]


def test_a_budget_needs_its_subject(company: Company) -> None:
    for scope, subject in ((BudgetScope.COMPANY, company.sales), (BudgetScope.MODEL, None)):
        with pytest.raises(InvalidInputError):
            company.database.write(budgets.set_budget, scope=scope, subject_id=subject, limit_micros=1)
    with pytest.raises(NotFoundError):
        company.database.write(budgets.set_budget, scope=BudgetScope.USER, subject_id=company.sales, limit_micros=1)


def test_only_an_administrator_decides_on_budgets(as_trainer: Database) -> None:
    with pytest.raises(NotPermittedError):
        as_trainer.write(budgets.set_budget, scope=BudgetScope.COMPANY, subject_id=None, limit_micros=1)
    with pytest.raises(NotPermittedError):
        as_trainer.write(budgets.remove_budget, budget_id=BudgetId(new_id()))


def test_warning_begins_at_the_share(spender: Spender) -> None:
    _set(spender.database, BudgetScope.COMPANY, None, 1)
    for dollars, level in ((0.79, BudgetLevel.FINE), (0.01, BudgetLevel.WARNING), (0.2, BudgetLevel.SPENT)):
        spender.spend(dollars)
        assert _states(spender.database)[0].level is level


def test_months_end_where_they_end() -> None:
    december = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert month_of(december) == (datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    assert [day.day for day in days_of_month(2028, 2)] == [1, 29]
