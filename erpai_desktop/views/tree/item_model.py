"""The tree of models as a Qt item model: made from a snapshot, moved by dragging."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.tree import ModelNode, TreeSnapshot
from erpai_desktop.views.parts.days_left import days_sentence
from erpai_desktop.views.parts.wording import plural

MIME: Final = "application/x-erpai-model-id"
NodeRole: Final = int(Qt.ItemDataRole.UserRole)
"""The ModelNode of a line."""
SearchRole: Final = NodeRole + 1
"""The model's names in all languages, for the filter."""

_Index = QModelIndex | QPersistentModelIndex


class _Line:
    """A node with its place; kept alive here because Qt's indexes only point at it."""

    __slots__ = ("children", "node", "parent", "row")

    def __init__(self, node: ModelNode | None, parent: _Line | None, row: int) -> None:
        self.node = node
        self.parent = parent
        self.row = row
        self.children: list[_Line] = []


class TreeItemModel(QAbstractItemModel):
    """One column. Dropping a model on another asks to move it; the snapshot that follows shows it there."""

    move_requested = Signal(object, object)
    """(ModelId, new parent's ModelId or None)"""
    rename_requested = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._root = _Line(None, None, 0)
        self._lines: dict[ModelId, _Line] = {}

    def show(self, snapshot: TreeSnapshot) -> bool:
        """Take a new snapshot; True when the shape changed (a reset), False when only lines did."""
        nodes = snapshot.nodes
        if [(node.id, node.parent_id) for node in nodes] == [
            (line.node.id, line.node.parent_id) for line in self._lines.values() if line.node is not None
        ]:
            for node in nodes:
                line = self._lines[node.id]
                if line.node != node:
                    line.node = node
                    index = self.index_of(node.id)
                    self.dataChanged.emit(index, index)
            return False
        self.beginResetModel()
        # Indexes made before the reset point at these until it has ended.
        old = self._root, self._lines
        self._root = _Line(None, None, 0)
        self._lines = {}
        for node in nodes:
            above = self._lines.get(node.parent_id, self._root) if node.parent_id is not None else self._root
            line = _Line(node, above, len(above.children))
            above.children.append(line)
            self._lines[node.id] = line
        self.endResetModel()
        del old
        return True

    def index_of(self, model_id: ModelId) -> QModelIndex:
        """Where a model stands; an invalid index when it is not here."""
        line = self._lines.get(model_id)
        return QModelIndex() if line is None else self.createIndex(line.row, 0, line)

    def node(self, model_id: ModelId) -> ModelNode | None:
        """A model's line."""
        line = self._lines.get(model_id)
        return line.node if line is not None else None

    def node_at(self, index: _Index) -> ModelNode | None:
        """The line at an index of this item model."""
        return self._line(index).node if index.isValid() else None

    def nodes(self) -> list[ModelNode]:
        """All models, parents before children."""
        return [line.node for line in self._lines.values() if line.node is not None]

    def path(self, model_id: ModelId) -> str:
        """Names from the root down, for a list without indentation."""
        names: list[str] = []
        line = self._lines.get(model_id)
        while line is not None and line.node is not None:
            names.append(line.node.name)
            line = line.parent
        return " › ".join(reversed(names))

    def within(self, model_id: ModelId, ancestor: ModelId) -> bool:
        """Whether a model is `ancestor` or lies below it."""
        line = self._lines.get(model_id)
        while line is not None and line.node is not None:
            if line.node.id == ancestor:
                return True
            line = line.parent
        return False

    def why_not(self, model_id: ModelId, parent_id: ModelId | None) -> str:
        """Why a model cannot stand below another one (None: at the top); empty when it can."""
        node = self.node(model_id)
        if node is None:
            return self.tr("It is not there any more")
        parent = self.node(parent_id) if parent_id is not None else None
        if node.parent_id == parent_id:
            return self.tr("{name} is there already").format(name=node.name)
        if parent is None:
            return ""
        if parent.id == model_id:
            return self.tr("A model cannot inherit from itself")
        if self.within(parent.id, model_id):
            return self.tr("{parent} inherits from {name}: this would go round in a circle").format(
                parent=parent.name, name=node.name
            )
        return ""

    # --- Qt's questions -------------------------------------------------------------------------------------------

    def index(self, row: int, column: int, parent: _Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        """Where the child stands."""
        above = self._line(parent)
        if column != 0 or not 0 <= row < len(above.children):
            return QModelIndex()
        return self.createIndex(row, 0, above.children[row])

    def parent(self, index: _Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        """Where the parent stands."""
        above = self._line(index).parent if index.isValid() else None
        if above is None or above.node is None:
            return QModelIndex()
        return self.createIndex(above.row, 0, above)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """How many children."""
        return 0 if parent.column() > 0 else len(self._line(parent).children)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """One."""
        return 1

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Name, tooltip, and the node for the delegate."""
        node = self._line(index).node if index.isValid() else None
        if node is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return node.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tooltip(node)
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return self._tooltip(node)
        if role == NodeRole:
            return node
        if role == SearchRole:
            return "\n".join(node.names.values())
        return None

    def setData(self, index: _Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for a new name; the line changes when it has been saved."""
        node = self._line(index).node if index.isValid() else None
        text = str(value).strip()
        if node is None or role != Qt.ItemDataRole.EditRole or not text or text == node.name:
            return False
        self.rename_requested.emit(node.id, text)
        return False

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Everything can be edited and dragged; a drop between the lines makes a root."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsEditable
            | Qt.ItemFlag.ItemIsDragEnabled
            | Qt.ItemFlag.ItemIsDropEnabled
        )

    def supportedDropActions(self) -> Qt.DropAction:
        """Moves only."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """Our own kind."""
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The dragged model's id."""
        data = QMimeData()
        node = self._line(indexes[0]).node if indexes else None
        if node is not None:
            data.setData(MIME, node.id.bytes)
        return data

    def canDropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: _Index) -> bool:
        """Not onto itself, nor below itself, nor where it is already."""
        dragged = self.dragged(data)
        target = self._line(parent).node if parent.isValid() else None
        return dragged is not None and not self.why_not(dragged.id, target.id if target is not None else None)

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: _Index) -> bool:
        """Ask for the move. False: nothing is removed here, the next snapshot shows it."""
        dragged = self.dragged(data)
        if dragged is not None and self.canDropMimeData(data, action, row, column, parent):
            target = self._line(parent).node if parent.isValid() else None
            self.move_requested.emit(dragged.id, target.id if target is not None else None)
        return False

    def dragged(self, data: QMimeData) -> ModelNode | None:
        """The model that is being dragged, if it is one of these."""
        raw = bytes(data.data(MIME).data())
        return self.node(ModelId(UUID(bytes=raw))) if len(raw) == 16 else None

    def _line(self, index: _Index) -> _Line:
        line = index.internalPointer() if index.isValid() else None
        return line if isinstance(line, _Line) else self._root

    def _tooltip(self, node: ModelNode) -> str:
        parts = [node.name, self.tr("Arbiter in group chats") if node.is_arbiter else self.tr("Assistant")]
        if node.is_default:
            parts.append(self.tr("The default model"))
        parts.append(
            plural(node.qa_count, self.tr("1 Q&A"), self.tr("{n} Q&As"))
            + ", "
            + plural(node.conversation_count, self.tr("1 conversation"), self.tr("{n} conversations"))
        )
        if node.active_version is None:
            parts.append(self.tr("Never compiled: it cannot answer yet"))
        elif node.changes_since_build:
            parts.append(
                plural(node.changes_since_build, self.tr("1 change"), self.tr("{n} changes"))
                + self.tr(" since v{version}").format(version=node.active_version)
            )
        else:
            parts.append(self.tr("v{version} is up to date").format(version=node.active_version))
        if node.ending is not None:
            parts.append(days_sentence(node.ending))
        return "\n".join(parts)
