"""Whom the dock asks: which models there are, which one was chosen, and why it cannot answer."""

from __future__ import annotations

from PySide6.QtCore import QObject

from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.tree import ModelNode, TreeSnapshot


class Addressee(QObject):
    """`known` says whether the models have been read at all."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.model_id: ModelId | None = None
        self.nodes: dict[ModelId, ModelNode] = {}
        self.known = False

    @property
    def node(self) -> ModelNode | None:
        """The chosen model in the newest tree; None when it is not there (any more)."""
        return self.nodes.get(self.model_id) if self.model_id is not None else None

    def show_tree(self, snapshot: TreeSnapshot, *, bound: bool) -> None:
        """The newest tree. Who is gone is replaced by the default model, unless a conversation is `bound` to it."""
        self.known = True
        self.nodes = {node.id: node for node in snapshot.nodes}
        if self.model_id not in self.nodes and not bound:
            default = next((node for node in snapshot.nodes if node.is_default), None)
            chosen = default or next(iter(snapshot.nodes), None)
            self.model_id = chosen.id if chosen is not None else None

    def name(self, otherwise: str = "") -> str:
        """The model's name, or what it was called `otherwise`."""
        return self.node.name if self.node is not None else otherwise

    def why_not(self, *, bound: bool) -> str:
        """Why nothing can be asked now; empty when it can."""
        if not self.known:
            return self.tr("The models are being read")
        if self.node is None:
            return self.tr("This model is gone") if bound else self.tr("Add a model first")
        return "" if self.node.active_version is not None else self.tr("Compile this model first")

    def version(self) -> tuple[str, str]:
        """Which version answers, short and in full; both empty when none does."""
        node = self.node
        if node is None or node.active_version is None:
            return "", ""
        full = self.tr("Version {number} answers").format(number=node.active_version)
        if node.changes_since_build:
            full += "\n" + self.tr("{n} changes since it was made").format(n=node.changes_since_build)
        return f"v{node.active_version}", full
