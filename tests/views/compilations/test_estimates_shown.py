"""What a compilation costs, beside each target and beside the button."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QRadioButton, QWidget

from erpai_desktop.models.entities import Provider
from erpai_desktop.models.enums import BudgetScope, ProviderKind, Target
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.estimates import CompileEstimates, TargetEstimate
from erpai_desktop.services import budgets
from erpai_desktop.storage.unit_of_work import UnitOfWork
from erpai_desktop.views.compilations.compile_page import CompilePage
from erpai_desktop.views.compilations.estimate_wording import (
    beside_button,
    beside_target,
    in_full,
    remark,
)
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.workers.job_state import JobSpec
from erpai_desktop.workers.runner import Runner, RunningJob
from tests.views.compilations.stand import at_rest, model_named, words_in

Show = Callable[[QWidget], QWidget]

GROUNDED = TargetEstimate(
    Target.GROUNDED,
    seconds=3.14,
    is_free=False,
    currency="USD",
    evaluation_tokens=22_380,
    evaluation_micros=10_288,
    answers_tokens=727_000,
    answers_micros=410_000,
)
TRAINED = TargetEstimate(
    Target.FINE_TUNE,
    is_free=False,
    currency="USD",
    training_tokens=35_418,
    training_micros=177_090,
    epochs=3,
    evaluation_tokens=2_509,
    evaluation_micros=3_935,
    answers_tokens=85_000,
    answers_micros=142_400,
)
UNPRICED = TargetEstimate(
    Target.GROUNDED,
    is_free=False,
    unpriced="acme-2",
    evaluation_tokens=22_380,
    evaluation_micros=None,
    answers_tokens=727_000,
    answers_micros=None,
)


@pytest.mark.parametrize(
    ("estimate", "beside", "button"),
    [
        (TargetEstimate(Target.BUILT_IN, seconds=3.1), "3.1 s · free", ""),
        (TargetEstimate(Target.EXPORT), "free", ""),
        (GROUNDED, "3.1 s · 0.41 $ / 1,000 answers", "about 0.01 $"),
        (TRAINED, "0.18 $ training · 0.14 $ / 1,000 answers", "about 0.18 $"),
        (
            UNPRICED,
            "727 k tokens / 1,000 answers",
            "22 k tokens, price not known",
        ),
    ],
)
def test_in_a_line(estimate: TargetEstimate, beside: str, button: str) -> None:
    assert (beside_target(estimate), beside_button(estimate)) == (beside, button)


def test_remarks() -> None:
    assert remark(UNPRICED) == "price not known for acme-2: only tokens are shown"
    assert remark(dataclasses.replace(GROUNDED, warning="Too dear.")) == "Too dear."
    assert remark(TRAINED) == ""


def test_in_full() -> None:
    found = CompileEstimates(36, 5_422, 31, "gpt-4.1-mini", (TRAINED, UNPRICED))
    assert in_full(found, Target.FINE_TUNE).splitlines()[:3] == [
        "Training: 35,418 tokens, 3 times through the data, 0.18 $",
        "Asking 31 validation questions: 2,509 tokens, 0.0039 $",
        "1,000 answers later: 85,000 tokens, 0.14 $",
    ]
    assert "$" not in in_full(found, Target.GROUNDED)


def _start(runner: Runner) -> Callable[[ModelId, Target, bool], RunningJob]:
    async def nothing(_job: RunningJob) -> None:
        await asyncio.sleep(0)

    return lambda model_id, _target, _measure: runner.start(JobSpec("Compile", "compile", subject=model_id), nothing)


async def test_the_page_tells_what_each_target_costs(
    runner: Runner, theme: Theme, on_show: Show, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def to_openai(work: UnitOfWork) -> None:
        for provider in work.session.query(Provider):
            provider.provider_field, provider.base_model_name = ProviderKind.OPENAI, "gpt-4.1-mini"

    runner.database.write(to_openai)
    page = CompilePage(runner, theme, model_named(runner.database, "Marketing AI"), _start(runner))
    on_show(page)
    await at_rest(runner)
    words = words_in(page)
    assert "$ / 1,000 answers" in words and "$ training" in words and "free" in words
    assert "tokens in all" in words and "36 tokens" in words
    assert not page._cost.isVisible(), "building the built-in target sends nothing"
    choices = {choice.text(): choice for choice in page.findChildren(QRadioButton)}
    choices["Fine-tune"].click()
    assert page._cost.text().startswith("about 0.") and page._cost.isVisible()
    assert "Training: " in page._cost.toolTip()
    choices["Grounded"].click()
    assert page._cost.isVisible()
    page._measure.click()
    assert not page._cost.isVisible(), "unmeasured, nothing is sent"
    await at_rest(runner)


async def test_what_a_budget_cannot_pay_is_not_begun(
    runner: Runner, theme: Theme, on_show: Show, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def to_openai(work: UnitOfWork) -> None:
        for provider in work.session.query(Provider):
            provider.provider_field, provider.base_model_name = ProviderKind.OPENAI, "gpt-4.1-mini"

    runner.database.write(to_openai)
    runner.database.write(
        budgets.set_budget, scope=BudgetScope.COMPANY, subject_id=None, limit_micros=1, currency="USD"
    )
    actor = runner.database.actor
    assert actor is not None
    model_id = model_named(runner.database, "Marketing AI")
    page = CompilePage(runner, theme, model_id, _start(runner), user_id=actor.user_id)
    on_show(page)
    await at_rest(runner)
    assert "Would exceed the company's budget: <0.0001 $ left this month." in words_in(page)
    choices = {choice.text(): choice for choice in page.findChildren(QRadioButton)}
    assert not choices["Fine-tune"].isEnabled()
    choices["Grounded"].click()
    await at_rest(runner)
    assert not page._button.isEnabled() and "would exceed" in page._button.toolTip()
    page._measure.setChecked(False)
    assert page._button.isEnabled() and not page._cost.isVisible()
