"""What is done to models from the tree: each one write, with a notice that offers to take it back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.models.ids import ActionId, ModelId
from erpai_desktop.views.parts.notice_bar import Notice
from erpai_desktop.views.parts.wording import plural
from erpai_desktop.views.tree.item_model import TreeItemModel
from erpai_desktop.workers.intentions import history, tree
from erpai_desktop.workers.runner import Runner


class ModelDeeds(QObject):
    """Works on models by id; `items` knows their names and places."""

    notice = Signal(object)
    """A Notice for the window to show."""
    select = Signal(object)
    """A ModelId, or None: what to select once the tree has been read again."""
    open = Signal(object)
    """A ModelId: what to select and to show then."""

    def __init__(self, runner: Runner, items: TreeItemModel, *, language: str, parent: QObject) -> None:
        super().__init__(parent)
        self._runner = runner
        self._items = items
        self._language = language

    def rename(self, model_id: ModelId, name: str) -> None:
        """Give it another name in the language of the window."""
        node = self._items.node(model_id)
        if node is not None:
            names = {**node.names, self._language: name}
            self._runner.write(self, tree.rename_model, model_id=model_id, names=names).then(
                self._undoable(self.tr("Renamed to {name}").format(name=name)), owner=self
            )

    def move(self, model_id: ModelId, parent_id: ModelId | None) -> bool:
        """Put it below another one (None: at the top); False, with a notice that says why, when that cannot be."""
        node = self._items.node(model_id)
        parent = self._items.node(parent_id) if parent_id is not None else None
        why_not = self._items.why_not(model_id, parent_id)
        if node is None or why_not:
            self.notice.emit(Notice(self.tr("Not moved. {why}").format(why=why_not), kind="warning", seconds=12))
            return False
        text = (
            self.tr("{name} now inherits from {parent}").format(name=node.name, parent=parent.name)
            if parent is not None
            else self.tr("{name} now stands at the top").format(name=node.name)
        )
        self._runner.write(self, tree.move_model, model_id=model_id, parent_id=parent_id).then(
            self._undoable(text), owner=self
        )
        return True

    def copy(self, model_id: ModelId) -> None:
        """Make a copy with its Q&As, and show it."""
        node = self._items.node(model_id)
        if node is None:
            return
        names = {language: self.tr("{name} (copy)").format(name=name) for language, name in node.names.items()}

        def select(changes: Changes) -> None:
            # The Q&As of the copy are rows of their own; the model is the one that was made here.
            self.open.emit(ModelId(changes.new(Entity.MODEL)))

        self._runner.write(self, tree.copy_model, model_id=model_id, names=names).then(select, owner=self).then(
            self._undoable(self.tr("Copied {name} with its Q&As").format(name=node.name)), owner=self
        )

    def set_default(self, model_id: ModelId) -> None:
        """Make it the default model."""
        node = self._items.node(model_id)
        if node is not None:
            self._runner.write(self, tree.set_default, model_id=model_id).then(
                self._undoable(self.tr("{name} is the default model now").format(name=node.name)), owner=self
            )

    def delete(self, model_id: ModelId) -> None:
        """Move it and all below it to the bin; its parent is selected."""
        node = self._items.node(model_id)
        if node is None:
            return
        below = sum(self._items.within(other.id, model_id) for other in self._items.nodes()) - 1
        text = (
            self.tr("Deleted {name} and {models} below it").format(
                name=node.name, models=plural(below, self.tr("1 model"), self.tr("{n} models"))
            )
            if below
            else self.tr("Deleted {name}; it is in the bin").format(name=node.name)
        )
        self._runner.write(self, tree.delete_model, model_id=model_id).then(
            lambda _changes: self.select.emit(node.parent_id), owner=self
        ).then(self._undoable(text), owner=self)

    def _undoable(self, text: str) -> Callable[[Changes], None]:
        def show(changes: Changes) -> None:
            if changes.action_id is None or not changes.undoable:
                return
            action_id = ActionId(changes.action_id)
            self.notice.emit(
                Notice(
                    text,
                    action=self.tr("Undo"),
                    callback=lambda: self._runner.write(self, history.undo, action_id=action_id),
                    seconds=20,
                    about=action_id,
                )
            )

        return show
