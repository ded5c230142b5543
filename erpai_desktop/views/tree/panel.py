"""The Models panel: header, filter and tree, and all that can be done with a model from there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QMenu, QStackedWidget, QWidget

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.tree import ModelNode, TreeSnapshot
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import IconButton
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.layout import column
from erpai_desktop.views.parts.permission import why_not
from erpai_desktop.views.parts.search_field import SearchField
from erpai_desktop.views.tree.delegate import TreeDelegate
from erpai_desktop.views.tree.item_model import NodeRole, SearchRole, TreeItemModel
from erpai_desktop.views.tree.model_deeds import ModelDeeds
from erpai_desktop.views.tree.move_dialog import MoveDialog
from erpai_desktop.views.tree.tree_view import TreeView
from erpai_desktop.workers.intentions import tree, tree_reading
from erpai_desktop.workers.runner import Runner

# What a line of the tree shows depends on these.
_SHOWN = (
    Entity.MODEL,
    Entity.QA,
    Entity.CONVERSATION,
    Entity.MESSAGE,
    Entity.COMPILATION,
    Entity.PROVIDER,
    Entity.PROVIDER_CHECK,
)
_CHANGING = ("new", "copy", "rename", "move", "cut", "paste", "default", "delete")


class ModelTree(QWidget):
    """Loads itself and follows every change. Selection and expansion survive a refresh.

    `header_buttons` belong into the header of the dock that holds it.
    """

    open_model = Signal(object)
    """A ModelId: show it in the centre."""
    ask_model = Signal(object)
    compile_model = Signal(object)
    notice = Signal(object)
    """A Notice for the window to show, with an Undo."""
    loaded = Signal(object)
    """The TreeSnapshot, each time it was read."""

    def __init__(
        self,
        runner: Runner,
        theme: Theme,
        *,
        role: Role = Role.ADMINISTRATOR,
        language: str = "en",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._theme = theme
        self._language = language
        self._forbidden = why_not(role, Role.ADMINISTRATOR)
        self._select_when_loaded: ModelId | None = None
        self._folded: set[ModelId] = set()
        self._cut: ModelId | None = None
        self._items = TreeItemModel(self)
        self._deeds = ModelDeeds(runner, self._items, language=language, parent=self)
        self._deeds.notice.connect(self.notice)
        self._deeds.select.connect(self._select_later)
        self._deeds.open.connect(self._open_later)
        self._items.move_requested.connect(self._deeds.move)
        self._items.rename_requested.connect(self._deeds.rename)
        self._proxy = QSortFilterProxyModel(self)
        self._proxy.setSourceModel(self._items)
        self._proxy.setFilterRole(SearchRole)
        self._proxy.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._proxy.setRecursiveFilteringEnabled(True)
        self._view = self._make_view()
        self._filter = SearchField(
            theme, self.tr("Filter"), self.tr("Show only models with these letters"), icon="filter"
        )
        self._filter.searched.connect(self._on_filter)
        self._filter.left_downwards.connect(self._view.setFocus)
        self._actions = self._make_actions()
        self._allow_paste()
        self._forbid()
        self._empty = EmptyState(
            theme,
            "models",
            self.tr("No models yet"),
            self.tr("A model is an assistant: it knows what you teach it. Begin with one for the whole company."),
            action=self.tr("Add a model"),
            tooltip=self.tr("Add the first model (Ctrl+Shift+N)"),
        )
        self._empty.action_requested.connect(lambda: self.add_model(None))
        self._none_found = EmptyState(
            theme, "search", self.tr("No such model"), self.tr("No model has these letters in its name.")
        )
        self._waiting = EmptyState(theme, "queued", self.tr("Reading the models…"), "")
        self._stack = QStackedWidget()
        for widget in (self._waiting, self._view, self._empty, self._none_found):
            self._stack.addWidget(widget)
        add = IconButton(
            theme, "add", self.tr("Add a model"), self.tr("Add a model below the selected one (Ctrl+Shift+N)")
        )
        add.clicked.connect(lambda: self.add_model(self.current))
        add.disabled_because(self._forbidden)
        collapse = IconButton(theme, "collapse_all", self.tr("Collapse all"), self.tr("Show the top models only"))
        collapse.clicked.connect(self._fold_all)
        self.header_buttons = (add, collapse)
        body = column(self._filter, margins=(8, 7, 8, 7))
        layout = column(body, self._stack, gap=0)
        layout.setStretchFactor(self._stack, 1)
        self.setLayout(layout)
        runner.changed.connect(self._on_changed)
        self.refresh()

    # --- what the window calls ------------------------------------------------------------------------------------

    @property
    def current(self) -> ModelId | None:
        """The selected model."""
        node = self._node_at(self._view.currentIndex())
        return node.id if node is not None else None

    def do(self, what: str) -> None:
        """Do something with the selected model: ask, compile, new, copy, rename, move, default or delete."""
        self._actions[what].trigger()

    def select(self, model_id: ModelId) -> None:
        """Select a model, now or once it has been loaded."""
        index = self._proxy.mapFromSource(self._items.index_of(model_id))
        if not index.isValid():
            self._select_when_loaded = model_id
            return
        self._view.setCurrentIndex(index)
        self._view.scrollTo(index)

    def focus_filter(self) -> None:
        """Put the cursor into the filter."""
        self._filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._filter.selectAll()

    def refresh(self) -> None:
        """Read the tree again."""
        self._runner.read((self, "tree"), tree_reading.tree, language=self._language).then(self._show)

    def add_model(self, parent_id: ModelId | None) -> None:
        """Add a model and let the person name it in place."""
        self._clear_filter()
        taken = {node.name for node in self._items.nodes()}
        name = base = self.tr("New model")
        number = 2
        while name in taken:
            name, number = f"{base} {number}", number + 1

        def name_it(changes: Changes) -> None:
            self._select_when_loaded = self._open_when_loaded = ModelId(changes.new(Entity.MODEL))
            self._edit_when_loaded = True

        self._runner.write(self, tree.add_model, names={self._language: name}, parent_id=parent_id).then(
            name_it, owner=self
        )

    # --- inside ---------------------------------------------------------------------------------------------------

    _edit_when_loaded = False
    _open_when_loaded: ModelId | None = None

    def _make_view(self) -> TreeView:
        view = TreeView(self._theme, self._items)
        view.setModel(self._proxy)
        view.setItemDelegate(TreeDelegate(self._theme, view))
        view.setIndentation(15)
        view.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        view.setDefaultDropAction(Qt.DropAction.MoveAction)
        view.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.setAccessibleName(self.tr("Tree of models"))
        view.setToolTip(self.tr("Enter opens, F2 renames, drag to re-parent"))
        view.customContextMenuRequested.connect(self._show_menu)
        view.collapsed.connect(lambda index: self._note_fold(index, folded=True))
        view.expanded.connect(lambda index: self._note_fold(index, folded=False))
        view.activated.connect(self._open_at)
        view.clicked.connect(self._open_at)
        return view

    def _make_actions(self) -> dict[str, QAction]:
        # Shortcuts here hold while the tree has the keyboard; the window's own commands have theirs everywhere.
        tr, deeds = self.tr, self._deeds
        specs: tuple[tuple[str, str, str, str, str, Callable[[ModelId], object]], ...] = (
            ("ask", "ask", tr("Ask"), tr("Ask this model in the chat"), "", self.ask_model.emit),
            ("compile", "compile", tr("Compile…"), tr("Plan and build a new version"), "", self.compile_model.emit),
            ("new", "add", tr("New model below"), tr("Add a model that inherits from this one"), "", self.add_model),
            (
                "copy",
                "duplicate",
                tr("Create copy"),
                tr("The same settings and Q&As; no versions"),
                "",
                self._deeds.copy,
            ),
            ("rename", "edit", tr("Rename"), tr("Change the name in place"), "F2", self._edit),
            ("move", "up", tr("Move to…"), tr("Choose another parent"), "Ctrl+M", self._ask_where),
            ("cut", "swap", tr("Cut"), tr("Take it along, to paste it below another one"), "Ctrl+X", self._cut_it),
            ("paste", "down", tr("Paste below"), tr("Move the model that was cut to here"), "Ctrl+V", self._paste),
            (
                "default",
                "default",
                tr("Make default"),
                tr("Rules and to-dos use the default model"),
                "",
                deeds.set_default,
            ),
            (
                "delete",
                "delete",
                tr("Delete"),
                tr("Move it and all below it to the bin; can be undone"),
                "Del",
                deeds.delete,
            ),
        )
        actions: dict[str, QAction] = {}
        for key, icon, text, tip, shortcut, do in specs:
            action = QAction(self._theme.icon(icon), text, self)
            action.setToolTip(tip)
            action.setShortcut(QKeySequence(shortcut))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _checked=False, do=do: self._with_current(do))
            self._view.addAction(action)
            actions[key] = action
        return actions

    def _show(self, snapshot: TreeSnapshot) -> None:
        selected = self.current
        if self._items.show(snapshot):
            self._unfold()
        wanted, self._select_when_loaded = self._select_when_loaded or selected, None
        if wanted is not None:
            index = self._proxy.mapFromSource(self._items.index_of(wanted))
            parent = index.parent()
            while parent.isValid():
                self._view.expand(parent)
                parent = parent.parent()
            self._view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._show_right_page()
        # Only then can the page of a model that is new be opened.
        self.loaded.emit(snapshot)
        opened, self._open_when_loaded = self._open_when_loaded, None
        if opened is not None and self._items.node(opened) is not None:
            self.open_model.emit(opened)
            if self._edit_when_loaded:
                self._edit(opened)
            self._edit_when_loaded = False

    def _unfold(self) -> None:
        """Open what the person has not folded; all of it while they filter."""
        filtering = bool(self._filter.text())
        for node in self._items.nodes():
            index = self._proxy.mapFromSource(self._items.index_of(node.id))
            self._view.setExpanded(index, filtering or node.id not in self._folded)

    def _note_fold(self, index: QModelIndex, *, folded: bool) -> None:
        node = self._node_at(index)
        if node is None or self._filter.text():
            return
        if folded:
            self._folded.add(node.id)
        else:
            self._folded.discard(node.id)

    def _fold_all(self) -> None:
        self._folded = {node.parent_id for node in self._items.nodes() if node.parent_id is not None}
        self._unfold()

    def _on_changed(self, changes: Changes, _initiator: object) -> None:
        if any(changes.touches(entity) for entity in _SHOWN):
            self.refresh()

    def _show_right_page(self) -> None:
        if not self._items.nodes():
            self._stack.setCurrentWidget(self._empty)
        else:
            self._stack.setCurrentWidget(self._view if self._proxy.rowCount() else self._none_found)

    def _on_filter(self, text: str) -> None:
        selected = self.current
        self._proxy.setFilterFixedString(text)
        self._unfold()
        if selected is not None:
            self._view.scrollTo(self._proxy.mapFromSource(self._items.index_of(selected)))
        self._show_right_page()

    def _clear_filter(self) -> None:
        if self._filter.text():
            self._filter.clear()
            self._on_filter("")

    def _node_at(self, index: QModelIndex) -> ModelNode | None:
        node = index.data(NodeRole) if index.isValid() else None
        return node if isinstance(node, ModelNode) else None

    def _with_current(self, do: Callable[[ModelId], object]) -> None:
        current = self.current
        if current is not None:
            do(current)

    def _open_at(self, index: QModelIndex) -> None:
        node = self._node_at(index)
        if node is not None:
            self.open_model.emit(node.id)

    def _show_menu(self, where: QPoint) -> None:
        node = self._node_at(self._view.indexAt(where))
        if node is None:
            return
        if not self._forbidden:
            self._actions["default"].setEnabled(not node.is_default)
            self._actions["default"].setToolTip(
                self.tr("It is the default model already") if node.is_default else self.tr("Rules and to-dos use it")
            )
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for key in ("ask", "compile", "", "new", "copy", "rename", "", "move", "cut", "paste", "", "default", "delete"):
            if key:
                menu.addAction(self._actions[key])
            else:
                menu.addSeparator()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._view.viewport().mapToGlobal(where))

    def _edit(self, model_id: ModelId) -> None:
        self._view.edit(self._proxy.mapFromSource(self._items.index_of(model_id)))

    def _cut_it(self, model_id: ModelId) -> None:
        self._cut = model_id
        self._allow_paste()

    def _paste(self, parent_id: ModelId) -> None:
        if self._cut is not None and self._deeds.move(self._cut, parent_id):
            self._cut = None
            self._allow_paste()

    def _allow_paste(self) -> None:
        action = self._actions["paste"]
        action.setEnabled(self._cut is not None)
        action.setToolTip(
            self.tr("Move the model that was cut to here") if self._cut is not None else self.tr("Cut a model first")
        )

    def _forbid(self) -> None:
        """Leave to a person who may not change the tree what only reads it."""
        if self._forbidden:
            for key in _CHANGING:
                self._actions[key].setEnabled(False)
                self._actions[key].setToolTip(f"{self._actions[key].toolTip()}\n{self._forbidden}")
            self._view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
            self._view.setDragDropMode(QAbstractItemView.DragDropMode.NoDragDrop)
            self._view.setToolTip(self.tr("Enter opens"))

    def _ask_where(self, model_id: ModelId) -> None:
        node = self._items.node(model_id)
        if node is None:
            return
        choices: list[tuple[ModelId | None, str]] = []
        if node.parent_id is not None:
            choices.append((None, self.tr("(the top)")))
        choices += [
            (other.id, self._items.path(other.id))
            for other in self._items.nodes()
            if not self._items.why_not(model_id, other.id)
        ]
        dialog = MoveDialog(self._theme, node.name, choices, parent=self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(lambda parent_id: self._deeds.move(model_id, parent_id))
        dialog.open()

    def _select_later(self, model_id: ModelId | None) -> None:
        self._select_when_loaded = model_id

    def _open_later(self, model_id: ModelId) -> None:
        self._select_when_loaded = self._open_when_loaded = model_id
