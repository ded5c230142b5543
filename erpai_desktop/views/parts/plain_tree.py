"""A tree in the program's look: rows of one height, chevrons of the icon family."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTreeView, QWidget

from erpai_desktop.views.look.theme import Theme


class PlainTree(QTreeView):
    """Left and Right fold and unfold, letters search, as in every tree."""

    def __init__(self, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setHeaderHidden(True)
        self.setIndentation(16)
        self.setUniformRowHeights(True)
        self.setExpandsOnDoubleClick(False)
        self.setItemDelegate(_Rows(theme.metrics.row, self))

    def drawBranches(self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex) -> None:
        """The row's ground, and a chevron where there is something below."""
        selected = self.selectionModel()
        if selected is not None and selected.isSelected(index):
            painter.fillRect(rect, self._theme.color("accent_soft"))
        model = self.model()
        if model is not None and model.hasChildren(index):
            side = 14
            box = QRect(rect.right() - side, rect.center().y() - side // 2, side, side)
            self._theme.icons.paint(painter, box, "collapse" if self.isExpanded(index) else "expand", "dim")


class _Rows(QStyledItemDelegate):
    def __init__(self, height: int, parent: QObject) -> None:
        super().__init__(parent)
        self._height = height

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(super().sizeHint(option, index).width(), self._height)
