"""Paints table cells: one line, shortened, with what was searched for on a coloured ground."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.look.tokens import ColorName
from erpai_desktop.views.parts.interval import paint_interval

DimRole: Final = int(Qt.ItemDataRole.UserRole) + 100
"""A model's True here paints the cell in dim: a row that is switched off."""
IconMeaningRole: Final = int(Qt.ItemDataRole.UserRole) + 101
"""A meaning of icon_names here paints that icon, e.g. "yes" for an active row."""
BadgeRole: Final = int(Qt.ItemDataRole.UserRole) + 102
"""A badge kind here paints the cell's text as a badge."""
IntervalRole: Final = int(Qt.ItemDataRole.UserRole) + 103
"""A share and its Interval here paint a scale in place of the cell's text."""

_PADDING: Final = 8
_LONGEST: Final = 400
_MOST_LAID: Final = 2_000
_LEFT: Final = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_Laid = tuple[str, list[tuple[int, int]]]
_TONES: Final[dict[str, tuple[ColorName, ColorName]]] = {
    "accent": ("accent", "accent_soft"),
    "good": ("good", "good_soft"),
    "warning": ("warning", "warning_soft"),
    "bad": ("bad", "bad_soft"),
}
_Index = QModelIndex | QPersistentModelIndex


class HighlightDelegate(QStyledItemDelegate):
    """Rows of equal height with a line below each; call `set_terms` and update the view when the search changes."""

    def __init__(self, theme: Theme, *, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._terms: tuple[str, ...] = ()
        self._font = theme.font("text")
        self._metrics = QFontMetrics(self._font)
        self._laid: dict[tuple[str, int], _Laid] = {}

    def set_terms(self, terms: Sequence[str]) -> None:
        """The words to mark wherever they begin or stand in a text, whatever their case."""
        self._laid.clear()
        self._terms = tuple(sorted({term.casefold() for term in terms if term}, key=len, reverse=True))

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """One line, whatever the text."""
        return QSize(80, self._theme.metrics.table_row)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw ground, text, marks and the line below."""
        theme = self._theme
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(rect, theme.color("accent_soft" if selected else "panel"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.color("line"))
        dim = bool(index.data(DimRole))
        room = rect.adjusted(_PADDING, 0, -_PADDING, -1)
        icon = index.data(IconMeaningRole)
        if isinstance(icon, str) and icon:
            box = QRect(room.left(), room.center().y() - 7, 16, 16)
            theme.icons.paint(painter, box, icon, "dim" if dim else "text")
            room.setLeft(box.right() + 6)
        text = index.data(Qt.ItemDataRole.DisplayRole)
        scale = index.data(IntervalRole)
        if isinstance(scale, tuple):
            paint_interval(painter, theme, room.adjusted(0, 8, 0, -7), *scale)
        elif isinstance(text, str) and text:
            # A hostile cell may hold a megabyte; what cannot be seen is not measured.
            line = " ".join(text[:_LONGEST].split())
            kind = index.data(BadgeRole)
            if isinstance(kind, str) and kind:
                paint_badge(painter, theme, room, line, kind, selected=selected)
            else:
                self._paint_text(painter, room, line, dim=dim)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(theme.color("accent"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(0, 0, -1, -2))
        painter.restore()

    def _paint_text(self, painter: QPainter, room: QRect, line: str, *, dim: bool) -> None:
        theme = self._theme
        painter.setFont(self._font)
        shown, marks = self._laid_out(line, room.width())
        if marks:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("hit"))
            for left, width in marks:
                mark = QRectF(room.left() + left - 1, room.center().y() - 9, width + 2, 19)
                painter.drawRoundedRect(mark, 2, 2)
        painter.setPen(theme.color("dim" if dim else "text"))
        painter.drawText(room, _LEFT, shown)

    def _laid_out(self, line: str, width: int) -> _Laid:
        """The text as it fits, and (left, width) in pixels of each visible hit; kept, since scrolling asks again."""
        laid = self._laid.get((line, width))
        if laid is not None:
            return laid
        metrics = self._metrics
        text, spans = _brought_into_view(line, hit_spans(line, self._terms), metrics, width)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        visible = len(shown) if shown == text else max(0, len(shown) - 1)
        marks = []
        for start, end in spans:
            if start >= visible:
                break
            left = metrics.horizontalAdvance(shown[:start])
            marks.append((left, metrics.horizontalAdvance(shown[: min(end, visible)]) - left))
        if len(self._laid) >= _MOST_LAID:
            self._laid.clear()
        self._laid[line, width] = shown, marks
        return shown, marks


def hit_spans(text: str, terms: Sequence[str]) -> list[tuple[int, int]]:
    """Where casefolded `terms` stand in `text`: (start, end) in characters, sorted, overlaps joined."""
    haystack = text.casefold()
    if not any(term in haystack for term in terms):
        return []
    origin: Sequence[int] = range(len(text))
    if len(haystack) != len(text):
        haystack, origin = _folded(text)
    found: list[tuple[int, int]] = []
    for term in terms:
        start = haystack.find(term)
        while term and start >= 0:
            found.append((origin[start], origin[start + len(term) - 1] + 1))
            start = haystack.find(term, start + len(term))
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _folded(text: str) -> tuple[str, list[int]]:
    # Folding may lengthen a text (ß -> ss): keep for each folded character the place that it came from.
    folded: list[str] = []
    origin: list[int] = []
    for place, character in enumerate(text):
        for part in character.casefold():
            folded.append(part)
            origin.append(place)
    return "".join(folded), origin


def _brought_into_view(
    line: str, spans: list[tuple[int, int]], metrics: QFontMetrics, width: int
) -> tuple[str, list[tuple[int, int]]]:
    """The line, begun with an ellipsis near its first hit when that would otherwise be cut off."""
    if not spans or metrics.horizontalAdvance(line[: spans[0][1]]) + metrics.averageCharWidth() * 2 <= width:
        return line, spans
    cut = line.rfind(" ", 0, max(0, spans[0][0] - 12)) + 1
    if cut <= 1:
        return line, spans
    return "…" + line[cut:], [(start - cut + 1, end - cut + 1) for start, end in spans]


def paint_badge(painter: QPainter, theme: Theme, room: QRect, text: str, kind: str, *, selected: bool = False) -> int:
    """Draw a badge at the left of `room`, centred vertically; returns its width in pixels."""
    ink, ground = _TONES.get(kind, ("dim", "neutral_soft"))
    if selected and ground == "accent_soft":
        # The ground of a selected row, on which it would not be seen.
        ground = "panel"
    font = theme.font("note")
    metrics = QFontMetrics(font)
    width = min(metrics.horizontalAdvance(text) + 16, room.width())
    box = QRect(room.left(), room.center().y() - 8, width, 18)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(ground))
    painter.drawRoundedRect(box, 9, 9)
    painter.setFont(font)
    painter.setPen(theme.color(ink))
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, width - 12))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), shown)
    painter.restore()
    return width
