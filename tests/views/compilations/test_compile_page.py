"""The page before a compilation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QRadioButton, QWidget

from erpai_desktop.ai.chat_gateway import Found
from erpai_desktop.models.capabilities import Capability, Support
from erpai_desktop.models.enums import QaType, Role, Target
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.compilations import FindingRow
from erpai_desktop.services import providers, qas, tree
from erpai_desktop.services.providers_reading import provider_setup
from erpai_desktop.views.compilations.compile_page import CompilePage
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.workers.job_state import JobPhase, JobSpec
from erpai_desktop.workers.runner import Runner, RunningJob
from tests.evaluated import add_provider
from tests.views.compilations.stand import Heard, add_qa, add_version, at_rest, button, model_named, nameless, words_in
from tests.waiting import eventually, settled

Show = Callable[[QWidget], QWidget]


class Builder:
    """Stands for the job that builds: notes what was asked, and builds until it is let go."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self.asked: list[tuple[ModelId, Target]] = []
        self.measured: list[bool] = []
        self.gate = asyncio.Event()

    def __call__(self, model_id: ModelId, target: Target, measure: bool) -> RunningJob:
        self.asked.append((model_id, target))
        self.measured.append(measure)
        return self._runner.start(JobSpec("Compile", "compile", subject=model_id), self._build)

    async def _build(self, job: RunningJob) -> None:
        job.progress("embedding", 1, 2)
        await self.gate.wait()


@pytest.fixture
async def page(runner: Runner, theme: Theme, on_show: Show) -> CompilePage:
    made = CompilePage(runner, theme, model_named(runner.database, "Marketing AI"), Builder(runner))
    on_show(made)
    await at_rest(runner)
    return made


async def test_says_that_it_reads_and_cannot_compile_yet(runner: Runner, theme: Theme, on_show: Show) -> None:
    page = CompilePage(runner, theme, model_named(runner.database, "Marketing AI"), Builder(runner))
    on_show(page)
    assert "Reading the knowledge…" in words_in(page)
    assert not page._button.isEnabled()
    assert "still being read" in page._button.toolTip()
    await at_rest(runner)
    assert page._button.isEnabled()


async def test_where_it_is_narrow_the_knowledge_stands_below_the_targets(page: CompilePage, runner: Runner) -> None:
    targets, knowledge = page._targets.parentWidget(), page._knowledge
    assert targets is not None
    page.resize(410, 520)
    await settled(runner)
    assert knowledge.y() > targets.geometry().bottom()
    assert knowledge.width() == targets.width()
    page.resize(700, 520)
    await settled(runner)
    assert knowledge.y() == targets.y() and knowledge.x() > targets.geometry().right()


async def test_shows_knowledge_by_origin_findings_and_instructions(page: CompilePage) -> None:
    words = words_in(page)
    assert "Compile Marketing AI" in words
    assert "never compiled" in words
    assert "inherited from Company Master" in words
    assert "aggregated from Social Media" in words
    assert "validation questions" in words
    assert "Answer briefly. Refer to the company as Vitosha Outdoor." in words
    assert "You are the marketing assistant" in words
    assert "contradiction" in words


async def test_a_target_that_cannot_be_says_why(page: CompilePage) -> None:
    targets = {choice.text(): choice for choice in page.findChildren(QRadioButton)}
    assert targets["Built-in"].isChecked()
    assert not targets["Grounded"].isEnabled()
    assert "The built-in provider has no chat model." in words_in(page)
    assert "The built-in provider has no chat model." in targets["Grounded"].toolTip()
    assert targets["Files"].isEnabled()


async def test_with_a_provider_one_compiles_to_a_chat_model(page: CompilePage, runner: Runner) -> None:
    builder = page._start
    assert isinstance(builder, Builder)
    provider_id = add_provider(runner.database)
    runner.write(
        None,
        tree.update_model,
        model_id=model_named(runner.database, "Marketing AI"),
        object_version=None,
        provider_id=provider_id,
    )
    await at_rest(runner)
    targets = {choice.text(): choice for choice in page.findChildren(QRadioButton)}
    assert not page._measure.isVisible()
    targets["Grounded"].click()
    await at_rest(runner)
    assert page.target is Target.GROUNDED and page._measure.isVisible()
    page._measure.click()
    page._button.click()
    assert builder.asked[-1][1] is Target.GROUNDED and builder.measured == [False]
    builder.gate.set()
    await settled(runner)


