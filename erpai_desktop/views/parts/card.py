"""A framed group of a page: icon, title, a few badges, content."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.icon_label import IconLabel
from erpai_desktop.views.parts.layout import column, row, stretch


class Card(QFrame):
    """Add content to `body`; badges and small buttons go beside the title."""

    def __init__(self, theme: Theme, title: str, *, icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ElidedLabel(title, role="strong")
        self._header = row(self._title, stretch())
        if icon:
            self._header.insertWidget(0, IconLabel(theme, icon, "text"))
        self._before_stretch = self._header.count() - 1
        self.body: QVBoxLayout = column(gap=6)
        self.setLayout(column(self._header, self.body, gap=8, margins=(12, 10, 12, 10)))
        self.setAccessibleName(title)

    def set_title(self, title: str) -> None:
        """Change the title."""
        self._title.setText(title)
        self.setAccessibleName(title)

    def add_to_header(self, widget: QWidget, *, right: bool = False) -> None:
        """Put a badge beside the title, or a button at the right end."""
        # Title, badges, the stretch, then what stands at the right end.
        at = self._header.count() if right else self._before_stretch
        self._header.insertWidget(at, widget)
        self._before_stretch += not right
