"""One's conversations: search, open, rename, delete with undo."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QMenu, QStackedWidget, QWidget

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.models.ids import ChatId, UserId
from erpai_desktop.models.snapshots.chats import ChatLine
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.layout import column
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.parts.search_field import SearchField
from erpai_desktop.views.parts.wording import local_time
from erpai_desktop.workers.intentions import chats, chats_reading, history
from erpai_desktop.workers.runner import Runner


class ChatHistory(QWidget):
    """The list of the person's own conversations, newest first."""

    chosen = Signal(object)
    """A ChatId."""
    new_requested = Signal()
    deleted = Signal(object)
    notice = Signal(object)

    def __init__(self, runner: Runner, theme: Theme, user_id: UserId, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._user_id = user_id
        self._lines: dict[ChatId, ChatLine] = {}
        self._search = SearchField(
            theme, self.tr("Search your conversations"), self.tr("Search titles and messages; only yours are shown")
        )
        self._search.searched.connect(lambda _text: self.refresh())
        self._list = QListWidget()
        self._list.setAccessibleName(self.tr("Your conversations"))
        self._list.setToolTip(self.tr("Enter opens, F2 renames, Del moves to the bin"))
        self._list.setEditTriggers(QListWidget.EditTrigger.NoEditTriggers)
        self._list.setUniformItemSizes(True)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._list.customContextMenuRequested.connect(self._show_menu)
        self._list.itemActivated.connect(self._open)
        self._list.itemClicked.connect(self._open)
        self._list.itemChanged.connect(self._renamed)
        self._search.left_downwards.connect(self._list.setFocus)
        self._empty = EmptyState(
            theme,
            "chats",
            self.tr("No conversations"),
            self.tr("What you ask is kept here, for you alone."),
            action=self.tr("New conversation"),
            tooltip=self.tr("Begin a conversation (Ctrl+Shift+L)"),
        )
        self._empty.action_requested.connect(self.new_requested)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._list)
        self._stack.addWidget(self._empty)
        self._rename_action = self._action(self.tr("Rename"), "F2", self._edit)
        self._delete_action = self._action(self.tr("Delete"), "Del", self._delete)
        layout = column(self._search, self._stack, gap=6, margins=(8, 8, 8, 8))
        layout.setStretchFactor(self._stack, 1)
        self.setLayout(layout)
        runner.changed.connect(self._on_changed)

    def refresh(self) -> None:
        """Read the list again."""
        self._runner.read(
            (self, "chats"), chats_reading.chats, user_id=self._user_id, text=self._search.text().strip()
        ).then(self._show)

    def _action(self, text: str, shortcut: str, do: object) -> QAction:
        action = QAction(text, self)
        action.setShortcut(QKeySequence(shortcut))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(do)
        self._list.addAction(action)
        return action

    def _show(self, lines: Sequence[ChatLine]) -> None:
        current = self._current()
        self._lines = {line.id: line for line in lines}
        self._list.blockSignals(True)
        self._list.clear()
        for line in lines:
            item = QListWidgetItem(line.title or self.tr("(no title)"))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            item.setData(Qt.ItemDataRole.UserRole, line.id)
            item.setToolTip(f"{line.title}\n{line.model_name} · {local_time(line.last_time_utc)}")
            self._list.addItem(item)
            if line.id == current:
                self._list.setCurrentItem(item)
        self._list.blockSignals(False)
        self._stack.setCurrentWidget(self._list if lines or self._search.text() else self._empty)

    def _on_changed(self, changes: Changes, _initiator: object) -> None:
        if self.isVisible() and changes.touches(Entity.CHAT):
            self.refresh()

    def _current(self) -> ChatId | None:
        item = self._list.currentItem()
        chat_id: ChatId | None = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        return chat_id

    def _open(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))

    def _show_menu(self, where: QPoint) -> None:
        if self._list.itemAt(where) is not None:
            menu = QMenu(self)
            menu.addActions([self._rename_action, self._delete_action])
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self._list.viewport().mapToGlobal(where))

    def _edit(self) -> None:
        item = self._list.currentItem()
        if item is not None:
            self._list.editItem(item)

    def _renamed(self, item: QListWidgetItem) -> None:
        chat_id: ChatId = item.data(Qt.ItemDataRole.UserRole)
        line = self._lines.get(chat_id)
        title = item.text().strip()
        if line is not None and title and title != line.title:
            self._runner.write(
                self, chats.rename_chat, chat_id=chat_id, title=title, object_version=line.object_version
            )

    def _delete(self) -> None:
        chat_id = self._current()
        if chat_id is not None:
            title = self._lines[chat_id].title
            self._runner.write(self, chats.delete_chat, chat_id=chat_id).then(
                lambda changes: self._deleted(chat_id, title, changes), owner=self
            )

    def _deleted(self, chat_id: ChatId, title: str, changes: Changes) -> None:
        self.refresh()
        self.deleted.emit(chat_id)
        action_id = changes.action_id
        if action_id is not None:
            self.notice.emit(
                Notice(
                    self.tr("Deleted “{title}”").format(title=title),
                    action=self.tr("Undo"),
                    callback=lambda: self._runner.write(None, history.undo, action_id=action_id),
                    seconds=20,
                )
            )
