"""The messages of a conversation, one below the other: their order, the keyboard's way through them, dragging."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from erpai_desktop.views.conversations.bubble import Bubble
from erpai_desktop.views.look.theme import Theme


class MessageColumn(QWidget):
    """Keeps the bubbles it is given in their order; tells where one is to go and leaves the doing to its owner."""

    move_requested = Signal(object, int)
    """(Bubble, the place it is to have, counted from 0)"""
    scroll_wanted = Signal(object)
    """The Bubble that should be in view."""

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bubbles: list[Bubble] = []
        self._current: Bubble | None = None
        self._gap: int | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 8, 0, 8)
        self._layout.setSpacing(2)
        self._layout.addStretch()

    @property
    def bubbles(self) -> tuple[Bubble, ...]:
        """From first to last."""
        return tuple(self._bubbles)

    @property
    def current(self) -> Bubble | None:
        """The one that the keyboard was in last."""
        return self._current

    def show_bubbles(self, bubbles: Sequence[Bubble]) -> None:
        """Show these in this order; those that are not among them any more go away."""
        for gone in [bubble for bubble in self._bubbles if bubble not in bubbles]:
            self._layout.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for place, bubble in enumerate(bubbles):
            if bubble not in self._bubbles:
                self._connect(bubble)
            if self._layout.indexOf(bubble) != place:
                self._layout.removeWidget(bubble)
                self._layout.insertWidget(place, bubble)
            bubble.set_place(place + 1, len(bubbles))
        self._bubbles = list(bubbles)
        if self._current not in self._bubbles:
            self._current = None
        if self._current is None and self._bubbles:
            self._set_current(self._bubbles[0])

    def focus(self, bubble: Bubble) -> None:
        """Give a message the keyboard."""
        self._set_current(bubble)
        bubble.setFocus(Qt.FocusReason.OtherFocusReason)
        self.scroll_wanted.emit(bubble)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line where a dragged message would go."""
        super().paintEvent(event)
        if self._gap is not None:
            painter = QPainter(self)
            painter.setPen(QPen(self._theme.color("accent"), 2))
            y = self._edge(self._gap)
            painter.drawLine(QPoint(12, y), QPoint(self.width() - 14, y))
            painter.end()

    def gap_at(self, where: QPoint) -> int:
        """Between which messages a place of the screen lies: 0 is before the first."""
        y = self.mapFromGlobal(where).y()
        return sum(bubble.geometry().center().y() < y for bubble in self._bubbles)

    def _connect(self, bubble: Bubble) -> None:
        bubble.entered.connect(lambda: self._set_current(bubble))
        bubble.step_requested.connect(lambda by: self._step(bubble, by))
        bubble.go_requested.connect(lambda by: self._go(bubble, by))
        bubble.dragged.connect(self._on_dragged)
        bubble.dropped.connect(lambda where: self._on_dropped(bubble, where))

    def _set_current(self, bubble: Bubble) -> None:
        if bubble is self._current:
            return
        if self._current is not None:
            self._current.set_current(False)
        self._current = bubble
        bubble.set_current(True)

    def _step(self, bubble: Bubble, by: int) -> None:
        place = self._bubbles.index(bubble) + by
        if 0 <= place < len(self._bubbles):
            self.move_requested.emit(bubble, place)

    def _go(self, bubble: Bubble, by: int) -> None:
        place = self._bubbles.index(bubble) + by
        if 0 <= place < len(self._bubbles):
            self.focus(self._bubbles[place])

    def _on_dragged(self, where: QPoint) -> None:
        gap = self.gap_at(where)
        if gap != self._gap:
            self._gap = gap
            self.update()

    def _on_dropped(self, bubble: Bubble, where: QPoint) -> None:
        self._gap = None
        self.update()
        gap, place = self.gap_at(where), self._bubbles.index(bubble)
        to = gap - 1 if gap > place else gap
        if to != place:
            self.move_requested.emit(bubble, to)

    def _edge(self, gap: int) -> int:
        if not self._bubbles:
            return 0
        if gap == 0:
            return self._bubbles[0].geometry().top()
        box: QRect = self._bubbles[gap - 1].geometry()
        return box.bottom() + 1
