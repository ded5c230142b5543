"""The small buttons of the dock's header, and the menu of what can be done with the conversation on show."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Qt, Signal, SignalInstance
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import IconButton


class HeaderButtons(QObject):
    """`widgets` go into the header, in this order."""

    history_toggled = Signal()
    new_requested = Signal()
    rename_requested = Signal()
    copy_requested = Signal()
    delete_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._menu_parent = parent
        self._history = IconButton(
            theme,
            "history",
            self.tr("Your conversations"),
            self.tr("Show your earlier conversations"),
            checkable=True,
            parent=parent,
        )
        self._history.clicked.connect(self.history_toggled)
        new = IconButton(
            theme,
            "new_chat",
            self.tr("New conversation"),
            self.tr("Begin without what was said before (Ctrl+Shift+L)"),
            parent=parent,
        )
        new.clicked.connect(self.new_requested)
        self._more = IconButton(
            theme,
            "more",
            self.tr("More"),
            self.tr("Rename, copy or delete this conversation"),
            parent=parent,
        )
        self._more.clicked.connect(self._show_menu)
        self.widgets: tuple[QWidget, ...] = (self._history, new, self._more)
        for widget in self.widgets:
            # Until a header takes them they belong to the dock, unseen.
            widget.hide()
            widget.setAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide, False)
        self.actions = (
            self._action(self.tr("Rename…"), "edit", self.rename_requested),
            self._action(self.tr("Copy the conversation"), "copy", self.copy_requested),
            self._action(self.tr("Delete"), "delete", self.delete_requested),
        )
        self.show_conversation(exists=False)

    def show_history(self, shown: bool) -> None:
        """Whether the list of conversations is on show."""
        self._history.setChecked(shown)

    def show_conversation(self, *, exists: bool) -> None:
        """Whether there is a conversation to rename, copy or delete."""
        why = "" if exists else self.tr("Ask something first")
        for action in self.actions:
            action.setEnabled(exists)
            action.setToolTip(why)
        self._more.disabled_because(why)

    def _action(self, text: str, icon: str, signal: SignalInstance) -> QAction:
        action = QAction(self._theme.icon(icon), text, self)
        action.triggered.connect(lambda: signal.emit())
        return action

    def _show_menu(self) -> None:
        menu = QMenu(self._menu_parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self.actions)
        menu.popup(self._more.mapToGlobal(QPoint(0, self._more.height())))
