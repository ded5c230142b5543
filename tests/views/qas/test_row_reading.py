"""What is read anew after a change: the order of all rows, and those rows that are in view."""

from __future__ import annotations

import pytest

from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.qas import QaFilter, QaSort
from erpai_desktop.services import qas
from erpai_desktop.storage.database import Database
from erpai_desktop.views.qas.row_reading import InView, place_of, read_anew
from erpai_desktop.views.rows.pages import PAGE
from tests.views.qas.conftest import add_rows, all_lines

ROWS = 3_000


@pytest.fixture
def many(sample: Database, marketing: ModelId) -> ModelId:
    add_rows(sample, marketing, ROWS)
    return marketing


@pytest.mark.parametrize("sort", [QaSort.CREATED, QaSort.QUESTION, QaSort.SECTION])
def test_the_rows_that_were_in_view_are_read_where_they_stand_now(
    sample: Database, many: ModelId, sort: QaSort
) -> None:
    chosen = QaFilter(many, sort=sort)
    before = all_lines(sample, chosen)
    top = 2 * PAGE - 10
    sample.write(qas.delete_qas, qa_ids=[line.id for line in before[: PAGE + 30]])
    now = all_lines(sample, chosen)
    anew = sample.read(read_anew, chosen=chosen, in_view=InView(top, top + 20, (before[top].number,)))
    assert list(anew.numbers) == [line.number for line in now]
    moved = place_of(anew.numbers, before[top].number)
    assert moved == top - PAGE - 30
    assert set(anew.pages) == {moved // PAGE, (moved + 20) // PAGE, top // PAGE, (top + 20) // PAGE}
    for page, rows in anew.pages.items():
        assert rows == now[page * PAGE : (page + 1) * PAGE]


def test_reading_anew_follows_a_table_that_has_shrunk(sample: Database, many: ModelId) -> None:
    chosen = QaFilter(many, section="Section 1")
    whole = all_lines(sample, chosen)
    anew = sample.read(read_anew, chosen=chosen, in_view=InView(PAGE * 40, PAGE * 40 + 20))
    last = (len(whole) - 1) // PAGE
    assert anew.pages == {last: whole[last * PAGE :]}


def test_nothing_is_left(sample: Database, many: ModelId) -> None:
    anew = sample.read(read_anew, chosen=QaFilter(many, text="zebra crossing"), in_view=InView(40, 60))
    assert (len(anew.numbers), anew.pages) == (0, {0: ()})
