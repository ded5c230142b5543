"""Keyset paging reaches every place, forwards and backwards, in every order of the table."""

from __future__ import annotations

import random

import pytest

from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.qas import QaFilter, QaSort
from erpai_desktop.storage.database import Database
from erpai_desktop.views.qas import row_reading
from erpai_desktop.views.qas.row_reading import PAGE, Mark, Marks, way_to
from tests.views.qas.conftest import add_rows, all_lines

ROWS = 3_000


@pytest.fixture
def many(sample: Database, marketing: ModelId) -> ModelId:
    add_rows(sample, marketing, ROWS)
    return marketing


@pytest.mark.parametrize("sort", list(QaSort))
@pytest.mark.parametrize("descending", [False, True])
def test_any_page_in_any_sequence(sample: Database, many: ModelId, sort: QaSort, descending: bool) -> None:
    chosen = QaFilter(many, sort=sort, descending=descending)
    whole = all_lines(sample, chosen)
    pages = list(range(-(-len(whole) // PAGE)))
    random.Random(f"{sort}{descending}").shuffle(pages)
    marks = Marks()
    for page in pages:
        first = page * PAGE
        way = way_to(marks, first, PAGE, len(whole))
        stretch = sample.read(row_reading.read_stretch, chosen=chosen, way=way)
        assert stretch.rows == whole[first : first + PAGE]
        marks.add(stretch.marks)


def test_the_end_is_near_and_neighbours_pass_over_nothing(sample: Database, many: ModelId) -> None:
    chosen = QaFilter(many)
    total = len(all_lines(sample, chosen))
    marks = Marks()
    last = (total - 1) // PAGE
    way = way_to(marks, last * PAGE, PAGE, total)
    assert (way.forwards, way.skipped) == (False, 0)
    marks.add(sample.read(row_reading.read_stretch, chosen=chosen, way=way).marks)
    before = way_to(marks, (last - 1) * PAGE, PAGE, total)
    assert (before.forwards, before.skipped) == (False, 0)


@pytest.mark.parametrize("text", ["", "question 7"])
def test_the_place_of_a_row(sample: Database, many: ModelId, text: str) -> None:
    chosen = QaFilter(many, text=text, sort=QaSort.QUESTION)
    whole = all_lines(sample, chosen)
    assert whole
    for place in (0, len(whole) // 2, len(whole) - 1):
        found = sample.read(row_reading.find_place, chosen=chosen, qa_id=whole[place].id)
        assert found is not None
        assert found[0] == place
    elsewhere = QaFilter(many, section="Section 1", sort=QaSort.QUESTION)
    outside = next(line for line in all_lines(sample, QaFilter(many)) if line.section != "Section 1")
    assert sample.read(row_reading.find_place, chosen=elsewhere, qa_id=outside.id) is None


def test_ids_of_ranges_far_apart(sample: Database, many: ModelId, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_reading, "_STRIDE", 100)
    chosen = QaFilter(many, sort=QaSort.SECTION, descending=True)
    whole = [line.id for line in all_lines(sample, chosen)]
    ids = sample.read(row_reading.read_ids, chosen=chosen, ranges=((95, 310), (0, 3), (2_000, 2_000)))
    assert sorted(ids) == sorted(whole[0:4] + whole[95:311] + whole[2_000:2_001])
    assert len(set(ids)) == len(ids)


def test_reading_again_follows_a_table_that_has_shrunk(sample: Database, many: ModelId) -> None:
    chosen = QaFilter(many, section="Section 1")
    again = sample.read(row_reading.read_again, chosen=chosen, first=PAGE * 40, marks=Marks(), expected=12_345)
    whole = all_lines(sample, chosen)
    assert again.total == len(whole)
    assert again.stretch.rows == whole[again.stretch.first :]
    assert again.stretch.rows


def test_marks_that_do_not_hold_are_dropped(sample: Database, many: ModelId) -> None:
    chosen = QaFilter(many)
    whole = all_lines(sample, chosen)
    wrong = Marks()
    wrong.add([Mark(511, whole[0].cursor)])
    again = sample.read(row_reading.read_again, chosen=chosen, first=512, marks=wrong, expected=len(whole) + 1)
    assert again.stretch.rows == whole[512 : 512 + PAGE]
