"""The top of a page: its title, badges that say what kind it is and what is due, and its buttons at the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge, BadgeKind
from erpai_desktop.views.parts.elided_label import ElidedLabel
from erpai_desktop.views.parts.layout import row

_GAP = 8
_MARGIN = 14


@dataclass(frozen=True, slots=True)
class PageBadge:
    """One badge beside the title."""

    text: str
    kind: BadgeKind = "plain"
    tooltip: str = ""


class PageHeader(QWidget):
    """When there is little room, plain badges give way first, then the others; the tooltip still names them."""

    def __init__(self, theme: Theme, title: str, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ElidedLabel(title, role="title")
        self._title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._badges: list[tuple[PageBadge, Badge]] = []
        self._buttons: list[QWidget] = []
        self._layout = row(self._title, gap=_GAP, margins=(_MARGIN, 14, _MARGIN, 8))
        self._layout.addStretch(1)
        self.setLayout(self._layout)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_title(self, title: str) -> None:
        """Rename the page."""
        self._title.setText(title)
        self._fit()

    def set_badges(self, badges: Sequence[PageBadge]) -> None:
        """Replace the badges; those without text are left out."""
        wanted = [badge for badge in badges if badge.text]
        if [badge for badge, _ in self._badges] == wanted:
            return
        for _, widget in self._badges:
            self._layout.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._badges = []
        for place, badge in enumerate(wanted):
            widget = Badge(badge.text, badge.kind, tooltip=badge.tooltip, parent=self)
            self._layout.insertWidget(1 + place, widget)
            self._badges.append((badge, widget))
        self._fit()

    def add_button(self, button: QWidget) -> None:
        """Put a button at the right end; the page's one primary button goes last."""
        self._buttons.append(button)
        self._layout.addWidget(button)

    def event(self, event: QEvent) -> bool:
        """A button that comes, goes or changes its words leaves other room for the badges."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the badges that there is room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.width() - 2 * _MARGIN - self._title.sizeHint().width()
        room -= sum(button.sizeHint().width() + _GAP for button in self._buttons if not button.isHidden())
        # What is due matters more than what kind of page it is.
        by_weight = sorted(self._badges, key=lambda entry: entry[0].kind == "plain")
        hidden = []
        for badge, widget in by_weight:
            room -= widget.sizeHint().width() + _GAP
            widget.setVisible(room >= 0)
            if room < 0:
                hidden.append(badge.text)
        self._title.set_tooltip(", ".join(hidden))
