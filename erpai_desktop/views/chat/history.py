"""One's conversations: search, open, rename, delete with undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QListView, QMenu, QStackedWidget, QWidget

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import ErpAiError
from erpai_desktop.models.ids import ChatId, UserId
from erpai_desktop.models.snapshots.chats import ChatLine
from erpai_desktop.views.chat.history_model import HistoryDelegate, HistoryModel
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.layout import column, frame, row
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.parts.search_field import SearchField
from erpai_desktop.workers.intentions import chats, chats_reading
from erpai_desktop.workers.runner import Runner


class ChatHistory(QWidget):
    """The list of the person's own conversations, the latest first."""

    chosen = Signal(object)
    """A ChatId."""
    new_requested = Signal()
    left = Signal()
    """Escape: back to the conversation."""
    notice = Signal(object)

    def __init__(
        self, runner: Runner, theme: Theme, user_id: UserId, *, language: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._theme = theme
        self._user_id = user_id
        self._language = language
        self._items = HistoryModel(self)
        self._items.rename_requested.connect(self.rename)
        self._search = SearchField(
            theme, self.tr("Search your conversations"), self.tr("Search titles and messages; only yours are shown")
        )
        self._search.searched.connect(lambda _text: self.refresh())
        self._search.left_downwards.connect(self._to_list)
        self._view = self._make_view()
        self._empty = EmptyState(
            theme,
            "chats",
            self.tr("No conversations"),
            self.tr("What you ask is kept here, for you alone."),
            action=self.tr("New conversation"),
            tooltip=self.tr("Begin a conversation (Ctrl+Shift+L)"),
        )
        self._empty.action_requested.connect(self.new_requested)
        self._nothing = EmptyState(
            theme, "search", self.tr("Nothing found"), self.tr("No title or message of yours has all these words.")
        )
        self._stack = QStackedWidget()
        for page in (self._view, self._empty, self._nothing):
            self._stack.addWidget(page)
        layout = column(frame(row(self._search, margins=(8, 8, 8, 7)), "bar"), self._stack, gap=0)
        layout.setStretchFactor(self._stack, 1)
        self.setLayout(layout)
        runner.changed.connect(self._on_changed)

    def refresh(self) -> None:
        """Read the list again."""
        self._runner.read(
            (self, "chats"),
            chats_reading.chats,
            user_id=self._user_id,
            text=self._search.text().strip(),
            language=self._language,
        ).then(self._show)

    def begin(self, opened: ChatId | None) -> None:
        """Come to the front; `opened` is the conversation on show behind."""
        self._delegate.opened = opened
        self.refresh()
        self._search.setFocus(Qt.FocusReason.OtherFocusReason)
        self._search.selectAll()

    def rename(self, line_: ChatLine, title: str) -> None:
        """Give a conversation another title."""
        self._runner.write(
            self, chats.rename_chat, chat_id=line_.id, title=title, object_version=line_.object_version
        ).otherwise(self._refused)

    def delete(self, chat_id: ChatId, title: str) -> None:
        """Move a conversation to the bin, and offer it back."""
        self._runner.write(self, chats.delete_chat, chat_id=chat_id).then(
            lambda _changes: self._offer_back(chat_id, title), owner=self
        ).otherwise(self._refused)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back to the conversation."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _make_view(self) -> QListView:
        view = QListView()
        view.setModel(self._items)
        self._delegate = HistoryDelegate(self._theme, parent=view)
        view.setItemDelegate(self._delegate)
        view.setUniformItemSizes(True)
        view.setMouseTracking(True)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        view.setAccessibleName(self.tr("Your conversations"))
        view.setToolTip(self.tr("Enter opens, F2 renames, Del moves to the bin"))
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._show_menu)
        view.clicked.connect(self._open)
        self._actions = [
            self._action(view, self.tr("Open"), "Return", lambda: self._open(view.currentIndex())),
            self._action(view, self.tr("Rename"), "F2", lambda: view.edit(view.currentIndex())),
            self._action(view, self.tr("Delete"), "Del", self._delete_current),
        ]
        return view

    def _action(self, view: QListView, text: str, shortcut: str, do: Callable[[], object]) -> QAction:
        action = QAction(text, self)
        action.setShortcut(QKeySequence(shortcut))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda: do())
        view.addAction(action)
        return action

    def _show(self, lines: Sequence[ChatLine]) -> None:
        current = self._items.line(self._view.currentIndex())
        self._items.show_lines(lines)
        wanted = current.id if current is not None else self._delegate.opened
        place = self._items.row_of(wanted) if wanted is not None else -1
        if lines:
            self._view.setCurrentIndex(self._items.index(max(0, place)))
            page: QWidget = self._view
        else:
            page = self._nothing if self._search.text().strip() else self._empty
        self._stack.setCurrentWidget(page)

    def _on_changed(self, changes: Changes, _initiator: object) -> None:
        if self.isVisible() and (changes.touches(Entity.CHAT) or changes.touches(Entity.CHAT_MESSAGE)):
            self.refresh()

    def _to_list(self) -> None:
        if self._items.rowCount():
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open(self, index: QModelIndex) -> None:
        line_ = self._items.line(index)
        if line_ is not None:
            self.chosen.emit(line_.id)

    def _show_menu(self, where: QPoint) -> None:
        if self._view.indexAt(where).isValid():
            menu = QMenu(self)
            menu.addActions(self._actions)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self._view.viewport().mapToGlobal(where))

    def _delete_current(self) -> None:
        line_ = self._items.line(self._view.currentIndex())
        if line_ is not None:
            self.delete(line_.id, line_.title)

    def _refused(self, error: Exception) -> bool:
        if not isinstance(error, ErpAiError):
            return False
        self.notice.emit(Notice(str(error), kind="bad"))
        self.refresh()
        return True

    def _offer_back(self, chat_id: ChatId, title: str) -> None:
        # Chats are private, so the history that everybody shares has nothing to undo: the chat itself comes back.
        self.notice.emit(
            Notice(
                self.tr("Deleted “{title}”").format(title=title or self.tr("a conversation")),
                action=self.tr("Undo"),
                callback=lambda: self._runner.write(None, chats.restore_chat, chat_id=chat_id),
                seconds=20,
            )
        )