async def test_reasons_do_not_depend_on_which_reading_ends_first(page: CompilePage, runner: Runner) -> None:
    plan = page._plan
    assert plan is not None
    page._reasons = {}
    page._show_plan(plan)
    page.refresh()
    await settled(runner)
    assert words_in(page).count("The built-in provider has no chat model.") == 2


async def test_control_and_return_begins_the_build(page: CompilePage, runner: Runner) -> None:
    started = Heard(page.started)
    builder = page._start
    assert isinstance(builder, Builder)
    page.activateWindow()
    await eventually(page.isActiveWindow)
    QTest.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    await eventually(lambda: builder.asked == [(page._model_id, Target.BUILT_IN)])
    job = started.last
    assert isinstance(job, RunningJob)
    await asyncio.sleep(0)
    assert not page._button.isEnabled(), "a second press must not queue a second build"
    assert "being compiled" in words_in(page)
    builder.gate.set()
    await settled(runner)
    assert job.state.phase is JobPhase.DONE
    assert page._button.isEnabled()


async def test_says_that_nothing_has_changed_and_still_lets_compile(
    runner: Runner, theme: Theme, on_show: Show, tmp_path: Path
) -> None:
    model_id = model_named(runner.database, "Newsletter")
    add_version(runner.database, tmp_path, model_id)
    page = CompilePage(runner, theme, model_id, Builder(runner))
    on_show(page)
    await at_rest(runner)
    assert "nothing changed since v1" in words_in(page)
    assert page._button.isEnabled()

    await _write(runner, add_qa, model_id=model_id, question="Who signs the letter?", answer="The editor.")
    await at_rest(runner)
    words = words_in(page)
    assert "nothing changed" not in words
    assert "1 row changed since v1" in words


async def test_another_models_knowledge_is_no_reason_to_plan_again(page: CompilePage, runner: Runner) -> None:
    plan = page._plan
    elsewhere = model_named(runner.database, "Pricing")
    await _write(runner, add_qa, model_id=elsewhere, question="What is new?", answer="Nothing.")
    await at_rest(runner)
    assert page._plan is plan
    below = model_named(runner.database, "Social Media")
    await _write(runner, add_qa, model_id=below, question="What is new?", answer="Everything.")
    await at_rest(runner)
    assert page._plan is not plan


async def test_a_finding_leads_to_its_row(runner: Runner, theme: Theme, on_show: Show) -> None:
    model_id = model_named(runner.database, "Pricing")
    changes = runner.database.write(
        add_qa, model_id=model_id, question="What is the test card?", answer="Use 4111 1111 1111 1111, always."
    )
    page = CompilePage(runner, theme, model_id, Builder(runner))
    on_show(page)
    await at_rest(runner)
    assert "1 blocks" in words_in(page)
    opened = Heard(page.open_row)
    first = next(widget for widget in page._findings._widgets if widget.accessibleName().startswith("Show: 1 row"))
    QTest.mouseClick(first, Qt.MouseButton.LeftButton)
    row = opened.last
    assert isinstance(row, FindingRow)
    assert row.id in {row_id for ids in changes.rows.values() for row_id in ids}
    assert row.model_id == model_id


async def test_a_finding_of_several_rows_offers_each(runner: Runner, theme: Theme, on_show: Show) -> None:
    model_id = model_named(runner.database, "Pricing")
    for answer in ("Ten per cent.", "Twenty per cent."):
        runner.database.write(add_qa, model_id=model_id, question="How much discount for schools?", answer=answer)
    page = CompilePage(runner, theme, model_id, Builder(runner))
    on_show(page)
    await at_rest(runner)
    opened = Heard(page.open_row)
    shown = next(
        widget
        for widget in page._findings._widgets
        if widget.accessibleName().startswith("Show:") and "discount for schools" in widget.accessibleName()
    )
    QTest.mouseClick(shown, Qt.MouseButton.LeftButton)
    menu = page._findings.findChild(QMenu)
    assert menu is not None
    assert [action.text() for action in menu.actions()] == ["1. Q&&A in Pricing", "2. Q&&A in Pricing"]
    menu.actions()[1].trigger()
    assert isinstance(opened.last, FindingRow)
    menu.close()


