"""What another window, or another page, does to the rows while one looks at them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.qas import QaFilter, QaSort
from erpai_desktop.services import qas
from erpai_desktop.storage.database import Database
from erpai_desktop.workers.runner import Runner
from tests.views.qas.conftest import PageAndNotices, add_rows, all_lines, click, texts
from tests.waiting import settled


async def test_a_change_in_another_window_is_shown(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    page = shown.page
    click(page, 5)
    await settled(runner)
    lines = all_lines(sample, QaFilter(marketing))
    changes = sample.write(qas.delete_qas, qa_ids=[lines[0].id, lines[1].id])
    runner.changed.emit(changes, None)
    await settled(runner)
    assert texts(page) == [line.question for line in lines[2:]]
    assert page._editor.qa_id == lines[5].id
    assert page._table.currentIndex().row() == 3


async def test_what_is_selected_stays_selected_when_another_window_deletes_and_adds(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    page = shown.page
    page._table.sort_requested.emit(QaSort.QUESTION, False)
    await settled(runner)
    chosen = QaFilter(marketing, sort=QaSort.QUESTION)
    lines = all_lines(sample, chosen)
    click(page, 5)
    click(page, 7, keys=Qt.KeyboardModifier.ControlModifier)
    changes = sample.write(qas.delete_qas, qa_ids=[lines[0].id, lines[1].id, lines[6].id])
    for question in ("0?", "1?", "2?"):
        changes |= sample.write(qas.add_qa, model_id=marketing, section="A", question=question, answer="Yes.")
    runner.changed.emit(changes, None)
    await settled(runner)
    assert page._table.ranges == ((6, 7),)
    assert page._table.currentIndex().row() == 7
    QTest.keyClick(page._table, Qt.Key.Key_Delete)
    await settled(runner)
    gone = {lines[5].id, lines[7].id}
    assert gone.isdisjoint(line.id for line in all_lines(sample, chosen))
    assert len(all_lines(sample, chosen)) == len(lines) - 2


async def test_what_one_looks_at_stays_in_view_when_rows_come_and_go_above_it(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    add_rows(sample, marketing, 3_000)
    page = shown.page
    page._table.sort_requested.emit(QaSort.SECTION, False)
    await settled(runner)
    lines = all_lines(sample, QaFilter(marketing, sort=QaSort.SECTION))
    page._table.verticalScrollBar().setValue(page._table.rowHeight(0) * 2_000 + 7)
    await settled(runner)
    top = page._table.rowAt(0)
    assert page._rows.known_line(top) == lines[top]
    y = page._table.rowViewportPosition(top)
    changes = sample.write(qas.delete_qas, qa_ids=[line.id for line in lines[10:310]])
    changes |= sample.write(qas.add_qa, model_id=marketing, section="A", question="New?", answer="Yes.")
    runner.changed.emit(changes, None)
    await settled(runner)
    moved = page._rows.place_of(lines[top].number)
    assert moved == top - 299
    assert page._table.rowAt(0) == moved
    assert page._table.rowViewportPosition(moved) == y
    assert page._rows.known_line(moved) == lines[top], "it was read with the order: nothing flickers"


async def test_a_row_shown_from_elsewhere_before_this_window_knows_of_it(
    shown: PageAndNotices, runner: Runner, sample: Database, marketing: ModelId
) -> None:
    page = shown.page
    sample.write(qas.add_qa, model_id=marketing, section="A", question="Just added?", answer="Yes.")
    line = all_lines(sample, QaFilter(marketing))[-1]
    page.show_qa(line.id)
    await settled(runner)
    assert page._table.current_line == line
    assert page._editor.qa_id == line.id
