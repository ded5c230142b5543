"""The Findings tab."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QWidget

from erpai_desktop.models.snapshots.compilations import FindingRow
from erpai_desktop.views.findings import panel as module
from erpai_desktop.views.findings.panel import FindingsPanel
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.workers.runner import Runner
from tests.views.compilations.stand import Heard, add_qa, at_rest, column_of, model_named, nameless, words_in
from tests.waiting import eventually, settled

Show = Callable[[QWidget], QWidget]


@pytest.fixture
async def panel(runner: Runner, theme: Theme, on_show: Show) -> FindingsPanel:
    made = FindingsPanel(runner, theme)
    on_show(made)
    return made


async def test_without_a_model_it_says_what_it_is_for(panel: FindingsPanel) -> None:
    assert "Open a model to see what is worth a look." in words_in(panel)


async def test_shows_what_is_worth_a_look_and_counts_it(panel: FindingsPanel, runner: Runner) -> None:
    counts = Heard(panel.count_changed)
    panel.show_model(model_named(runner.database, "Company Master"), "Company Master")
    assert "Looking through Company Master…" in words_in(panel)
    assert counts.said == [0], "another model's count is not true any more"
    await settled(runner)
    kinds = column_of(panel._table, 0)
    assert "contradiction" in kinds
    assert counts.last == len(kinds)


async def test_a_finding_leads_to_its_row(panel: FindingsPanel, runner: Runner) -> None:
    model_id = model_named(runner.database, "Pricing")
    runner.database.write(add_qa, model_id=model_id, question="Which card?", answer="4111 1111 1111 1111")
    panel.show_model(model_id, "Pricing")
    await settled(runner)
    rows = Heard(panel.open_row)
    assert column_of(panel._table, 0)[0] == "personal data", "what blocks comes first"
    QTest.keyClick(panel._table, Qt.Key.Key_Return)
    assert isinstance(rows.last, FindingRow)
    assert rows.last.model_id == model_id


async def test_a_finding_of_several_rows_offers_each(panel: FindingsPanel, runner: Runner) -> None:
    panel.show_model(model_named(runner.database, "Company Master"), "Company Master")
    await settled(runner)
    rows = Heard(panel.open_row)
    number = column_of(panel._table, 0).index("contradiction")
    panel._table.selectRow(number)
    QTest.keyClick(panel._table, Qt.Key.Key_Return)
    menu = panel.findChild(QMenu)
    assert menu is not None
    assert len(menu.actions()) >= 2
    menu.actions()[0].trigger()
    assert isinstance(rows.last, FindingRow)
    menu.close()
    assert len({column_of(panel._table, 2)[number]}) == 1


async def test_follows_a_change_of_the_lineage_only(panel: FindingsPanel, runner: Runner) -> None:
    model_id = model_named(runner.database, "Pricing")
    panel.show_model(model_id, "Pricing")
    await settled(runner)
    before = panel._table.model().rowCount()
    runner.write(
        None, add_qa, model_id=model_named(runner.database, "Newsletter"), question="Which card?", answer="None."
    )
    await settled(runner)
    assert not panel._fresh.is_stale
    runner.write(None, add_qa, model_id=model_id, question="Which card?", answer="4111 1111 1111 1111")
    await at_rest(runner)
    assert panel._table.model().rowCount() == before + 1


async def test_counts_a_small_model_while_nobody_looks(panel: FindingsPanel, runner: Runner) -> None:
    panel.hide()
    counts = Heard(panel.count_changed)
    panel.show_model(model_named(runner.database, "Company Master"), "Company Master")
    await eventually(lambda: len(counts.said) == 2)
    assert isinstance(counts.last, int)
    assert counts.last > 0


async def test_a_large_model_waits_until_somebody_looks(
    panel: FindingsPanel, runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SMALL", 10)
    panel.hide()
    counts = Heard(panel.count_changed)
    panel.show_model(model_named(runner.database, "Company Master"), "Company Master")
    await settled(runner)
    assert counts.said == [0]
    panel.show()
    await settled(runner)
    assert counts.said[-1] != 0


async def test_each_control_has_a_name_and_a_tooltip(panel: FindingsPanel, runner: Runner) -> None:
    panel.show_model(model_named(runner.database, "Company Master"), "Company Master")
    await settled(runner)
    assert nameless(panel) == []
    assert panel._table.focusPolicy() != Qt.FocusPolicy.NoFocus
