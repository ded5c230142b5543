"""How the active version did on the validation questions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from erpai_desktop.changes import Changes
from erpai_desktop.models.entities import Model
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.compilations import FindingRow
from erpai_desktop.services import compilations
from erpai_desktop.storage.unit_of_work import UnitOfWork
from erpai_desktop.views.compilations.evaluation_page import EvaluationPage
from erpai_desktop.views.compilations.wording import percent
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.workers.runner import Runner
from tests.views.compilations.stand import (
    Heard,
    add_version,
    at_rest,
    button,
    column_of,
    model_named,
    nameless,
    words_in,
)
from tests.waiting import settled

Show = Callable[[QWidget], QWidget]


async def opened(runner: Runner, theme: Theme, on_show: Show, model_id: ModelId) -> EvaluationPage:
    page = EvaluationPage(runner, theme, model_id)
    on_show(page)
    await at_rest(runner)
    return page


async def test_never_compiled_leads_to_compile(runner: Runner, theme: Theme, on_show: Show) -> None:
    page = await opened(runner, theme, on_show, model_named(runner.database, "Pricing"))
    assert "Never compiled" in words_in(page)
    asked = Heard(page.compile_requested)
    button(page, "Compile").click()
    assert len(asked.said) == 1


async def test_without_validation_rows_leads_to_the_qas(
    runner: Runner, theme: Theme, on_show: Show, tmp_path: Path
) -> None:
    model_id = model_named(runner.database, "Pricing")
    add_version(runner.database, tmp_path, model_id, measured=False)
    page = await opened(runner, theme, on_show, model_id)
    assert "No validation questions" in words_in(page)
    asked = Heard(page.page_requested)
    button(page, "Add validation Q&&As").click()
    assert asked.said == ["qas"]


async def test_a_version_that_waits_leads_to_the_versions(
    runner: Runner, theme: Theme, on_show: Show, tmp_path: Path
) -> None:
    model_id = model_named(runner.database, "Pricing")
    add_version(runner.database, tmp_path, model_id)
    page = await opened(runner, theme, on_show, model_id)
    assert "No version is active" not in words_in(page)
    runner.database.write(_deactivate, model_id=model_id)
    page.refresh()
    await settled(runner)
    asked = Heard(page.page_requested)
    button(page, "Show versions").click()
    assert asked.said == ["compilations"]


async def test_shows_the_active_versions_questions_and_follows_an_activation(
    runner: Runner, theme: Theme, on_show: Show, tmp_path: Path
) -> None:
    model_id = model_named(runner.database, "Pricing")
    bad = add_version(runner.database, tmp_path, model_id, wrong=3)
    good = add_version(runner.database, tmp_path, model_id, wrong=0)
    runner.database.write(compilations.activate, compilation_id=good)
    page = await opened(runner, theme, on_show, model_id)
    assert page._version.text() == "v2"
    assert page._score.text() == "100 % right"
    assert set(column_of(page._view._table, 0)) == {"right"}
    runner.write(None, compilations.activate, compilation_id=bad)
    await at_rest(runner)
    assert page._version.text() == "v1"
    assert column_of(page._view._table, 0).count("wrong") == 3
    assert "not known" in column_of(page._view._table, 2) or "Something else" in column_of(page._view._table, 2)


def test_nearly_all_right_is_not_said_to_be_all() -> None:
    assert percent(1.0) == "100 %"
    assert percent(0.999) == "99 %"
    assert percent(0.944) == "94 %"


async def test_the_chosen_question_is_shown_in_full(
    runner: Runner, theme: Theme, on_show: Show, tmp_path: Path
) -> None:
    model_id = model_named(runner.database, "Pricing")
    add_version(runner.database, tmp_path, model_id)
    page = await opened(runner, theme, on_show, model_id)
    line = page._view._table.current
    words = words_in(page)
    assert "another answer than the curated one" in words
    assert line.expected in words
    assert line.answer in words
    rows = Heard(page.open_row)
    button(page, "Open Q&A").click()
    await settled(runner)
    assert isinstance(rows.last, FindingRow)
    assert rows.last.id == line.qa_id


async def test_enter_opens_the_row(runner: Runner, theme: Theme, on_show: Show, tmp_path: Path) -> None:
    model_id = model_named(runner.database, "Pricing")
    add_version(runner.database, tmp_path, model_id)
    page = await opened(runner, theme, on_show, model_id)
    rows = Heard(page.open_row)
    QTest.keyClick(page._view._table, Qt.Key.Key_Down)
    QTest.keyClick(page._view._table, Qt.Key.Key_Return)
    await settled(runner)
    row = rows.last
    assert isinstance(row, FindingRow)
    assert row.id == page._view._table.current.qa_id


async def test_a_hidden_page_reads_when_it_is_shown_again(
    runner: Runner, theme: Theme, on_show: Show, tmp_path: Path
) -> None:
    model_id = model_named(runner.database, "Pricing")
    add_version(runner.database, tmp_path, model_id)
    second = add_version(runner.database, tmp_path, model_id)
    page = await opened(runner, theme, on_show, model_id)
    page.hide()
    runner.write(None, compilations.activate, compilation_id=second)
    await settled(runner)
    assert page._version.text() == "v1", "nobody looks: nothing is read"
    page.show()
    await settled(runner)
    assert page._version.text() == "v2"


async def test_each_control_has_a_name_and_a_tooltip(
    runner: Runner, theme: Theme, on_show: Show, tmp_path: Path
) -> None:
    model_id = model_named(runner.database, "Pricing")
    add_version(runner.database, tmp_path, model_id)
    page = await opened(runner, theme, on_show, model_id)
    assert nameless(page) == []


def _deactivate(work: UnitOfWork, *, model_id: ModelId) -> Changes:
    work.session.get_one(Model, model_id).conversational_compilation_id = None
    return work.finish("Deactivate")
