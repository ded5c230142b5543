"""Training conversations as an item model, and how a line of them is painted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from erpai_desktop.models.enums import Origin, ReviewState
from erpai_desktop.models.ids import ModelId, TrainingConversationId
from erpai_desktop.models.snapshots.conversations import ConversationLine
from erpai_desktop.views.conversations.wording import REVIEW_KINDS, origin_name, review_name
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.highlight import paint_badge
from erpai_desktop.views.parts.wording import local_time, plural

Index = QModelIndex | QPersistentModelIndex
NoteRole: Final = int(Qt.ItemDataRole.UserRole) + 1
BadgesRole: Final = int(Qt.ItemDataRole.UserRole) + 2
_HEIGHT: Final = 52
_LEFT: Final = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line, and the model it belongs to where lines of several are shown."""

    line: ConversationLine
    model_id: ModelId | None = None
    model_name: str = ""


class Lines(QAbstractListModel):
    """The latest updated first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[Entry, ...] = ()

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Replace all; a reset only when others than before, or in another order, are there."""
        new = tuple(entries)
        if [entry.line.id for entry in new] != [entry.line.id for entry in self._entries]:
            self.beginResetModel()
            self._entries = new
            self.endResetModel()
        elif new:
            self._entries = new
            self.dataChanged.emit(self.index(0), self.index(len(new) - 1))

    def entry(self, row: int) -> Entry | None:
        """What stands in a row."""
        return self._entries[row] if 0 <= row < len(self._entries) else None

    def row_of(self, conversation_id: TrainingConversationId | None) -> int:
        """Where a conversation stands; -1 when it does not."""
        return next((row for row, entry in enumerate(self._entries) if entry.line.id == conversation_id), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many conversations."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Title, badges and note of a line."""
        entry = self.entry(index.row()) if index.isValid() else None
        if entry is None:
            return None
        line = entry.line
        if role == Qt.ItemDataRole.DisplayRole:
            return line.title or self.tr("(no question yet)")
        if role == NoteRole:
            count = plural(line.message_count, self.tr("1 message"), self.tr("{n} messages"))
            return f"{count} · {local_time(line.last_update_time_utc)}"
        if role == BadgesRole:
            badges = [] if entry.model_name else [(review_name(line.review_state), REVIEW_KINDS[line.review_state])]
            if line.review_state is ReviewState.APPROVED:
                badges = []
            if entry.model_name:
                badges.append((entry.model_name, "accent"))
            if line.origin is not Origin.USER_ENTERED:
                badges.append((origin_name(line.origin), "plain"))
            return badges
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            parts = (line.title, entry.model_name, review_name(line.review_state), origin_name(line.origin))
            return ", ".join(part for part in parts if part)
        return None


class LineDelegate(QStyledItemDelegate):
    """Two lines: the title; badges, number of messages and time."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """The same height for all."""
        return QSize(120, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw ground, title, badges, note and the line below."""
        theme, rect = self._theme, QRect(option.rect)
        state: QStyle.StateFlag = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(rect, theme.color("accent_soft" if selected else "panel"))
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.color("line"))
        room = rect.adjusted(14, 6, -10, -7)
        top = QRect(room.left(), room.top(), room.width(), 19)
        below = QRect(room.left(), room.top() + 20, room.width(), 19)
        painter.setFont(theme.font("text"))
        painter.setPen(theme.color("text"))
        title = str(index.data() or "")
        metrics = QFontMetrics(theme.font("text"))
        painter.drawText(top, _LEFT, metrics.elidedText(title, Qt.TextElideMode.ElideRight, top.width()))
        for text, kind in index.data(BadgesRole) or ():
            if below.width() > 40:
                below.setLeft(below.left() + paint_badge(painter, theme, below, text, kind) + 6)
        painter.setFont(theme.font("note"))
        painter.setPen(theme.color("dim"))
        note = QFontMetrics(theme.font("note")).elidedText(
            str(index.data(NoteRole) or ""), Qt.TextElideMode.ElideRight, max(0, below.width())
        )
        painter.drawText(below, _LEFT, note)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(theme.color("accent"))
            painter.drawRect(rect.adjusted(0, 0, -1, -2))
        painter.restore()
