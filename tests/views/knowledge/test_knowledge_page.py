"""What a model knows, row by row."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from erpai_desktop.changes import Entity
from erpai_desktop.models.enums import RowKind
from erpai_desktop.models.ids import ModelId, QaId
from erpai_desktop.models.snapshots.compilations import FindingRow
from erpai_desktop.services import qas, tree
from erpai_desktop.views.knowledge.page import KnowledgePage
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.workers.runner import Runner
from tests.views.compilations.stand import (
    Heard,
    add_qa,
    at_rest,
    button,
    column_of,
    model_named,
    nameless,
    words_in,
)
from tests.waiting import eventually, settled

Show = Callable[[QWidget], QWidget]


@pytest.fixture
async def page(runner: Runner, theme: Theme, on_show: Show) -> KnowledgePage:
    made = KnowledgePage(runner, theme, model_named(runner.database, "Newsletter"))
    on_show(made)
    await at_rest(runner)
    return made


async def search(page: KnowledgePage, runner: Runner, text: str) -> None:
    page._search.setText(text)
    QTest.keyClick(page._search, Qt.Key.Key_Return)
    await settled(runner)


async def test_each_row_says_where_it_comes_from(page: KnowledgePage) -> None:
    origins = set(column_of(page._table, 3))
    assert origins == {"own", "Marketing AI", "Company Master"}
    assert page._count.text() == f"{page._rows.rowCount()} rows"


async def test_siblings_are_not_there(page: KnowledgePage) -> None:
    assert "Social Media" not in set(column_of(page._table, 3))


async def test_search_finds_words_in_questions_and_answers(page: KnowledgePage, runner: Runner) -> None:
    total = page._rows.rowCount()
    await search(page, runner, "instagram")
    found = page._rows.rowCount()
    assert 0 < found < total
    texts = [f"{q} {a}".casefold() for q, a in zip(column_of(page._table, 0), column_of(page._table, 1), strict=True)]
    assert all("instagram" in text for text in texts)
    assert page._count.text().endswith("found")
    QTest.keyClick(page._search, Qt.Key.Key_Escape)
    await settled(runner)
    assert page._rows.rowCount() == total


async def test_a_search_without_hits_says_so(page: KnowledgePage, runner: Runner) -> None:
    await search(page, runner, "xyzzy")
    assert "Nothing found" in words_in(page)
    assert "0 found" in words_in(page)


async def test_only_the_whole_count_is_told(page: KnowledgePage, runner: Runner) -> None:
    counts = Heard(page.count_changed)
    await search(page, runner, "instagram")
    assert counts.said == []
    await search(page, runner, "")
    assert counts.said == [page._rows.rowCount()]


async def test_an_overriding_row_says_what_it_overrides(page: KnowledgePage, runner: Runner) -> None:
    master = column_of(page._table, 3).index("Company Master")
    question = column_of(page._table, 0)[master]
    before = page._rows.rowCount()
    runner.write(None, add_qa, model_id=page._model_id, question=question, answer="Here it is otherwise.")
    await at_rest(runner)
    assert page._rows.rowCount() == before, "the nearer one takes the place of the other"
    await search(page, runner, "here it is otherwise")
    assert column_of(page._table, 3) == ["own"]
    assert column_of(page._table, 4) == ["overrides"]
    assert "Company Master" in words_in(page)


async def test_a_conflict_is_marked(page: KnowledgePage, runner: Runner) -> None:
    for answer in ("On Mondays.", "On Fridays."):
        runner.write(None, add_qa, model_id=page._model_id, question="When is the quarrel?", answer=answer)
        await settled(runner)
    await at_rest(runner)
    await search(page, runner, "quarrel")
    assert column_of(page._table, 4) == ["conflict", "conflict"]
    assert "conflict" in page._conflict.text()


async def test_a_row_opens_its_source(page: KnowledgePage, runner: Runner) -> None:
    rows = Heard(page.open_row)
    await search(page, runner, "instagram")
    line = page._table.current
    QTest.keyClick(page._table, Qt.Key.Key_Return)
    button(page, "Open").click()
    assert rows.said == [FindingRow(line.row_id, line.kind, line.model_id, line.model_name)] * 2


async def test_the_chosen_row_stays_when_others_change(page: KnowledgePage, runner: Runner) -> None:
    lines = [line for line in map(page._rows.row_at, range(page._rows.rowCount())) if line is not None]
    first = next(line for line in lines if line.kind is RowKind.QA)
    chosen = next(line for line in reversed(lines) if line.kind is RowKind.QA)
    assert page._table.pick((chosen.row_id, chosen.question))
    row = page._table.currentIndex().row()
    runner.write(None, qas.set_active, qa_ids=[QaId(first.row_id)], is_active=False)
    await at_rest(runner)
    assert page._table.current == chosen
    assert page._table.currentIndex().row() == row - 1


async def test_down_leads_from_the_search_to_the_rows(page: KnowledgePage) -> None:
    page.activateWindow()
    await eventually(page.isActiveWindow)
    page.focus_search()
    QTest.keyClick(page._search, Qt.Key.Key_Down)
    assert page._table.hasFocus()


async def test_a_model_without_knowledge_leads_to_its_qas(empty_runner: Runner, theme: Theme, on_show: Show) -> None:
    changes = empty_runner.database.write(tree.add_model, names={"en": "New"})
    page = KnowledgePage(empty_runner, theme, ModelId(changes.new(Entity.MODEL)))
    on_show(page)
    await at_rest(empty_runner)
    assert "It knows nothing yet" in words_in(page)
    asked = Heard(page.page_requested)
    button(page, "Add Q&&As").click()
    assert asked.said == ["qas"]


async def test_each_control_has_a_name_and_a_tooltip(page: KnowledgePage) -> None:
    assert nameless(page) == []
