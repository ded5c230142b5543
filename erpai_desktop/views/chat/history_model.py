"""One's conversations as an item model, and how a line of them is painted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from erpai_desktop.models.ids import ChatId
from erpai_desktop.models.snapshots.chats import ChatLine
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.wording import local_time, plural

Index = QModelIndex | QPersistentModelIndex
NoteRole: Final = Qt.ItemDataRole.UserRole + 1
_NOWHERE = QModelIndex()


class HistoryModel(QAbstractListModel):
    """Titles can be edited in place; the edit goes up as `rename_requested` and comes back with the next refresh."""

    rename_requested = Signal(object, str)
    """(ChatLine, new title)"""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[ChatLine, ...] = ()

    def show_lines(self, lines: Sequence[ChatLine]) -> None:
        """Replace all lines."""
        self.beginResetModel()
        self._lines = tuple(lines)
        self.endResetModel()

    def line(self, index: Index) -> ChatLine | None:
        """The conversation in a row."""
        return self._lines[index.row()] if index.isValid() and index.row() < len(self._lines) else None

    def row_of(self, chat_id: ChatId) -> int:
        """Where a conversation stands, -1 if it does not."""
        return next((place for place, line in enumerate(self._lines) if line.id == chat_id), -1)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Qt's."""
        return 0 if parent.isValid() else len(self._lines)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Every title can be edited."""
        base = super().flags(index)
        return base | Qt.ItemFlag.ItemIsEditable if index.isValid() else base

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Title, note and tooltip of a line."""
        line = self.line(index)
        if line is None:
            return None
        title = " ".join(line.title.split()) or self.tr("(no title)")
        if role == Qt.ItemDataRole.DisplayRole:
            return title
        if role == Qt.ItemDataRole.EditRole:
            return line.title
        if role == NoteRole:
            return self._note(line)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{title}\n{self._note(line)}"
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """A title was edited."""
        line, title = self.line(index), str(value).strip()
        if role != Qt.ItemDataRole.EditRole or line is None or not title or title == line.title:
            return False
        self.rename_requested.emit(line, title)
        return True

    def _note(self, line: ChatLine) -> str:
        count = plural(line.message_count, self.tr("1 message"), self.tr("{n} messages"))
        return f"{line.model_name} · {local_time(line.last_time_utc)} · {count}"


class HistoryDelegate(QStyledItemDelegate):
    """Two lines: the title, and below it whom one asked, when, and how much was said."""

    HEIGHT: Final = 44
    _LEFT: Final = 12

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.opened: ChatId | None = None
        """The conversation on show, marked by the accent colour."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All lines are as tall."""
        return QSize(120, self.HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, title, note."""
        theme = self._theme
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        model = index.model()
        line = model.line(index) if isinstance(model, HistoryModel) else None
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.color("accent_soft"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.color("neutral_soft"))
        room = rect.adjusted(self._LEFT, 5, -self._LEFT, -5)
        opened = line is not None and line.id == self.opened
        self._line(painter, room, "strong" if opened else "text", index.data(), top=True)
        self._line(painter, room, "note", index.data(NoteRole), top=False)
        painter.restore()

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """The editor takes the whole line, so that long titles have room."""
        rect: QRect = option.rect
        editor.setGeometry(rect.adjusted(4, 7, -4, -7))

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Qt's own, with a name for screen readers."""
        editor = super().createEditor(parent, option, index)
        editor.setAccessibleName(self.tr("Title of the conversation"))
        editor.setToolTip(self.tr("Enter keeps the title, Esc leaves it as it was"))
        return editor

    def _line(self, painter: QPainter, room: QRect, role: Any, text: str, *, top: bool) -> None:
        font = self._theme.font(role)
        painter.setFont(font)
        painter.setPen(self._theme.color("dim" if role == "note" else "text"))
        shown = QFontMetrics(font).elidedText(str(text), Qt.TextElideMode.ElideRight, room.width())
        side = Qt.AlignmentFlag.AlignTop if top else Qt.AlignmentFlag.AlignBottom
        painter.drawText(room, int(side | Qt.AlignmentFlag.AlignLeft), shown)
