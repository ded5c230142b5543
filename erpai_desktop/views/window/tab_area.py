"""The pages in the middle: tabs that can be closed, moved and walked through by keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QStackedWidget, QTabBar, QTabWidget, QToolButton, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import IconButton, tooltip_text
from erpai_desktop.views.parts.layout import column
from erpai_desktop.views.parts.wording import plain_tooltip


class TabArea(QWidget):
    """Pages by key. A page that ignores its close event stays open; without any page `set_empty`'s widget shows."""

    current_changed = Signal(str)
    """The key of the page on show, empty when there is none."""
    closed = Signal(str)

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pages: dict[str, QWidget] = {}
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setMovable(True)
        self.tabs.setElideMode(Qt.TextElideMode.ElideRight)
        self.tabs.setUsesScrollButtons(True)
        self.tabs.setTabBar(_Bar(self))
        self.tabs.setIconSize(QSize(16, 16))
        self.tabs.currentChanged.connect(lambda _index: self.current_changed.emit(self.current))
        self._stack = QStackedWidget()
        self._stack.addWidget(self.tabs)
        self._empty: QWidget | None = None
        self.setLayout(column(self._stack, gap=0))

    def set_empty(self, widget: QWidget) -> None:
        """What to show while no page is open."""
        if self._empty is not None:
            self._stack.removeWidget(self._empty)
            self._empty.deleteLater()
        self._empty = widget
        self._stack.addWidget(widget)
        self._show_right_one()

    def open(self, key: str, widget: QWidget, title: str, icon: str = "", *, tooltip: str = "") -> QWidget:
        """Show the page of that key; if it is open already, that one is shown and `widget` is thrown away."""
        page = self._pages.get(key)
        if page is None:
            page = self._pages[key] = widget
            index = self.tabs.addTab(page, title.replace("&", "&&"))
            if icon:
                self.tabs.setTabIcon(index, self._theme.icon(icon, on="text"))
            self.tabs.setTabToolTip(index, plain_tooltip(tooltip or title))
            close = IconButton(
                self._theme, "close", self.tr("Close"), self.tr("Close this page (Ctrl+W)"), size="small"
            )
            close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            close.clicked.connect(lambda: self.close_page(key))
            self.tabs.tabBar().setTabButton(index, QTabBar.ButtonPosition.RightSide, close)
        elif page is not widget:
            widget.deleteLater()
        self._show_right_one()
        self.tabs.setCurrentWidget(page)
        return page

    def page(self, key: str) -> QWidget | None:
        """The open page of that key."""
        return self._pages.get(key)

    @property
    def keys(self) -> list[str]:
        """Keys of the open pages, from left to right."""
        places = {key: self.tabs.indexOf(page) for key, page in self._pages.items()}
        return sorted(places, key=places.__getitem__)

    @property
    def current(self) -> str:
        """The key of the page on show, empty when there is none."""
        shown = self.tabs.currentWidget()
        return next((key for key, page in self._pages.items() if page is shown), "")

    def set_title(self, key: str, title: str, icon: str = "") -> None:
        """Rename an open page's tab; an unknown key is nothing to rename."""
        page = self._pages.get(key)
        if page is not None:
            index = self.tabs.indexOf(page)
            self.tabs.setTabText(index, title.replace("&", "&&"))
            self.tabs.setTabToolTip(index, plain_tooltip(title))
            if icon:
                self.tabs.setTabIcon(index, self._theme.icon(icon, on="text"))

    def close_page(self, key: str) -> bool:
        """Close a page unless it refuses; says whether it is closed."""
        page = self._pages.get(key)
        if page is None:
            return True
        if not page.close():
            self.tabs.setCurrentWidget(page)
            return False
        del self._pages[key]
        self.tabs.removeTab(self.tabs.indexOf(page))
        page.deleteLater()
        self._show_right_one()
        self.closed.emit(key)
        return True

    def step(self, by: int) -> None:
        """Show the page that many tabs further, around the end."""
        count = self.tabs.count()
        if count:
            self.tabs.setCurrentIndex((self.tabs.currentIndex() + by) % count)

    def _show_right_one(self) -> None:
        empty = self._empty is not None and not self._pages
        self._stack.setCurrentWidget(self._empty if empty and self._empty is not None else self.tabs)


class _Bar(QTabBar):
    """A tab bar that closes with the middle button."""

    def __init__(self, area: TabArea) -> None:
        super().__init__()
        self._area = area
        self.setAccessibleName(self.tr("Open pages"))
        self.setToolTip(self.tr("Left and Right go from page to page, Ctrl+W closes one"))
        self.setDrawBase(False)
        self.setExpanding(False)
        # Where there are more tabs than fit, Qt shows arrows; their names are its own, and nothing else.
        self._arrows = self.findChildren(QToolButton)
        for arrow in self._arrows:
            arrow.installEventFilter(self)
            self._describe(arrow)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.EnabledChange and isinstance(watched, QToolButton):
            self._describe(watched)
        return super().eventFilter(watched, event)

    def _describe(self, arrow: QToolButton) -> None:
        left = arrow.arrowType() == Qt.ArrowType.LeftArrow
        what = self.tr("Show the tabs further left") if left else self.tr("Show the tabs further right")
        arrow.setToolTip(tooltip_text(what, reason="" if arrow.isEnabled() else self.tr("There are no more")))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            index = self.tabAt(event.position().toPoint())
            if index >= 0:
                self._area.close_page(self._area.keys[index])
                return
        super().mouseReleaseEvent(event)
