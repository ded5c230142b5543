"""The tree of models: who stands above and below whom, and which changes keep it a tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from erpai_desktop.errors import InvalidInputError, NotFoundError, Problem
from erpai_desktop.models.ids import ModelId, ProviderId, UserId

PATH_SEPARATOR = " › "


@dataclass(frozen=True, slots=True)
class TreeNode:
    """One model as the rules see it. `name` is the text shown in the interface's language."""

    id: ModelId
    parent_id: ModelId | None = None
    name: str = ""
    provider_id: ProviderId | None = None
    system_message: str = ""
    is_default: bool = False
    build_assistant: bool = True
    auto_update_to_latest_build: bool = True
    virtual_user_id: UserId | None = None


class Hierarchy:
    """An immutable tree (rather a forest) of models, indexed by id.

    Siblings are ordered by name, then id, so that nothing depends on the order of the nodes given. Data that
    breaks the rules is not refused, for a workspace must open to be mended: a parent that is not among the nodes
    (it lies in the bin) makes a root, and a ring of parents is cut above its smallest id and listed in `rings`.

    Raises ValueError when two nodes have one id.
    """

    __slots__ = ("_children", "_depth", "_nodes", "_order", "_parent", "_roots", "rings")

    rings: tuple[tuple[ModelId, ...], ...]

    def __init__(self, nodes: Iterable[TreeNode]) -> None:
        ordered = sorted(nodes, key=lambda node: (node.name.casefold(), node.name, node.id))
        self._nodes: dict[ModelId, TreeNode] = {node.id: node for node in ordered}
        if len(self._nodes) != len(ordered):
            raise ValueError("two nodes of the hierarchy have one id")
        self._parent: dict[ModelId, ModelId | None] = {
            node.id: node.parent_id if node.parent_id in self._nodes else None for node in ordered
        }
        self.rings = self._cut_rings()
        self._roots: list[ModelId] = []
        self._children: dict[ModelId, list[ModelId]] = {}
        for model_id, parent_id in self._parent.items():
            siblings = self._roots if parent_id is None else self._children.setdefault(parent_id, [])
            siblings.append(model_id)
        self._depth: dict[ModelId, int] = {}
        self._order: list[ModelId] = []
        waiting = [(root, 0) for root in reversed(self._roots)]
        while waiting:  # A stack, not recursion: a chain of a thousand models is legal.
            model_id, depth = waiting.pop()
            self._depth[model_id] = depth
            self._order.append(model_id)
            waiting += [(child, depth + 1) for child in reversed(self._children.get(model_id, ()))]

    def __contains__(self, model_id: object) -> bool:
        return model_id in self._nodes

    def __len__(self) -> int:
        return len(self._nodes)

    def __iter__(self) -> Iterator[TreeNode]:
        """Every node in the order of a tree view: a parent before its children."""
        return (self._nodes[model_id] for model_id in self._order)

    @property
    def nodes(self) -> Mapping[ModelId, TreeNode]:
        """The nodes by id."""
        return MappingProxyType(self._nodes)

    def node(self, model_id: ModelId) -> TreeNode:
        """The node of a model. Raises NotFoundError."""
        try:
            return self._nodes[model_id]
        except KeyError:
            raise NotFoundError("This model does not exist any more.") from None

    def roots(self) -> tuple[ModelId, ...]:
        """Models without a parent."""
        return tuple(self._roots)

    def parent(self, model_id: ModelId) -> ModelId | None:
        """The model right above, or None for a root. Raises NotFoundError."""
        self.node(model_id)
        return self._parent[model_id]

    def children(self, model_id: ModelId) -> tuple[ModelId, ...]:
        """The models right below, by name. Raises NotFoundError."""
        self.node(model_id)
        return tuple(self._children.get(model_id, ()))

    def depth(self, model_id: ModelId) -> int:
        """How many ancestors a model has: 0 for a root. Raises NotFoundError."""
        self.node(model_id)
        return self._depth[model_id]

    def ancestors(self, model_id: ModelId) -> tuple[ModelId, ...]:
        """All models above, nearest first. Raises NotFoundError."""
        above: list[ModelId] = []
        parent = self.parent(model_id)
        while parent is not None:
            above.append(parent)
            parent = self._parent[parent]
        return tuple(above)

    def descendants(self, model_id: ModelId) -> tuple[tuple[ModelId, int], ...]:
        """All models below with their depth beneath this one (1 for children), nearest first.

        Raises NotFoundError.
        """
        below: list[tuple[ModelId, int]] = [(child, 1) for child in self.children(model_id)]
        for near, depth in below:  # The list grows while it is read: a breadth-first walk.
            below += [(child, depth + 1) for child in self._children.get(near, ())]
        return tuple(below)

    def lineage(self, model_id: ModelId) -> tuple[ModelId, ...]:
        """Ancestors (nearest first), the model itself, descendants (nearest first). Raises NotFoundError.

        Exactly the models whose knowledge reaches this one; siblings and their offspring are not among them.
        """
        below = (descendant for descendant, _ in self.descendants(model_id))
        return (*self.ancestors(model_id), model_id, *below)

    def path(self, model_id: ModelId) -> str:
        """The names from the root down, for messages: `Company › Sales › Pricing`. Raises NotFoundError."""
        ids = (*reversed(self.ancestors(model_id)), model_id)
        return PATH_SEPARATOR.join(self._nodes[step].name or str(step) for step in ids)

    def default(self) -> TreeNode | None:
        """The model that serves where none is named, if one is marked."""
        return next((node for node in self if node.is_default), None)

    def model_of_virtual_user(self, user_id: UserId) -> TreeNode | None:
        """The model that speaks as this virtual user, if any."""
        return next((node for node in self if node.virtual_user_id == user_id), None)

    def check_move(self, model_id: ModelId, new_parent: ModelId | None) -> None:
        """Whether a model may come to stand under another one (None: become a root).

        Raises InvalidInputError when that would close a ring, naming the path; NotFoundError when either model
        does not exist.
        """
        self.node(model_id)
        if new_parent is not None:
            self.node(new_parent)
        _refuse("This model cannot move there.", self._move_problem(model_id, new_parent))

    def check_default(self, model_id: ModelId) -> None:
        """Whether a model may become the default one.

        Raises InvalidInputError when another model is; to pass the mark on, clear that one's in the same
        transaction (`with_default` shows the outcome).
        """
        _refuse("This model cannot become the default.", self._default_problem(model_id))

    def check_virtual_user(self, model_id: ModelId, user_id: UserId | None) -> None:
        """Whether a model may speak as a virtual user. Raises InvalidInputError when another one does."""
        _refuse("This virtual user is taken.", self._virtual_user_problem(model_id, user_id))

    def check(self, node: TreeNode) -> None:
        """Whether a new or changed model keeps all rules. Raises InvalidInputError with every problem at once."""
        _refuse(
            f"“{node.name}” cannot be saved like this.",
            self._move_problem(node.id, node.parent_id),
            self._default_problem(node.id) if node.is_default else None,
            self._virtual_user_problem(node.id, node.virtual_user_id),
        )

    def with_node(self, node: TreeNode) -> Hierarchy:
        """The tree with a model added or changed. Raises InvalidInputError when that breaks a rule."""
        self.check(node)
        return Hierarchy({**self._nodes, node.id: node}.values())

    def with_default(self, model_id: ModelId | None) -> Hierarchy:
        """The tree with this one default model (None: without any). Raises NotFoundError."""
        if model_id is not None:
            self.node(model_id)
        return Hierarchy(replace(node, is_default=node.id == model_id) for node in self)

    def _move_problem(self, model_id: ModelId, new_parent: ModelId | None) -> Problem | None:
        if new_parent is None:
            return None
        if new_parent == model_id:
            return Problem("a model cannot be its own parent", "parent")
        if new_parent not in self:
            return Problem("the parent does not exist any more", "parent")
        if model_id in self.ancestors(new_parent):
            name = self._nodes[new_parent].name
            return Problem(f"“{name}” stands below it: {self.path(new_parent)}", "parent")
        return None

    def _default_problem(self, model_id: ModelId) -> Problem | None:
        for node in self:
            if node.is_default and node.id != model_id:
                return Problem(f"“{node.name}” is the default model, and there can be only one", "is_default")
        return None

    def _virtual_user_problem(self, model_id: ModelId, user_id: UserId | None) -> Problem | None:
        for node in self:
            if user_id is not None and node.virtual_user_id == user_id and node.id != model_id:
                return Problem(f"this virtual user speaks for “{node.name}” already", "virtual_user")
        return None

    def _cut_rings(self) -> tuple[tuple[ModelId, ...], ...]:
        """Make each ring's smallest id a root; answer the rings, each from that id upwards."""
        rings: list[tuple[ModelId, ...]] = []
        sound: set[ModelId] = set()
        for start in self._nodes:
            climbed: dict[ModelId, None] = {}
            step: ModelId | None = start
            while step is not None and step not in sound and step not in climbed:
                climbed[step] = None
                step = self._parent[step]
            if step is not None and step in climbed:
                trail = list(climbed)
                ring = trail[trail.index(step) :]
                first = ring.index(min(ring))
                ring = ring[first:] + ring[:first]
                self._parent[ring[0]] = None
                rings.append(tuple(ring))
            sound.update(climbed)
        return tuple(sorted(rings))


def _refuse(message: str, *problems: Problem | None) -> None:
    found = [problem for problem in problems if problem is not None]
    if found:
        raise InvalidInputError(message, problems=found)
