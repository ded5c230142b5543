"""A short list is as tall as its rows, until a person moves the line below it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLabel

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.rows.list_over_details import ListOverDetails
from erpai_desktop.views.rows.row_model import Column, RowModel
from erpai_desktop.views.rows.row_table import RowTable


@pytest.fixture
def rows() -> RowModel[str]:
    return RowModel((Column("Name", str),), key=lambda name: name)


@pytest.fixture
def both(theme: Theme, rows: RowModel[str]) -> Iterator[ListOverDetails]:
    made = ListOverDetails(RowTable(theme, rows, "Names", "Choose a name"), QLabel("More"))
    made.resize(400, 500)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def fitting(both: ListOverDetails) -> int:
    """How many rows can be seen."""
    table = both.widget(0)
    assert isinstance(table, RowTable)
    return table.viewport().height() // table.verticalHeader().defaultSectionSize()


@pytest.mark.parametrize(("count", "seen"), [(0, 2), (1, 2), (3, 3), (9, 4)])
def test_it_is_as_tall_as_its_rows(both: ListOverDetails, rows: RowModel[str], count: int, seen: int) -> None:
    rows.show([f"Row {number}" for number in range(count)])
    assert fitting(both) == seen
    both.resize(400, 700)
    assert fitting(both) == seen


def test_what_a_person_has_chosen_stays(both: ListOverDetails, rows: RowModel[str]) -> None:
    rows.show(["One"])
    both.moveSplitter(300, 1)
    rows.show(["One", "Two", "Three"])
    assert both.sizes()[0] == 300
