"""The docks around the pages: a header with a title and small buttons, and one widget each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QDockWidget, QFrame, QStackedWidget, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.layout import row
from erpai_desktop.views.parts.tab_strip import TabItem, TabStrip

_HEIGHT = 34
_BOTTOM_HEIGHT = 29


class DockHeader(QFrame):
    """The bar at a dock's top; drag it to move the dock."""

    def __init__(self, title: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self._title = ElidedLabel(title, role="strong")
        self._layout = row(self._title, gap=0, margins=(10, 0, 4, 0))
        self._layout.setStretchFactor(self._title, 1)
        self.setLayout(self._layout)
        self.setFixedHeight(_HEIGHT)

    def sizeHint(self) -> QSize:
        """A dock takes its title's height from here, not from the fixed height."""
        return QSize(super().sizeHint().width(), _HEIGHT)

    def set_title(self, title: str) -> None:
        """Name what the dock shows."""
        self._title.setText(title)

    def set_buttons(self, buttons: Sequence[QWidget]) -> None:
        """Put buttons at the right end, in place of those before."""
        while self._layout.count() > 1:
            item = self._layout.takeAt(1)
            old = item.widget() if item is not None else None
            if old is not None:
                old.deleteLater()
        for button in buttons:
            self._layout.addWidget(button)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Leave a double click to nobody: a dock torn off by accident is hard to put back."""
        event.accept()


class Dock(QDockWidget):
    """A dock without Qt's own title and frame; it remembers its place by its object name."""

    def __init__(self, name: str, title: str, header: QWidget, *, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetMovable | QDockWidget.DockWidgetFeature.DockWidgetClosable
        )
        self.header = header
        self.setTitleBarWidget(header)


class BottomHeader(QFrame):
    """The header of the lower dock: its tabs instead of a title."""

    def __init__(self, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.setFixedHeight(_BOTTOM_HEIGHT)
        self._layout = row(margins=(3, 0, 4, 0))
        self.setLayout(self._layout)
        self.strip: TabStrip | None = None

    def sizeHint(self) -> QSize:
        """See DockHeader."""
        return QSize(super().sizeHint().width(), _BOTTOM_HEIGHT)

    def set_tabs(self, theme: Theme, items: Sequence[TabItem], stack: QStackedWidget) -> TabStrip:
        """Show these tabs; choosing one shows the widget of the same place in `stack`."""
        if self.strip is not None:
            self._layout.removeWidget(self.strip)
            self.strip.deleteLater()
        keys = [item.key for item in items]
        strip = TabStrip(theme, items, look="bar")
        strip.selected.connect(lambda key: stack.setCurrentIndex(keys.index(key)))
        self._layout.addWidget(strip)
        self.strip = strip
        return strip


AREAS = {
    "tree": Qt.DockWidgetArea.LeftDockWidgetArea,
    "chat": Qt.DockWidgetArea.RightDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
}
