"""Where one reads in a long list: follows the foot while one is there, else keeps what is on screen where it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import shiboken6
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QScrollBar, QWidget

_NEAR_THE_FOOT: Final = 24


class Place(QObject):
    """Watches a scroll bar. Rows added above, text that wraps anew and a resized dock do not move what one reads.

    `rows` answers the widgets of the list from top to bottom.
    """

    followed = Signal()
    """The foot was reached."""

    def __init__(self, bar: QScrollBar, rows: Callable[[], Sequence[QWidget]]) -> None:
        super().__init__(bar)
        self._bar = bar
        self._rows = rows
        self._anchor: tuple[QWidget, int] | None = None
        self._moving = False
        self.follows = True
        bar.valueChanged.connect(self._on_value)
        bar.rangeChanged.connect(self._on_range)

    def follow(self) -> None:
        """Go to the foot and stay there."""
        self.follows = True
        self._move(self._bar.maximum())
        self.followed.emit()

    def hold(self) -> None:
        """Stay with what is on screen, also at the foot."""
        self._remember()
        self.follows = False

    def _on_value(self, value: int) -> None:
        if self._moving:
            return
        followed, self.follows = self.follows, self._bar.maximum() - value <= _NEAR_THE_FOOT
        self._remember()
        if self.follows and not followed:
            self.followed.emit()

    def _on_range(self, _minimum: int, maximum: int) -> None:
        if self.follows:
            self._move(maximum)
        elif self._anchor is not None and shiboken6.isValid(self._anchor[0]):
            row, offset = self._anchor
            self._move(row.y() - offset)

    def _remember(self) -> None:
        value = self._bar.value()
        for row in self._rows():
            if row.y() + row.height() > value:
                self._anchor = (row, row.y() - value)
                return
        self._anchor = None

    def _move(self, value: int) -> None:
        self._moving = True
        self._bar.setValue(value)
        self._moving = False
