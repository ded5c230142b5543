"""Search hits are found whatever their case, and painted where they stand."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.highlight import DimRole, HighlightDelegate, hit_spans, paint_badge


def painted(theme: Theme, text: str, terms: list[str], *, dim: bool = False, width: int = 300) -> QImage:
    """One cell as an image."""
    model = QStandardItemModel()
    item = QStandardItem(text)
    item.setData(dim, DimRole)
    model.appendRow(item)
    delegate = HighlightDelegate(theme)
    delegate.set_terms(terms)
    image = QImage(width, 29, QImage.Format.Format_RGB32)
    option = QStyleOptionViewItem()
    option.rect = QRect(0, 0, width, 29)
    painter = QPainter(image)
    delegate.paint(painter, option, model.index(0, 0))
    painter.end()
    return image


def count(image: QImage, color: QColor) -> int:
    return sum(image.pixelColor(x, y) == color for x in range(image.width()) for y in range(image.height()))


def test_hits_are_found_in_any_case_and_joined() -> None:
    assert hit_spans("Posting a POST", ["post"]) == [(0, 4), (10, 14)]
    assert hit_spans("publication", ["publi", "lication"]) == [(0, 11)]
    assert hit_spans("Колко често", ["често"]) == [(6, 11)]
    assert hit_spans("nothing", ["post", ""]) == []


def test_a_letter_that_folds_into_two_keeps_its_place() -> None:
    assert hit_spans("Straße 5", ["strasse"]) == [(0, 6)]


@given(st.text(max_size=40), st.lists(st.text(max_size=4).map(str.casefold), max_size=3))
def test_spans_are_sorted_apart_and_inside(text: str, terms: list[str]) -> None:
    spans = hit_spans(text, terms)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] < other[0] for one, other in pairwise(spans))


def test_a_hit_has_its_ground_and_nothing_else_does(qtbot: QtBot, theme: Theme) -> None:
    hit = theme.color("hit")
    assert count(painted(theme, "How often do we post?", ["post"]), hit) > 100
    assert count(painted(theme, "How often do we post?", []), hit) == 0


def test_a_hit_beyond_the_edge_is_brought_into_view(qtbot: QtBot, theme: Theme) -> None:
    text = "a rather long beginning that fills the cell to its end " * 3 + "and then post"
    assert count(painted(theme, text, ["post"], width=160), theme.color("hit")) > 100


def test_a_row_switched_off_is_dim(qtbot: QtBot, theme: Theme) -> None:
    assert count(painted(theme, "Old rule", [], dim=True), theme.color("text")) == 0
    assert count(painted(theme, "Old rule", []), theme.color("text")) > 0


def test_a_megabyte_in_a_cell_is_painted_like_a_line(qtbot: QtBot, theme: Theme) -> None:
    image = painted(theme, "post " * 200_000, ["post"])
    assert count(image, theme.color("hit")) > 100


def test_a_badge_in_the_accent_colour_is_seen_on_a_selected_row(theme: Theme) -> None:
    for selected, ground in ((False, "accent_soft"), (True, "panel")):
        image = QImage(100, 29, QImage.Format.Format_RGB32)
        image.fill(QColor("black"))
        painter = QPainter(image)
        paint_badge(painter, theme, QRect(0, 0, 100, 29), "active", "accent", selected=selected)
        painter.end()
        assert image.pixelColor(5, 14) == theme.color(ground)  # type: ignore[arg-type]  # names of colours
