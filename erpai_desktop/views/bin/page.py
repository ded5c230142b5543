"""What was deleted in the last 30 days, newest first, with a way back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStackedWidget, QTableView, QWidget

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import UserId
from erpai_desktop.models.snapshots.tree import BinItem
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import PrimaryButton
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.highlight import HighlightDelegate
from erpai_desktop.views.parts.layout import column
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.parts.page_header import PageHeader
from erpai_desktop.views.parts.permission import why_not
from erpai_desktop.views.parts.wording import local_time, plural
from erpai_desktop.workers.intentions import bin_
from erpai_desktop.workers.runner import Runner

_Index = QModelIndex | QPersistentModelIndex
_COLUMNS: Final = 5


class _Items(QAbstractTableModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.items: tuple[BinItem, ...] = ()
        self._headers = (
            self.tr("Kind"),
            self.tr("What"),
            self.tr("Model"),
            self.tr("Deleted"),
            self.tr("By"),
        )
        self._kinds = {
            Entity.MODEL.value: self.tr("Model"),
            Entity.QA.value: self.tr("Q&A"),
            Entity.CONVERSATION.value: self.tr("Training conversation"),
            Entity.MESSAGE.value: self.tr("Message"),
            Entity.CHAT.value: self.tr("Chat"),
            Entity.PROVIDER.value: self.tr("Provider"),
            Entity.GOLDEN_SET.value: self.tr("Golden answers"),
            Entity.BUDGET.value: self.tr("Budget"),
            Entity.USER.value: self.tr("Person"),
        }

    def show(self, items: Sequence[BinItem]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self.items = tuple(items)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """How many things."""
        return 0 if parent.isValid() else len(self.items)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Kind, what, model, when, by whom."""
        return 0 if parent.isValid() else _COLUMNS

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The column's title."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole and section < _COLUMNS:
            return self._headers[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The cell's text."""
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        item = self.items[index.row()]
        return (
            self._kinds.get(item.kind, item.kind),
            item.title,
            item.model_name,
            local_time(item.deleted_utc),
            item.deleted_by,
        )[index.column()]


class BinPage(QWidget):
    """Enter or the button restores what is selected. Of chats only the person's own are listed."""

    notice = Signal(object)

    def __init__(
        self,
        runner: Runner,
        theme: Theme,
        user_id: UserId,
        *,
        role: Role = Role.ADMINISTRATOR,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._role = role
        self._runner = runner
        self._user_id = user_id
        head = PageHeader(theme, self.tr("Bin"))
        self._restore = PrimaryButton(
            theme, self.tr("Restore"), self.tr("Put what is selected back where it was (Enter)"), icon="restore"
        )
        self._restore.clicked.connect(self.restore_selected)
        head.add_button(self._restore)
        self._items = _Items(self)
        self._table = QTableView()
        self._table.setModel(self._items)
        self._table.setItemDelegate(HighlightDelegate(theme, parent=self._table))
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setShowGrid(False)
        self._table.setAccessibleName(self.tr("Deleted things"))
        self._table.setToolTip(self.tr("Enter restores; after 30 days things are gone for good"))
        self._table.verticalHeader().hide()
        self._table.verticalHeader().setDefaultSectionSize(theme.metrics.table_row)
        header = self._table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        for section, width in ((0, 150), (2, 130), (3, 110), (4, 110)):
            self._table.setColumnWidth(section, width)
        self._table.activated.connect(self.restore_selected)
        self._table.selectionModel().selectionChanged.connect(self._on_selection)
        self._empty = EmptyState(
            theme,
            "delete",
            self.tr("The bin is empty"),
            self.tr("What you delete waits here for 30 days and can be put back."),
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self._table)
        self._stack.addWidget(self._empty)
        layout = column(head, self._stack, gap=0)
        layout.setStretchFactor(self._stack, 1)
        self.setLayout(layout)
        self._on_selection()
        runner.changed.connect(self._on_changed)
        self.refresh()

    def refresh(self) -> None:
        """Read the bin again."""
        self._runner.read((self, "bin"), bin_.bin_contents, user_id=self._user_id).then(self._show)

    def restore_selected(self) -> None:
        """Put what is selected back."""
        if not self._restore.isEnabled():
            return
        by_kind: dict[Entity, list[UUID]] = defaultdict(list)
        for index in self._table.selectionModel().selectedRows():
            item = self._items.items[index.row()]
            if isinstance(item.id, UUID):
                by_kind[Entity(item.kind)].append(item.id)
        for entity, ids in by_kind.items():
            self._runner.write(self, bin_.restore, entity=entity, ids=ids).then(self._restored)

    def _restored(self, changes: Changes) -> None:
        self.refresh()
        count = max(len(ids) for ids in changes.rows.values()) if changes else 0
        text = plural(count, self.tr("Restored 1 thing"), self.tr("Restored {n} things"))
        self.notice.emit(Notice(text, kind="good", seconds=10))

    def _show(self, items: Sequence[BinItem]) -> None:
        self._items.show(items)
        self._stack.setCurrentWidget(self._table if items else self._empty)
        if items:
            self._table.selectRow(0)
        self._on_selection()

    def _on_selection(self) -> None:
        rows = self._table.selectionModel().selectedRows()
        reasons = (why_not(self._role, self._items.items[index.row()].needed) for index in rows)
        forbidden = max(reasons, default="", key=len)
        self._restore.disabled_because(forbidden or ("" if rows else self.tr("Select something first")))

    def _on_changed(self, changes: Changes, initiator: object) -> None:
        if initiator is not self and (changes.deleted or any(changes.rows.values())):
            self.refresh()
