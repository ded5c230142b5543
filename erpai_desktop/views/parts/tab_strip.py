"""A row of titles with counts, one of which is chosen: sub-pages, a bar's tabs, or a small switch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QLayout, QMenu, QSizePolicy, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.look.tokens import ColorName
from erpai_desktop.views.parts.buttons import IconButton
from erpai_desktop.views.parts.layout import row

Look = Literal["pages", "bar", "segments"]
_HEIGHT: dict[Look, int] = {"pages": 34, "bar": 28, "segments": 28}
_PADDING: dict[Look, int] = {"pages": 10, "bar": 7, "segments": 10}


@dataclass(frozen=True, slots=True)
class TabItem:
    """One title. `key` names it in code, `count` is any short text that follows it."""

    key: str
    title: str
    tooltip: str = ""
    count: str = ""


class TabStrip(QWidget):
    """Left and Right move between titles, as in any row of tabs; Tab leaves the row."""

    selected = Signal(str)
    """The key that became current, by person or code."""

    def __init__(
        self,
        theme: Theme,
        items: Sequence[TabItem],
        *,
        look: Look = "pages",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._tabs: dict[str, _Tab] = {}
        self._current = ""
        self._theme = theme
        self._look: Look = look
        self._more = IconButton(theme, "more", self.tr("More pages"), self.tr("Pages that there is no room for"))
        self._more.clicked.connect(self._show_more)
        layout = row(gap=0)
        for item in items:
            tab = _Tab(theme, item, look)
            tab.stepped.connect(self._step)
            tab.toggled.connect(lambda on, key=item.key: self._on_toggled(key, on))
            self._tabs[item.key] = tab
            self._group.addButton(tab)
            layout.addWidget(tab)
        layout.addWidget(self._more)
        self._more.hide()
        if look != "segments":
            layout.addStretch()
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        else:
            self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        # Titles without room move into a menu, so the row may be narrower than its titles.
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.setLayout(layout)
        if items:
            self._tabs[items[0].key].setChecked(True)

    @property
    def current(self) -> str:
        """The key of the chosen title."""
        return self._current

    def select(self, key: str) -> None:
        """Choose a title. Raises KeyError when there is none of that key."""
        self._tabs[key].setChecked(True)

    def set_count(self, key: str, count: str) -> None:
        """Change the short text after a title."""
        self._tabs[key].set_count(count)
        self._fit()

    def sizeHint(self) -> QSize:
        """Room for every title."""
        widths = (tab.sizeHint().width() for tab in self._tabs.values())
        return QSize(sum(widths), _HEIGHT[self._look])

    def minimumSizeHint(self) -> QSize:
        """Room for the chosen title and the menu; for all of them where there is no menu."""
        if self._look == "segments" or not self._current:
            return self.sizeHint()
        width = self._tabs[self._current].sizeHint().width() + self._more.sizeHint().width()
        return QSize(min(width, self.sizeHint().width()), _HEIGHT[self._look])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Move titles that there is no room for into a menu."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._look == "segments":
            return
        widths = {key: tab.sizeHint().width() for key, tab in self._tabs.items()}
        fits = sum(widths.values()) <= self.width()
        room = self.width() - (0 if fits else self._more.sizeHint().width()) - widths.get(self._current, 0)
        full = False
        for key, tab in self._tabs.items():
            if key != self._current:
                room -= widths[key]
                full = full or room < 0
            tab.setVisible(key == self._current or not full)
        self._more.setVisible(not fits)

    def _show_more(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for key, tab in self._tabs.items():
            if tab.isHidden():
                menu.addAction(tab.accessibleName().replace("&", "&&"), partial(self.select, key))
        menu.popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    def _on_toggled(self, key: str, on: bool) -> None:
        self._tabs[key].setFocusPolicy(Qt.FocusPolicy.StrongFocus if on else Qt.FocusPolicy.ClickFocus)
        if on and key != self._current:
            self._current = key
            self._fit()
            self.selected.emit(key)

    def _step(self, by: int) -> None:
        keys = list(self._tabs)
        tab = self._tabs[keys[(keys.index(self._current) + by) % len(keys)]]
        tab.setChecked(True)
        tab.setFocus(Qt.FocusReason.TabFocusReason)


class _Tab(QAbstractButton):
    stepped = Signal(int)

    def __init__(self, theme: Theme, item: TabItem, look: Look) -> None:
        super().__init__()
        self._theme = theme
        self._look: Look = look
        self._count = item.count
        self.setText(item.title)
        self.setToolTip(item.tooltip)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._name()

    def set_count(self, count: str) -> None:
        """The short text after the title."""
        if count != self._count:
            self._count = count
            self._name()
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Room for the title in its bold form, so that choosing moves nothing."""
        width = QFontMetrics(self._theme.font("strong")).horizontalAdvance(self.text())
        if self._count:
            width += 5 + QFontMetrics(self._theme.font("note")).horizontalAdvance(self._count)
        return QSize(width + 2 * _PADDING[self._look], _HEIGHT[self._look])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right step to the neighbours."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.stepped.emit(step)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Title, count, and what marks the chosen one."""
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._look == "segments":
            self._paint_ground(painter)
        strong = self.isChecked() and self._look != "segments"
        font = theme.font("strong" if strong else "text")
        tone: ColorName = "text" if self.isChecked() or self.underMouse() else "dim"
        if self.isChecked() and self._look == "segments":
            tone = "accent"
        painter.setFont(font)
        painter.setPen(theme.color("faint" if not self.isEnabled() else tone))
        area = self.rect().adjusted(_PADDING[self._look], 0, -_PADDING[self._look], 0)
        flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        painter.drawText(area, flags, self.text())
        if self._count:
            left = area.left() + QFontMetrics(font).horizontalAdvance(self.text()) + 5
            painter.setFont(theme.font("note"))
            painter.setPen(theme.color("dim" if self._look != "bar" or not self.isChecked() else "text"))
            painter.drawText(QRect(left, 0, self.width() - left, self.height()), flags, self._count)
        if self.isChecked() and self._look == "pages":
            painter.fillRect(0, self.height() - 2, self.width(), 2, theme.color("accent"))
        if self.hasFocus() and self._look != "segments":
            painter.setPen(theme.color("accent"))
            painter.drawRoundedRect(self.rect().adjusted(2, 4, -3, -5).toRectF().translated(0.5, 0.5), 4, 4)
        painter.end()

    def _paint_ground(self, painter: QPainter) -> None:
        theme = self._theme
        ring = self.isChecked() or self.hasFocus()
        painter.setPen(theme.color("accent" if ring else "line"))
        painter.setBrush(theme.color("accent_soft" if self.isChecked() else "panel"))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1).toRectF().translated(0.5, 0.5), 5, 5)

    def _name(self) -> None:
        self.setAccessibleName(f"{self.text()}, {self._count}" if self._count else self.text())
