"""The item model: right by Qt's own tester, lazy, and true after changes."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt

from erpai_desktop.changes import Changes
from erpai_desktop.models.enums import QaType
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.qas import QaFilter, QaSort
from erpai_desktop.services import qas, qas_reading
from erpai_desktop.storage.database import Database
from erpai_desktop.views.parts.highlight import DimRole, IconMeaningRole
from erpai_desktop.views.qas.row_reading import PAGE
from erpai_desktop.views.qas.rows_model import ACTIVE, ANSWER, QUESTION, TYPE, QaRows
from erpai_desktop.workers.runner import Runner
from tests.views.qas.conftest import add_rows, all_lines
from tests.waiting import settled


async def test_satisfies_qt(runner: Runner, marketing: ModelId, qtmodeltester: Any) -> None:
    rows = QaRows(runner, marketing)
    rows.choose(QaFilter(marketing))
    qtmodeltester.check(rows)
    await settled(runner)
    qtmodeltester.check(rows)
    rows.choose(QaFilter(marketing, text="post"))
    await settled(runner)
    rows.read_again(0, Changes())
    await settled(runner)


async def test_reads_only_what_is_looked_at(runner: Runner, sample: Database, marketing: ModelId) -> None:
    add_rows(sample, marketing, 5_000)
    whole = all_lines(sample, QaFilter(marketing))
    rows = QaRows(runner, marketing)
    counted: list[int] = []
    rows.counted.connect(counted.append)
    rows.choose(QaFilter(marketing))
    await settled(runner)
    assert counted == [len(whole)]
    assert rows.rowCount() == len(whole)
    assert rows.known_line(0) == whole[0]
    assert rows.known_line(4_000) is None
    assert rows.index(4_000, QUESTION).data() is None
    await settled(runner)
    assert rows.index(4_000, QUESTION).data() == whole[4_000].question
    assert rows.known_line(2_000) is None
    rows.line(len(whole) - 1)
    await settled(runner)
    assert rows.known_line(len(whole) - 1) == whole[-1]
    rows.deleteLater()


async def test_after_own_deletes_and_additions_known_places_are_kept(
    runner: Runner, sample: Database, marketing: ModelId, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_rows(sample, marketing, 4_000)
    chosen = QaFilter(marketing)
    rows = QaRows(runner, marketing)
    rows.choose(chosen)
    await settled(runner)
    rows.line(2_000)
    await settled(runner)
    whole = all_lines(sample, chosen)
    asked: list[int] = []
    page_of_qas = qas_reading.page_of_qas

    def counting(session: Any, chosen: QaFilter, after: Any = None, limit: int = PAGE) -> Any:
        asked.append(limit)
        return page_of_qas(session, chosen, after, limit)

    changes = sample.write(qas.delete_qas, qa_ids=[whole[n].id for n in (2_000, 2_001, 5)])
    changes |= sample.write(qas.add_qa, model_id=marketing, section="S", question="New?", answer="Yes.")
    monkeypatch.setattr(qas_reading, "page_of_qas", counting)
    rows.read_again(2_000, changes)
    await settled(runner)
    # What lies before the page need not be passed over: a few rows that have moved up at most.
    assert sum(asked) <= 2 * PAGE
    now = all_lines(sample, chosen)
    first = 2_000 // PAGE * PAGE
    assert rows.rowCount() == len(now)
    assert [rows.known_line(n) for n in range(first, first + PAGE)] == list(now[first : first + PAGE])
    rows.deleteLater()


async def test_deleting_far_down_moves_what_is_shown_up(runner: Runner, sample: Database, marketing: ModelId) -> None:
    add_rows(sample, marketing, 2_000)
    chosen = QaFilter(marketing, sort=QaSort.QUESTION)
    rows = QaRows(runner, marketing)
    rows.choose(chosen)
    await settled(runner)
    whole = all_lines(sample, chosen)
    changes = sample.write(qas.delete_qas, qa_ids=[whole[n].id for n in (3, 700, 1_500)])
    resets: list[int] = []
    rows.modelReset.connect(lambda: resets.append(1))
    rows.read_again(1_400, changes)
    await settled(runner)
    now = all_lines(sample, chosen)
    assert rows.rowCount() == len(now) == len(whole) - 3
    place = 1_400 // PAGE * PAGE
    assert [rows.line(n) for n in range(place, place + PAGE)] == list(now[place : place + PAGE])
    assert not resets
    rows.deleteLater()


async def test_a_newer_choice_wins(runner: Runner, sample: Database, marketing: ModelId) -> None:
    rows = QaRows(runner, marketing)
    rows.choose(QaFilter(marketing))
    rows.choose(QaFilter(marketing, text="post"))
    rows.choose(QaFilter(marketing, qa_type=QaType.VALIDATION))
    await settled(runner)
    wanted = all_lines(sample, QaFilter(marketing, qa_type=QaType.VALIDATION))
    assert [rows.known_line(n) for n in range(rows.rowCount())] == list(wanted)
    rows.deleteLater()


async def test_what_the_delegate_is_told(runner: Runner, sample: Database, marketing: ModelId) -> None:
    lines = all_lines(sample, QaFilter(marketing))
    sample.write(qas.set_active, qa_ids=[lines[0].id], is_active=False)
    rows = QaRows(runner, marketing)
    rows.choose(QaFilter(marketing))
    await settled(runner)
    off, on = rows.index(0, ACTIVE), rows.index(1, ACTIVE)
    assert (off.data(DimRole), off.data(IconMeaningRole)) == (True, "no")
    assert (on.data(DimRole), on.data(IconMeaningRole)) == (False, "yes")
    refusal = next(n for n, line in enumerate(lines) if line.expects_refusal)
    assert rows.index(refusal, TYPE).data() == "Refuse"
    rows.deleteLater()


async def test_a_strangers_markup_is_shown_as_it_is(runner: Runner, sample: Database, marketing: ModelId) -> None:
    line = all_lines(sample, QaFilter(marketing))[0]
    sample.write(qas.update_qa, qa_id=line.id, object_version=None, answer="<b>bold</b> & <img src=x>")
    rows = QaRows(runner, marketing)
    rows.choose(QaFilter(marketing))
    await settled(runner)
    tip = str(rows.index(0, ANSWER).data(Qt.ItemDataRole.ToolTipRole))
    assert tip == "<b>bold</b> & <img src=x>", "the style sheet makes tooltips plain text"
    rows.deleteLater()


async def test_patching_shows_what_was_stored(runner: Runner, sample: Database, marketing: ModelId) -> None:
    rows = QaRows(runner, marketing)
    rows.choose(QaFilter(marketing))
    await settled(runner)
    line = rows.known_line(5)
    assert line is not None
    sample.write(qas.update_qa, qa_id=line.id, object_version=None, question="Quite another one?")
    rows.patch(sample.read(qas_reading.qa_details, qa_id=line.id))
    assert rows.index(5, QUESTION).data() == "Quite another one?"
    rows.deleteLater()
