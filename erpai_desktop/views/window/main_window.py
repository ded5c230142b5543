"""The main window: puts rail, docks, pages and lines together, and knows nothing of what they show."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QCloseEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QToolBar, QWidget

from erpai_desktop.views.look.theme import Mode, Theme
from erpai_desktop.views.parts.layout import column
from erpai_desktop.views.parts.notice_bar import Notice, NoticeBar
from erpai_desktop.views.parts.palette import CommandPalette
from erpai_desktop.views.parts.tab_strip import TabItem
from erpai_desktop.views.window.actions import Actions
from erpai_desktop.views.window.docks import AREAS, BottomHeader, Dock, DockHeader
from erpai_desktop.views.window.launch import FirstPaint
from erpai_desktop.views.window.memory import LAYOUT_VERSION, WindowMemory
from erpai_desktop.views.window.rail import RAIL, Rail, RailEntry
from erpai_desktop.views.window.status_line import StatusLine
from erpai_desktop.views.window.tab_area import TabArea
from erpai_desktop.views.window.title_bar import TitleBar

_MODES: Final[tuple[Mode, ...]] = ("system", "light", "dark")
_SMALLEST = QSize(1024, 700)
_USUAL = QSize(1280, 800)
_NARROWEST = {"tree": 180, "chat": 260}


class MainWindow(QMainWindow):
    """The shell. Give it its parts with `set_tree`, `set_chat`, `set_bottom`; open pages with `open_tab`."""

    room_chosen = Signal(str)
    """The key of a rail entry that was pressed."""
    current_tab_changed = Signal(str)
    tab_closed = Signal(str)
    first_painted = Signal()
    close_requested = Signal()
    """After `hold_close()`: the person wants to close; end what runs, then call `finish_closing()`."""

    def __init__(
        self,
        theme: Theme,
        actions: Actions,
        memory: WindowMemory,
        *,
        rail: Sequence[RailEntry] = RAIL,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._actions = actions
        self._memory = memory
        self._holds_close = False
        self.setWindowTitle("ERP AI Desktop")
        self.setMinimumSize(_SMALLEST)
        self.resize(_USUAL)
        self.setDockNestingEnabled(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        for corner, area in (
            (Qt.Corner.TopLeftCorner, AREAS["tree"]),
            (Qt.Corner.BottomLeftCorner, AREAS["tree"]),
            (Qt.Corner.TopRightCorner, AREAS["chat"]),
            (Qt.Corner.BottomRightCorner, AREAS["chat"]),
        ):
            self.setCorner(corner, area)
        self.title_bar = TitleBar(theme, actions)
        self.setMenuWidget(self.title_bar)
        self.rail = Rail(theme, rail)
        self.rail.chosen.connect(self.room_chosen)
        self._add_rail()
        self.tabs = TabArea(theme)
        self.notices = NoticeBar(theme)
        self._add_middle()
        self.status = StatusLine(theme)
        self.setStatusBar(self.status)
        self._tree = self._add_dock("tree", self.tr("Models"), DockHeader(self.tr("Models")))
        self._chat = self._add_dock("chat", self.tr("Chat"), DockHeader(self.tr("Chat")))
        self._bottom_header = BottomHeader()
        self._bottom = self._add_dock("bottom", self.tr("Jobs"), self._bottom_header)
        self._palette: CommandPalette | None = None
        self._connect_actions()
        self._restore()
        self.tabs.tabs.setFocus()
        FirstPaint(self).painted.connect(self._on_first_paint)

    # What the window shows

    def set_tree(self, widget: QWidget, *, title: str = "", buttons: Sequence[QWidget] = ()) -> None:
        """The tree of models, with small buttons for its header."""
        self._fill(self._tree, widget, title, buttons)

    def set_chat(self, widget: QWidget, *, title: str = "", buttons: Sequence[QWidget] = ()) -> None:
        """The chat, with small buttons for its header."""
        self._fill(self._chat, widget, title, buttons)

    def set_chat_title(self, title: str) -> None:
        """Whom the chat is with."""
        if isinstance(self._chat.header, DockHeader):
            self._chat.header.set_title(title)

    def set_bottom(self, tabs: Sequence[tuple[str, QWidget]]) -> None:
        """The tabs of the lower dock as (title, widget); the title is the tab's key too."""
        stack = QStackedWidget()
        for _title, widget in tabs:
            stack.addWidget(widget)
        self._bottom_header.set_tabs(
            self._theme,
            [TabItem(title, title, widget.accessibleDescription() or title) for title, widget in tabs],
            stack,
        )
        old = self._bottom.widget()
        self._bottom.setWidget(stack)
        if old is not None:
            old.deleteLater()

    def set_bottom_count(self, title: str, count: str) -> None:
        """The number after a tab of the lower dock."""
        if self._bottom_header.strip is not None:
            self._bottom_header.strip.set_count(title, count)

    def show_bottom(self, title: str) -> None:
        """Bring a tab of the lower dock to the front."""
        self._bottom.show()
        if self._bottom_header.strip is not None:
            self._bottom_header.strip.select(title)

    def show_dock(self, name: str) -> None:
        """Show a dock ("tree", "chat" or "bottom") and give it the keyboard."""
        dock = {"tree": self._tree, "chat": self._chat, "bottom": self._bottom}[name]
        dock.show()
        widget = dock.widget()
        if widget is not None:
            widget.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def open_tab(self, key: str, widget: QWidget, title: str, icon: str = "") -> QWidget:
        """Show a page; when the key is open already its page is shown, returned, and `widget` thrown away."""
        return self.tabs.open(key, widget, title, icon)

    def show_notice(self, notice: Notice) -> None:
        """Say what happened, above the pages."""
        self.notices.show_notice(notice)

    def set_workspace(self, name: str, kind: str) -> None:
        """Which workspace is open, e.g. "Vitosha Outdoor" and "SQLite"."""
        self.title_bar.workspace.setText(name)
        self.setWindowTitle(f"{name} - ERP AI Desktop" if name else "ERP AI Desktop")
        self.status.set_segment(
            "workspace", f"{name} · {kind}", icon="workspace", tooltip=self.tr("The workspace that is open")
        )

    def set_person(self, text: str) -> None:
        """Who works here, e.g. "You · administrator"."""
        self.status.set_segment("person", text, icon="person", tooltip=self.tr("Who you are in this workspace"))

    def open_palette(self, text: str = "") -> None:
        """Open the command palette below the field in the title line."""
        if self._palette is None:
            self._palette = CommandPalette(self._theme, self._actions.commands, parent=self)
        self._palette.open_at(self.title_bar.palette_field, text)

    def close_palette(self) -> None:
        """Close the command palette if it is open."""
        if self._palette is not None:
            self._palette.close()

    # Closing

    def hold_close(self) -> None:
        """From now on the first close only asks, by `close_requested`."""
        self._holds_close = True

    def finish_closing(self) -> None:
        """Close now; everything that ran has ended."""
        self._holds_close = False
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember places; while something may run, ask instead of closing."""
        self._memory.set_bytes("geometry", self.saveGeometry())
        self._memory.set_bytes("state", self.saveState(LAYOUT_VERSION))
        self._memory.save()
        if self._holds_close:
            event.ignore()
            self.close_requested.emit()
        else:
            super().closeEvent(event)

    def reset_layout(self) -> None:
        """Put every dock where it was at the beginning."""
        for name, dock in (("tree", self._tree), ("chat", self._chat), ("bottom", self._bottom)):
            self.addDockWidget(AREAS[name], dock)
            dock.show()
        self.resizeDocks([self._tree, self._chat], [236, 330], Qt.Orientation.Horizontal)
        self.resizeDocks([self._bottom], [132], Qt.Orientation.Vertical)

    # Building

    def _add_rail(self) -> None:
        bar = QToolBar(self.tr("Rooms"))
        bar.setObjectName("rail")
        bar.setMovable(False)
        bar.setFloatable(False)
        bar.toggleViewAction().setEnabled(False)
        bar.addWidget(self.rail)
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, bar)

    def _add_middle(self) -> None:
        middle = QWidget()
        layout = column(self.notices, self.tabs, gap=0)
        layout.setStretchFactor(self.tabs, 1)
        middle.setLayout(layout)
        self.setCentralWidget(middle)
        self.tabs.current_changed.connect(self.current_tab_changed)
        self.tabs.closed.connect(self.tab_closed)

    def _add_dock(self, name: str, title: str, header: QWidget) -> Dock:
        dock = Dock(name, title, header, parent=self)
        dock.setWidget(QWidget())
        dock.setMinimumWidth(_NARROWEST.get(name, 0))
        self.addDockWidget(AREAS[name], dock)
        return dock

    def _fill(self, dock: Dock, widget: QWidget, title: str, buttons: Sequence[QWidget]) -> None:
        old = dock.widget()
        dock.setWidget(widget)
        if old is not None:
            old.deleteLater()
        if isinstance(dock.header, DockHeader):
            dock.header.set_buttons(buttons)
            if title:
                dock.header.set_title(title)

    def _connect_actions(self) -> None:
        handle = self._actions.handle
        handle("view.palette", self.open_palette)
        handle("tab.close", lambda: self.tabs.close_page(self.tabs.current), enabled=False)
        handle("tab.next", lambda: self.tabs.step(1), enabled=False)
        handle("tab.previous", lambda: self.tabs.step(-1), enabled=False)
        handle("program.quit", self.close)
        for name, dock in (
            ("view.tree", self._tree),
            ("view.chat", self._chat),
            ("view.bottom", self._bottom),
        ):
            action = self._actions.action(name)
            self._actions.enable(name)
            action.setChecked(True)
            action.toggled.connect(dock.setVisible)
            dock.visibilityChanged.connect(partial(_copy_visibility, dock, action))
        for mode in _MODES:
            handle(f"theme.{mode}", partial(self._set_mode, mode))
        self._check_mode()
        self.addActions([self._actions.action(spec.id) for spec in self._actions.specs])
        self.tabs.current_changed.connect(self._on_tab)

    def _on_tab(self, key: str) -> None:
        for name in ("tab.close", "tab.next", "tab.previous"):
            if key:
                self._actions.enable(name)
            else:
                self._actions.disable(name, self.tr("No page is open"))

    def _set_mode(self, mode: Mode) -> None:
        self._theme.set_mode(mode)
        self._memory.set_text("theme", self._theme.mode)
        self._check_mode()

    def _check_mode(self) -> None:
        for mode in _MODES:
            self._actions.action(f"theme.{mode}").setChecked(self._theme.mode == mode)

    def _restore(self) -> None:
        self.reset_layout()
        geometry, state = self._memory.bytes("geometry"), self._memory.bytes("state")
        if geometry is not None:
            self.restoreGeometry(geometry)
        if state is not None:
            self.restoreState(state, LAYOUT_VERSION)

    def _on_first_paint(self) -> None:
        self._theme.icons.load()
        self.first_painted.emit()


def _copy_visibility(dock: Dock, action: QAction, _visible: bool) -> None:
    # Qt's own argument is also false while the window is minimised; what counts is whether the person hid the dock.
    action.setChecked(not dock.isHidden())
