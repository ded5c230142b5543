"""The tree itself: says at the mouse why a model cannot be dropped where it is held."""

from __future__ import annotations

from PySide6.QtCore import QAbstractProxyModel
from PySide6.QtGui import QDragLeaveEvent, QDragMoveEvent
from PySide6.QtWidgets import QToolTip, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.plain_tree import PlainTree
from erpai_desktop.views.tree.item_model import TreeItemModel


class TreeView(PlainTree):
    """Shows `items` through whatever proxy it is given."""

    def __init__(self, theme: Theme, items: TreeItemModel, *, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent=parent)
        self._items = items

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Say why not while the mouse says no."""
        super().dragMoveEvent(event)
        why_not = "" if event.isAccepted() else self._why_not(event)
        QToolTip.showText(self.mapToGlobal(event.position().toPoint()), why_not, self)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing more to say."""
        super().dragLeaveEvent(event)
        QToolTip.hideText()

    def _why_not(self, event: QDragMoveEvent) -> str:
        dragged = self._items.dragged(event.mimeData())
        index = self.indexAt(event.position().toPoint())
        proxy = self.model()
        if dragged is None or not index.isValid() or not isinstance(proxy, QAbstractProxyModel):
            return ""
        target = self._items.node_at(proxy.mapToSource(index))
        return self._items.why_not(dragged.id, target.id) if target is not None else ""