async def test_many_findings_are_shown_a_few_at_a_time(runner: Runner, theme: Theme, on_show: Show) -> None:
    model_id = model_named(runner.database, "Pricing")
    for number in range(12):
        for answer in ("Yes.", "No."):
            runner.database.write(add_qa, model_id=model_id, question=f"Is rule {number} in force?", answer=answer)
    page = CompilePage(runner, theme, model_id, Builder(runner))
    on_show(page)
    await at_rest(runner)
    before = words_in(page).count("contradiction")
    assert before <= 8
    more = next(b for b in page.findChildren(type(page._findings._more)) if b.text().endswith("more"))
    more.click()
    await settled(runner)
    assert words_in(page).count("contradiction") == 12


async def test_a_model_that_went_to_the_bin_cannot_be_compiled(page: CompilePage, runner: Runner) -> None:
    await _write(runner, tree.delete_model, model_id=page._model_id)
    await at_rest(runner)
    assert "This model cannot be compiled" in words_in(page)
    assert not page._button.isEnabled()


async def test_each_control_has_a_name_and_a_tooltip(page: CompilePage) -> None:
    assert nameless(page) == []


async def test_validation_rows_are_counted_apart(runner: Runner, theme: Theme, on_show: Show) -> None:
    model_id = model_named(runner.database, "Pricing")
    page = CompilePage(runner, theme, model_id, Builder(runner))
    on_show(page)
    await at_rest(runner)
    assert page._plan is not None
    before = page._plan
    await _write(runner, add_qa, model_id=model_id, question="discount?", answer="Ten.", qa_type=QaType.VALIDATION)
    await at_rest(runner)
    assert page._plan is not None
    assert (page._plan.total, page._plan.validation) == (before.total, before.validation + 1)


async def test_deactivating_a_row_takes_it_out_of_the_plan(page: CompilePage, runner: Runner) -> None:
    assert page._plan is not None
    total = page._plan.total
    found = runner.database.write(add_qa, model_id=page._model_id, question="One more?", answer="Yes.")
    await _write(runner, qas.set_active, qa_ids=[next(iter(ids)) for ids in found.created.values()], is_active=False)
    await at_rest(runner)
    assert page._plan is not None
    assert page._plan.total == total


async def _write(runner: Runner, service: Any, **what: Any) -> None:
    runner.write(None, service, **what)
    await settled(runner)


async def test_a_provider_that_failed_its_test_is_told_of_with_what_follows(page: CompilePage, runner: Runner) -> None:
    model_id = model_named(runner.database, "Marketing AI")
    provider_id = add_provider(runner.database)
    runner.database.write(tree.update_model, model_id=model_id, object_version=None, provider_id=provider_id)
    version = runner.database.read(provider_setup, provider_id=provider_id).object_version

    async def checked(error: str) -> None:
        found = None if error else Found("responses", (), {Capability.CHAT: Support.YES})
        what = {"provider_id": provider_id, "object_version": version, "found": found, "elapsed_ms": 3}
        await _write(runner, providers.record_check, **what, error_message=error)
        page.refresh()
        await at_rest(runner)

    await checked("It does not accept the key (401).")
    assert page._trouble.isHidden(), "the built-in target needs no provider"
    for name, follows in (("Grounded", "not measured"), ("Fine-tune", "no training")):
        (target,) = (button for button in page.findChildren(QRadioButton) if button.text() == name)
        target.click()
        await at_rest(runner)
        words = words_in(page._trouble)
        assert page._trouble.isVisible() and "does not accept the key (401)" in words and follows in words
    heard = Heard(page.open_provider)
    button(page._trouble, "Open provider").click()
    assert heard.said == [provider_id]
    await checked("")
    assert page._trouble.isHidden()


async def test_staff_read_why_they_may_not_compile(runner: Runner, theme: Theme, on_show: Show) -> None:
    page = CompilePage(runner, theme, model_named(runner.database, "Marketing AI"), Builder(runner), role=Role.STAFF)
    on_show(page)
    await at_rest(runner)
    assert "Only trainers and administrators" in words_in(page)
