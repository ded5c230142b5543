"""The item model: right by Qt's own tester, lazy, and true after changes."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt

from erpai_desktop.models.enums import QaType
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.qas import QaFilter, QaSort
from erpai_desktop.services import qas, qas_reading
from erpai_desktop.storage.database import Database
from erpai_desktop.views.parts.highlight import DimRole, IconMeaningRole
from erpai_desktop.views.qas.row_reading import InView
from erpai_desktop.views.qas.rows_model import ACTIVE, ANSWER, QUESTION, TYPE, QaRows
from erpai_desktop.views.rows.pages import PAGE
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
    rows.read_again(InView)
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


@pytest.mark.parametrize("sort", list(QaSort))
async def test_a_far_jump_reads_one_page_in_every_order(
    runner: Runner, sample: Database, marketing: ModelId, sort: QaSort, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_rows(sample, marketing, 5_000)
    chosen = QaFilter(marketing, text="question", sort=sort, descending=True)
    whole = all_lines(sample, chosen)
    rows = QaRows(runner, marketing)
    rows.choose(chosen)
    await settled(runner)
    assert rows.is_settled
    read: list[str] = []
    by_number = qas_reading.qas_by_number

    def watched(session: Any, numbers: Any) -> Any:
        read.append("page")
        assert len(numbers) <= PAGE
        return by_number(session, numbers)

    monkeypatch.setattr(qas_reading, "qas_by_number", watched)
    for name in ("numbers_of_qas", "first_qas"):
        monkeypatch.setattr(qas_reading, name, lambda *_args, **_more: read.append("all"))
    for place in (len(whole) // 2, len(whole) - 1):
        rows.line(place)
        await settled(runner)
        assert rows.known_line(place) == whole[place]
    assert read == ["page", "page"]
    rows.deleteLater()


async def test_a_row_deleted_elsewhere_does_not_move_the_others_until_that_is_known(
    runner: Runner, sample: Database, marketing: ModelId
) -> None:
    add_rows(sample, marketing, 2_000)
    whole = all_lines(sample, QaFilter(marketing))
    rows = QaRows(runner, marketing)
    rows.choose(QaFilter(marketing))
    await settled(runner)
    sample.write(qas.delete_qas, qa_ids=[whole[3].id, whole[1_500].id])
    rows.line(1_500)
    await settled(runner)
    assert [rows.known_line(place) for place in (1_499, 1_500, 1_501)] == [whole[1_499], None, whole[1_501]]
    rows.read_again(lambda: InView(1_500, 1_520))
    await settled(runner)
    assert [rows.known_line(place) for place in (1_498, 1_499)] == [whole[1_499], whole[1_501]]
    assert rows.place_of(whole[1_501].number) == 1_499
    assert rows.place_of(whole[3].number) == -1
    rows.deleteLater()


async def test_many_changes_in_a_row_are_read_to_the_end(
    runner: Runner, sample: Database, marketing: ModelId, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = all_lines(sample, QaFilter(marketing))
    rows = QaRows(runner, marketing)
    rows.choose(QaFilter(marketing))
    await settled(runner)
    times: list[int] = []
    rows.refreshed.connect(lambda: times.append(rows.total))
    for line in whole[:5]:
        sample.write(qas.delete_qas, qa_ids=[line.id])
        rows.read_again(InView)
    await settled(runner)
    assert 1 <= len(times) <= 2
    assert rows.total == len(whole) - 5
    rows.deleteLater()


async def test_rows_added_between_the_first_page_and_the_order_are_shown(
    runner: Runner, sample: Database, marketing: ModelId, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers_of_qas = qas_reading.numbers_of_qas

    def late(session: Any, chosen: QaFilter) -> Any:
        qa_id = sample.write(qas.add_qa, model_id=marketing, section="A", question="0?", answer="Yes.")
        assert qa_id
        session.rollback()
        return numbers_of_qas(session, chosen)

    monkeypatch.setattr(qas_reading, "numbers_of_qas", late)
    rows = QaRows(runner, marketing)
    rows.choose(QaFilter(marketing, sort=QaSort.QUESTION))
    await settled(runner)
    rows.line(0)
    await settled(runner)
    now = all_lines(sample, QaFilter(marketing, sort=QaSort.QUESTION))
    assert now[0].question == "0?"
    assert [rows.line(place) for place in range(rows.total)] == list(now)
    rows.deleteLater()


async def test_deleting_far_down_moves_what_is_shown_up(runner: Runner, sample: Database, marketing: ModelId) -> None:
    add_rows(sample, marketing, 2_000)
    chosen = QaFilter(marketing, sort=QaSort.QUESTION)
    rows = QaRows(runner, marketing)
    rows.choose(chosen)
    await settled(runner)
    whole = all_lines(sample, chosen)
    sample.write(qas.delete_qas, qa_ids=[whole[n].id for n in (3, 700, 1_500)])
    resets: list[int] = []
    rows.modelReset.connect(lambda: resets.append(1))
    rows.read_again(lambda: InView(1_400, 1_420))
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
