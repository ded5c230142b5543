"""How the active version did on the validation questions."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from erpai_desktop.changes import Changes
from erpai_desktop.models.asset_keys import JUDGE_RUBRIC
from erpai_desktop.models.entities import Model
from erpai_desktop.models.enums import Target
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.compilations import FindingRow
from erpai_desktop.services import compilations
from erpai_desktop.storage.unit_of_work import UnitOfWork
from erpai_desktop.views.compilations.evaluation_page import EvaluationPage
from erpai_desktop.views.compilations.wording import percent
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.workers.runner import Runner
from tests.evaluated import add_evaluated, add_provider, records
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


async def test_without_an_active_version_it_says_so(
    runner: Runner, theme: Theme, on_show: Show, tmp_path: Path
) -> None:
    model_id = model_named(runner.database, "Pricing")
    add_version(runner.database, tmp_path, model_id)
    page = await opened(runner, theme, on_show, model_id)
    assert "No version is active" not in words_in(page)
    runner.database.write(_deactivate, model_id=model_id)
    page.refresh()
    await settled(runner)
    assert "No version is active" in words_in(page)
    assert page._version.text() == "v1", "its questions can be looked at all the same"


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
    assert column_of(page._scores, 1) == ["", "active"]
    assert column_of(page._view._table, 0).count("wrong") == 3
    assert "not known" in column_of(page._view._table, 2) or "Something else" in column_of(page._view._table, 2)


def test_nearly_all_right_is_not_said_to_be_all() -> None:
    assert percent(1.0) == "100 %"
    assert percent(0.999) == "99 %"
    assert percent(0.944) == "94 %"


async def test_the_scoreboard_shows_each_version_and_the_chosen_ones_questions(
    runner: Runner, theme: Theme, on_show: Show
) -> None:
    model_id = model_named(runner.database, "Pricing")
    first = add_evaluated(
        runner.database, model_id, records("." * 30 + "x"), judge="gpt-5-mini", values={JUDGE_RUBRIC: "Be fair."}
    )
    billed = [dataclasses.replace(one, money_micros=410, elapsed_ms=820.0) for one in records("." * 29 + "xx")]
    provider = add_provider(runner.database, shutdown="2001-01-01")
    second = add_evaluated(
        runner.database,
        model_id,
        billed,
        target=Target.GROUNDED,
        provider_id=provider,
        base_model="gpt-5",
        currency="EUR",
    )
    runner.database.write(compilations.activate, compilation_id=first)
    page = await opened(runner, theme, on_show, model_id)
    rows = list(zip(*(column_of(page._scores, place) for place in (0, 1, 2, 3, 5, 6, 7, 8, 9)), strict=True))
    assert page._view._reason.toolTip().endswith("gpt-5-mini\n\nBe fair.")
    assert rows == [
        ("v2", "", "Grounded", "94 %", "29 / 0", "820 ms", "0.41 €", "ended", ""),
        ("v1", "active", "Built-in", "97 %", "30 / 0", "6 ms", "free", "", "gpt-5-mini"),
    ]
    assert "95 % interval" in column_of(page._scores, 4)[0]
    assert page._version.text() == "v1"
    chosen = Heard(page.version_chosen)
    page._scores.pick(second)
    await settled(runner)
    assert page._version.text() == "v2" and chosen.last == page.current
    assert column_of(page._view._table, 0).count("wrong") == 2
    # A change elsewhere moves nothing.
    runner.write(None, compilations.activate, compilation_id=second)
    await at_rest(runner)
    assert page._version.text() == "v2"


async def test_two_versions_are_chosen_to_be_compared(runner: Runner, theme: Theme, on_show: Show) -> None:
    model_id = model_named(runner.database, "Pricing")
    ids = [add_evaluated(runner.database, model_id, records("...")) for _ in range(3)]
    runner.database.write(compilations.activate, compilation_id=ids[1])
    page = await opened(runner, theme, on_show, model_id)
    compare = button(page, "Compare")
    assert not compare.isEnabled() and "Choose two versions" in compare.toolTip()
    asked = Heard(page.compare_requested)
    page._scores.pick(ids[0])
    compare.click()
    assert asked.last == (ids[1], ids[0]), "one alone is compared with the active one, which stands on the left"
    page._scores.pick(ids[2])
    for _ in range(2):
        QTest.keyClick(page._scores, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert len(page._scores.chosen) == 3 and not compare.isEnabled()
    model = page._scores.selectionModel()
    model.select(
        page._scores.model().index(1, 0),
        QItemSelectionModel.SelectionFlag.Deselect | QItemSelectionModel.SelectionFlag.Rows,
    )
    compare.click()
    assert asked.last == (ids[0], ids[2]), "of two that are not active the older one stands on the left"


async def test_one_version_has_nothing_to_be_compared_with(runner: Runner, theme: Theme, on_show: Show) -> None:
    model_id = model_named(runner.database, "Pricing")
    add_evaluated(runner.database, model_id, records("..."))
    page = await opened(runner, theme, on_show, model_id)
    assert "only one version" in button(page, "Compare").toolTip()


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


async def test_at_the_usual_width_the_scoreboard_leaves_nothing_out(
    runner: Runner, theme: Theme, on_show: Show
) -> None:
    model_id = model_named(runner.database, "Pricing")
    add_evaluated(runner.database, model_id, records("." * 30 + "x"), judge="gpt-5-mini")
    page = await opened(runner, theme, on_show, model_id)
    # What the window leaves at 1280 pixels, less a scroll bar.
    page._scores.setFixedWidth(660)
    metrics = QFontMetrics(theme.font("note"))
    for place, column in enumerate(page._scores._rows.columns):
        needed = metrics.horizontalAdvance(column.title) + 12
        assert column.title == "Judge" or page._scores.columnWidth(place) >= needed, column.title
    assert page._judge.text() == "judge gpt-5-mini"
    assert "Answered / refused rightly: 30 / 0" in page._scores._rows.index(0, 3).data(Qt.ItemDataRole.ToolTipRole)
