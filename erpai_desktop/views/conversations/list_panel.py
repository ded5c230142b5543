"""The list of training conversations beside the editor: search, review state, and what to do about an empty one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QStackedWidget, QWidget

from erpai_desktop.models.enums import ReviewState
from erpai_desktop.models.ids import TrainingConversationId
from erpai_desktop.views.conversations.line_model import Entry, LineDelegate, Lines
from erpai_desktop.views.conversations.wording import review_name
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import QuietButton, tooltip_text
from erpai_desktop.views.parts.choice import Choice
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.layout import column, frame, row
from erpai_desktop.views.parts.search_field import SearchField

_ANY: Final = ""


class ConversationList(QWidget):
    """With `can_filter` it has a search field and a chooser of review states, and a button for a new one."""

    picked = Signal(object)
    """The Entry that became current, or None."""
    filtered = Signal()
    new_requested = Signal()
    delete_requested = Signal(object)
    """Ids of conversations."""
    review_requested = Signal(object, object)
    """(ids of conversations, ReviewState)"""
    entered = Signal()
    """Enter: the person wants to go into the conversation."""

    def __init__(
        self,
        theme: Theme,
        empty: EmptyState,
        *,
        forbidden: str = "",
        can_filter: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._forbidden = forbidden
        self._wanted: TrainingConversationId | None = None
        self._is_held = False
        self._lines = Lines(self)
        self.view = _View(self._lines)
        self.view.setItemDelegate(LineDelegate(theme, self.view))
        self.view.setAccessibleName(self.tr("Training conversations"))
        keys = self.tr("Enter opens, Del deletes, Ctrl+Enter approves, Ctrl+Backspace rejects")
        self.view.setToolTip(tooltip_text(self.tr("Enter opens"), reason=forbidden) if forbidden else keys)
        self.view.selectionModel().currentChanged.connect(lambda *_: self._pick())
        self.view.activated.connect(self.entered)
        self.view.delete_pressed.connect(lambda: self.delete_requested.emit(self.selected_ids))
        self.view.menu_wanted.connect(self._open_menu)
        self._empty = empty
        self._nothing = EmptyState(
            theme,
            "search",
            self.tr("Nothing found"),
            self.tr("No conversation holds all of these words, or the filter hides it."),
            action=self.tr("Show all"),
            tooltip=self.tr("Clear the search and the filter"),
        )
        self._nothing.action_requested.connect(self.clear_filter)
        self._stack = QStackedWidget()
        for page in (self.view, self._empty, self._nothing):
            self._stack.addWidget(page)
        self.search = SearchField(theme, self.tr("Search conversations"), self.tr("Every word is looked for (Ctrl+F)"))
        self.search.searched.connect(self.filtered)
        self.search.left_downwards.connect(lambda: self.view.setFocus(Qt.FocusReason.OtherFocusReason))
        self.state = Choice(theme, self.tr("Review state"), self.tr("Show only those of one review state"))
        self.state.set_options([(_ANY, self.tr("All"))] + [(s.value, review_name(s).capitalize()) for s in ReviewState])
        self.state.chosen.connect(lambda _key: self.filtered.emit())
        self.new = QuietButton(
            theme, self.tr("New"), self.tr("Write a conversation for the model to learn from"), icon="add"
        )
        self.new.setAccessibleName(self.tr("New conversation"))
        self.new.clicked.connect(self.new_requested)
        self.new.disabled_because(forbidden)
        if empty.button is not None:
            empty.button.disabled_because(forbidden)
        bar = frame(
            column(self.search, row(self.state, self.new), gap=6, margins=(14, 6, 10, 6)),
            "bar",
        )
        layout = column(gap=0)
        if can_filter:
            layout.addWidget(bar)
        else:
            bar.setParent(self)
            bar.hide()
        layout.addWidget(self._stack, 1)
        self.setLayout(layout)

    # --- what is wanted -------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """What is searched for."""
        return self.search.text().strip()

    @property
    def review_state(self) -> ReviewState | None:
        """Which state is shown, None for all."""
        return ReviewState(self.state.current) if self.state.current else None

    def clear_filter(self) -> None:
        """Show all."""
        self.search.clear()
        self.state.choose(_ANY)
        self.filtered.emit()

    # --- what is shown --------------------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        """How many are shown."""
        return self._lines.rowCount()

    @property
    def current(self) -> Entry | None:
        """The current one."""
        return self._lines.entry(self.view.currentIndex().row())

    @property
    def selected_ids(self) -> tuple[TrainingConversationId, ...]:
        """The selected ones, from top to bottom."""
        rows = sorted(index.row() for index in self.view.selectionModel().selectedIndexes())
        return tuple(entry.line.id for row_ in rows if (entry := self._lines.entry(row_)) is not None)

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show these; the current one stays current, or its neighbour comes if it has gone."""
        before = self.view.currentIndex().row()
        kept = self._wanted or (self.current.line.id if self.current is not None else None)
        self._lines.show_entries(entries)
        is_filtered = bool(self.text or self.review_state is not None)
        if entries:
            self._stack.setCurrentWidget(self.view)
        else:
            self._stack.setCurrentWidget(self._nothing if is_filtered else self._empty)
        found = self._lines.row_of(kept)
        if found < 0 and entries and self._wanted is None and not self._is_held:
            found = min(max(0, before), len(entries) - 1)
        if found >= 0:
            if found != self.view.currentIndex().row():
                self._select(found)
        elif not entries:
            self.picked.emit(None)

    def pick(self, conversation_id: TrainingConversationId) -> bool:
        """Select a conversation, now or once it is listed; whether it is listed now."""
        found = self._lines.row_of(conversation_id)
        self._wanted = None if found >= 0 else conversation_id
        if found >= 0:
            self._select(found)
        return found >= 0

    def clear_selection(self) -> None:
        """Nothing is current, until the person chooses again: a new conversation is being written."""
        self._is_held = True
        self.view.selectionModel().clear()

    # --- inside ---------------------------------------------------------------------------------------------------

    def _select(self, row_: int) -> None:
        index = self._lines.index(row_)
        self.view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.view.scrollTo(index)

    def _pick(self) -> None:
        entry = self.current
        if entry is not None:
            self._is_held = False
            self._wanted = None
            self.picked.emit(entry)

    def _open_menu(self, event: QContextMenuEvent) -> None:
        ids = self.selected_ids
        if not ids:
            return
        menu = self.make_menu(ids)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(event.globalPos())

    def make_menu(self, ids: Sequence[TrainingConversationId]) -> QMenu:
        """What can be done with these."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        icon = self._theme.icon
        for state, text, name in (
            (ReviewState.APPROVED, self.tr("Approve\tCtrl+Enter"), "yes"),
            (ReviewState.REJECTED, self.tr("Reject\tCtrl+Backspace"), "cancel"),
            (ReviewState.PENDING, self.tr("Put back for review"), "review"),
        ):
            action = menu.addAction(icon(name), text)
            action.triggered.connect(lambda _on=False, wanted=state: self.review_requested.emit(ids, wanted))
        menu.addSeparator()
        menu.addAction(icon("delete"), self.tr("Delete\tDel")).triggered.connect(
            lambda: self.delete_requested.emit(ids)
        )
        if self._forbidden:
            for action in menu.actions():
                action.setEnabled(False)
                action.setToolTip(self._forbidden)
        return menu


class _View(QListView):
    delete_pressed = Signal()
    menu_wanted = Signal(object)

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self.setModel(lines)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(180)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete deletes; what has Ctrl goes to the page."""
        if event.key() == Qt.Key.Key_Delete:
            self.delete_pressed.emit()
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier and event.key() in (
            Qt.Key.Key_Return,
            Qt.Key.Key_Enter,
            Qt.Key.Key_Backspace,
        ):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the selected ones."""
        self.menu_wanted.emit(event)
