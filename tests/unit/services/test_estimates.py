"""What a compilation would cost, beforehand: counted, priced, and refused where it is not possible."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from erpai_desktop.ai.tokens import TokenCounter
from erpai_desktop.models.chat_validation import EXAMPLE_TOKENS, MESSAGE_TOKENS
from erpai_desktop.models.entities import Compilation, Model, Provider, ProviderCheck
from erpai_desktop.models.enums import BudgetScope, CompilationStatus, ProviderKind, QaType, Target
from erpai_desktop.models.ids import CompilationId
from erpai_desktop.models.new_id import new_id
from erpai_desktop.models.snapshots.estimates import CompileEstimates, EvaluationEstimate, TargetEstimate
from erpai_desktop.services import budgets, estimates, evaluation_estimate, qas
from tests.unit.services.conftest import ON_BOTH_DATABASES, Company
from tests.unit.services.spender import MODEL, PRICES, Spender

ROWS = (("What are your opening hours?", "From nine to five."), ("Where is the head office?", "In Plovdiv."))


class Plan:
    """Sales with two Q&As, a validation row and a provider."""

    def __init__(self, company: Company, cache: Path) -> None:
        self.company, self.database, self.cache = company, company.database, cache
        self.spender = Spender(company.database)
        self.provider = self.spender.openai
        self.set(Model, company.sales, provider_id=self.provider, system_message="Answer briefly.")
        for question, answer in ROWS:
            self.add(question, answer)
        self.add("When do you open?", "From nine to five.", qa_type=QaType.VALIDATION)

    def add(self, question: str, answer: str, **more: Any) -> None:
        self.database.write(
            qas.add_qa, model_id=self.company.sales, section="General", question=question, answer=answer, **more
        )

    def set(self, kind: type[Any], row_id: Any, **values: Any) -> None:
        def change(work: Any) -> None:
            row = work.session.get_one(kind, row_id)
            for name, value in values.items():
                setattr(row, name, value)

        self.database.write(change)

    def estimates(self, **more: Any) -> CompileEstimates:
        assert self.database.actor is not None
        arguments: dict[str, Any] = {"user_id": self.database.actor.user_id, "prices": PRICES, "cache": self.cache}
        return self.database.read(estimates.estimates, model_id=self.company.sales, **{**arguments, **more})

    def of(self, target: Target, **more: Any) -> TargetEstimate:
        return self.estimates(**more).of(target)

    def check(self, **values: Any) -> None:
        row = ProviderCheck(id=new_id(), provider_id=self.provider, **values)
        self.database.write(lambda work: work.session.add(row))


@pytest.fixture
def plan(company: Company, tmp_path: Path) -> Plan:
    return Plan(company, tmp_path / "tokens.sqlite")


def _tokens(*texts: str) -> int:
    return sum(TokenCounter().count(list(texts)))


@ON_BOTH_DATABASES
def test_tokens_are_counted_and_priced(plan: Plan) -> None:
    found = plan.estimates()
    dataset = _tokens(*(text for row in ROWS for text in row))
    instructions = _tokens("Answer briefly.")
    assert (found.instructions_tokens, found.dataset_tokens, found.validation_rows) == (instructions, dataset, 1)
    assert found.base_model == MODEL
    trained = found.of(Target.FINE_TUNE)
    # Two examples of three messages each, 25 times.
    around = EXAMPLE_TOKENS + 3 * MESSAGE_TOKENS
    assert (trained.epochs, trained.training_tokens) == (25, 25 * (dataset + 2 * (instructions + around)))
    assert trained.training_micros == trained.training_tokens * 5
    grounded = found.of(Target.GROUNDED)
    assert grounded.training_tokens == 0 and grounded.evaluation_tokens > dataset
    assert grounded.answers_micros is not None and grounded.evaluation_micros is not None
    assert 500 * grounded.evaluation_micros < grounded.answers_micros < 2_000 * grounded.evaluation_micros
    # A trained model is sent no rows, at twice the price for a token.
    assert trained.answers_tokens < grounded.answers_tokens
    for target in (Target.BUILT_IN, Target.EXPORT):
        assert found.of(target) == TargetEstimate(target)


def test_a_local_model_costs_nothing_and_is_not_trained(plan: Plan) -> None:
    plan.set(Provider, plan.provider, provider_field=ProviderKind.LOCAL, model_file="/models/small.gguf")
    grounded, trained = plan.of(Target.GROUNDED), plan.of(Target.FINE_TUNE)
    assert grounded.is_free and grounded.answers_micros == 0 and grounded.answers_tokens > 0
    assert "not trained" in trained.reason and not grounded.reason


def test_an_unknown_price_is_said_and_only_tokens_are_told(plan: Plan) -> None:
    plan.set(Provider, plan.provider, base_model_name="mystery-1")
    for target in (Target.GROUNDED, Target.FINE_TUNE):
        found = plan.of(target)
        assert found.unpriced == "mystery-1" and not found.is_free
        assert found.now_micros is None and found.now_tokens > 0


def test_a_model_that_is_not_trained_has_no_price_for_it(plan: Plan) -> None:
    plan.set(Provider, plan.provider, base_model_name="gpt-5")
    assert plan.of(Target.GROUNDED).unpriced == "" and plan.of(Target.FINE_TUNE).unpriced == "gpt-5"


@pytest.mark.parametrize(("found", "reason"), [("no", "Closed to new jobs"), ("yes", ""), ("unknown", ""), (None, "")])
def test_closed_to_new_jobs_is_what_the_last_check_found(plan: Plan, found: str | None, reason: str) -> None:
    plan.check(capabilities={"fine-tuning": found} if found is not None else {})
    assert plan.of(Target.FINE_TUNE).reason.startswith(reason) and bool(plan.of(Target.FINE_TUNE).reason) == bool(
        reason
    )
    assert plan.of(Target.GROUNDED).reason == ""


def test_a_base_model_that_was_shut_down_answers_nothing(plan: Plan) -> None:
    plan.check(models=[{"name": MODEL, "shutdown_date": "2027-01-14"}])
    assert plan.of(Target.GROUNDED, today=date(2027, 1, 14)).reason == ""
    after = plan.estimates(today=date(2027, 1, 15))
    expected = "gpt-4.1-mini was shut down on 14 Jan 2027: choose another base model."
    assert after.of(Target.GROUNDED).reason == after.of(Target.FINE_TUNE).reason == expected
    assert after.of(Target.BUILT_IN).reason == ""


def test_what_a_provider_lacks_is_named(plan: Plan) -> None:
    plan.set(Provider, plan.provider, base_model_name="")
    assert plan.of(Target.GROUNDED).reason == "The provider lacks a base model."


@ON_BOTH_DATABASES
def test_what_a_budget_cannot_pay_is_told_beforehand(plan: Plan) -> None:
    needed = plan.of(Target.FINE_TUNE).training_micros
    assert needed is not None
    plan.database.write(
        budgets.set_budget,
        scope=BudgetScope.MODEL,
        subject_id=plan.company.company,
        limit_micros=needed,
        currency="USD",
    )
    trained = plan.of(Target.FINE_TUNE)
    assert trained.reason == "" and trained.warning.startswith("The validation questions would exceed Company's budget")
    plan.spender.spend(0.0001, model_id=plan.company.sales)
    assert plan.of(Target.FINE_TUNE).reason.startswith("Would exceed Company's budget: ")
    assert plan.of(Target.GROUNDED).warning == ""
    plan.spender.spend(needed / 1_000_000, model_id=plan.company.sales)
    # A grounded version can be made all the same: only measuring it costs.
    grounded = plan.of(Target.GROUNDED)
    assert grounded.reason == "" and "would exceed Company's budget: 0.00 $ left" in grounded.warning


def test_the_last_build_says_how_long_it_takes(plan: Plan) -> None:
    began = datetime(2026, 11, 3, 9, tzinfo=UTC)

    def add(work: Any) -> None:
        for number, seconds, good in ((1, 9, True), (2, 3, True), (3, 60, False)):
            work.session.add(
                Compilation(
                    id=new_id(),
                    model_id=plan.company.sales,
                    number=number,
                    target=Target.GROUNDED,
                    start_time_utc=began,
                    completion_time_utc=began + timedelta(seconds=seconds),
                    status=CompilationStatus.COMPLETED,
                    is_successful=good,
                )
            )

    plan.database.write(add)
    assert plan.of(Target.GROUNDED).seconds == 3
    assert plan.of(Target.BUILT_IN).seconds is None


def test_without_a_provider_only_what_is_free_is_told(company: Company, tmp_path: Path) -> None:
    found = company.database.read(
        estimates.estimates, model_id=company.marketing, prices=PRICES, cache=tmp_path / "tokens.sqlite"
    )
    assert [estimate.target for estimate in found.targets] == list(Target)
    assert (found.base_model, found.dataset_tokens, found.of(Target.GROUNDED).now_tokens) == ("", 0, 0)


def test_evaluating_a_version_again_and_a_judge(plan: Plan) -> None:
    ids = {target: new_id() for target in (Target.BUILT_IN, Target.GROUNDED, Target.FINE_TUNE)}

    def add(work: Any) -> None:
        for number, (target, id_) in enumerate(ids.items(), start=1):
            work.session.add(
                Compilation(
                    id=id_,
                    model_id=plan.company.sales,
                    number=number,
                    target=target,
                    provider_id=None if target is Target.BUILT_IN else plan.provider,
                    base_model=MODEL,
                    compiled_model_name=f"ft:{MODEL}-2025-04-14:org::id" if target is Target.FINE_TUNE else "",
                )
            )

    plan.database.write(add)

    def of(target: Target, judge: Any = None) -> EvaluationEstimate:
        return plan.database.read(
            evaluation_estimate.evaluation_estimate,
            compilation_id=CompilationId(ids[target]),
            judge_provider_id=judge,
            prices=PRICES,
            cache=plan.cache,
        )

    assert (of(Target.BUILT_IN).tokens, of(Target.BUILT_IN).micros) == (0, 0)
    compiling = plan.estimates()
    for target in (Target.GROUNDED, Target.FINE_TUNE):
        assert of(target).micros == compiling.of(target).evaluation_micros
    judged = of(Target.BUILT_IN, plan.provider)
    assert judged.questions == 1 and judged.tokens > 300 and judged.micros
    mystery = plan.spender.add_provider("Gateway", ProviderKind.OPENAI_COMPATIBLE)
    assert of(Target.GROUNDED, mystery).unpriced == (MODEL,) and of(Target.GROUNDED, mystery).micros is None
