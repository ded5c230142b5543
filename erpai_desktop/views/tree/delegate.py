"""Paints a line of the tree: icon, name, badges, the stale dot and the count."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from erpai_desktop.models.snapshots.tree import ModelNode
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.days_left import days_badge
from erpai_desktop.views.parts.highlight import paint_badge
from erpai_desktop.views.tree.item_model import NodeRole

_GAP = 8


class TreeDelegate(QStyledItemDelegate):
    """From the right: the count of Q&As, the stale dot or a warning, badges; what is left over is the name's."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """One row of the grid."""
        return QSize(120, self._theme.metrics.row)

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        """A line for the name, as long as a name may be."""
        editor = QLineEdit(parent)
        editor.setMaxLength(256)
        editor.setProperty("role", "cell")
        editor.setAccessibleName(self.tr("New name"))
        editor.setToolTip(self.tr("Enter keeps the name, Esc the one before"))
        return editor

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The editor covers the name, not the icon."""
        rect: QRect = option.rect
        editor.setGeometry(rect.adjusted(22, 1, -4, -1))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw the line."""
        node = index.data(NodeRole)
        if not isinstance(node, ModelNode):
            return
        theme = self._theme
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(rect, theme.color("accent_soft" if selected else "panel"))
        icon = "master" if node.parent_id is None else "arbiter" if node.is_arbiter else "assistant"
        box = QRect(rect.left() + 4, rect.center().y() - 7, 16, 16)
        theme.icons.paint(painter, box, icon, "accent" if selected else "dim")
        font = theme.font("text")
        # The count gives way where the name would not fit beside it; the tooltip has it.
        gaps = (1 + node.is_default) * _GAP + _GAP // 2 + 9
        wide = QFontMetrics(font).horizontalAdvance(node.name) + box.right() + gaps
        right = self._marks(painter, rect, node, room=rect.right() - wide, selected=selected)
        painter.setFont(font)
        painter.setPen(theme.color("accent" if selected else "text"))
        room = QRect(box.right() + 7, rect.top(), right - box.right() - 7 - _GAP // 2, rect.height())
        name = QFontMetrics(font).elidedText(node.name, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), name)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(theme.color("accent"))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        painter.restore()

    def _marks(self, painter: QPainter, rect: QRect, node: ModelNode, *, room: int, selected: bool) -> int:
        theme = self._theme
        note = theme.font("note")
        metrics = QFontMetrics(note)
        right = rect.right() - _GAP
        count = f"{node.qa_count:,}"
        width = metrics.horizontalAdvance(count)
        default = self.tr("default")
        badge = metrics.horizontalAdvance(default) + 16 if node.is_default else 0
        # Where it is inherited the tooltip tells it: the same badge on every line below would say nothing.
        due = days_badge(node.ending) if node.ends_here else None
        left = metrics.horizontalAdvance(due[0]) + 16 + _GAP // 2 if due is not None else 0
        painter.setFont(note)
        painter.setPen(theme.color("dim"))
        dot = 6 + _GAP if node.changes_since_build else 0
        if badge + left + dot + width + _GAP <= room:
            painter.drawText(
                QRect(right - width, rect.top(), width, rect.height()), int(Qt.AlignmentFlag.AlignVCenter), count
            )
            right -= width + _GAP
        if node.changes_since_build:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("warning"))
            painter.drawEllipse(QPointF(right - 3, rect.center().y() + 1), 3.5, 3.5)
            right -= 6 + _GAP
        if due is not None:
            place = QRect(right - left + _GAP // 2, rect.top(), left - _GAP // 2, rect.height())
            paint_badge(painter, theme, place, *due)
            right -= left
        if badge:
            place = QRect(right - badge, rect.top(), badge, rect.height())
            paint_badge(painter, theme, place, default, "accent", selected=selected)
            right -= badge + _GAP // 2
        return right
