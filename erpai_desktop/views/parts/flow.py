"""Lays small widgets out like words: side by side, and on a new line when there is no room."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """For chips below an answer. Each item has its own height; one that is wider than the line is cut to it."""

    def __init__(self, *, gap: int = 4, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Qt's way in."""
        self._items.append(item)
        # As large as before, it would else stay where a widget begins: over the first.
        self.update()

    def count(self) -> int:
        """How many."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """One of them, or None."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take one out, or None."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """None."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Narrower means taller."""
        return True

    def heightForWidth(self, width: int) -> int:
        """How tall at that width."""
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        """Place all."""
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        """The smallest will do; the width is whatever there is."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """The tallest item, and hardly any width."""
        height = max((item.sizeHint().height() for item in self._items), default=0)
        return QSize(40, height)

    def _place(self, rect: QRect, *, move: bool) -> int:
        x, y, line = rect.x(), rect.y(), 0
        items = [item for item in self._items if (widget := item.widget()) is None or not _is_hidden(widget)]
        for place, item in enumerate(items):
            size = item.sizeHint()
            width = min(size.width(), rect.width())
            if place + 1 < len(items):
                # A long chip gives way so that the short badge after it stays beside it.
                beside = rect.width() - self._gap - items[place + 1].sizeHint().width()
                if width > beside >= item.minimumSize().width():
                    width = beside
            if x > rect.x() and x + width > rect.right() + 1:
                x, y, line = rect.x(), y + line + self._gap, 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), QSize(width, size.height())))
            x += width + self._gap
            line = max(line, size.height())
        return y + line - rect.y()


def _is_hidden(widget: QWidget) -> bool:
    """Whether it was hidden, rather than just not shown yet, as one that was added a moment ago."""
    return widget.isHidden() and widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide)
