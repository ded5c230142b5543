"""A model's page: title, badges, the one primary button, and sub-pages that are made when first shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QStackedWidget, QWidget

from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.tree import ModelNode, TreeSnapshot
from erpai_desktop.views.compilations.wording import percent
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import PrimaryButton
from erpai_desktop.views.parts.days_left import days_badge, days_sentence
from erpai_desktop.views.parts.layout import column, frame, row
from erpai_desktop.views.parts.page_header import PageBadge, PageHeader
from erpai_desktop.views.parts.tab_strip import TabItem, TabStrip
from erpai_desktop.views.parts.wording import plural

_COUNTED_IN_THE_TREE = frozenset({"qas", "conversations", "compilations"})


@runtime_checkable
class Flushable(Protocol):
    """A page that may hold an edit not yet saved."""

    def flush(self) -> None:
        """Start saving it."""


@runtime_checkable
class LeadsOn(Protocol):
    """A page whose empty state leads to a sister page, named by its key."""

    page_requested: SignalInstance


@runtime_checkable
class AsksToCompile(Protocol):
    """A page from which the model can be compiled."""

    compile_requested: SignalInstance


@runtime_checkable
class Counts(Protocol):
    """A page that tells how many rows it has, for its title."""

    count_changed: SignalInstance


@dataclass(frozen=True, slots=True)
class SubPage:
    """One sub-page: what to call it and how to make it."""

    key: str
    title: str
    tooltip: str
    make: Callable[[ModelId], QWidget]


class ModelPage(QWidget):
    """`show_node` keeps header and counts true; sub-pages follow the runner by themselves.

    Each is made when it is first shown; none is before `show_page` is called.
    """

    compile_requested = Signal(object)
    """The ModelId, when the primary button is pressed."""
    page_made = Signal(str, object)
    """(key, widget) when a sub-page is shown for the first time, for whoever connects its signals."""

    def __init__(
        self, theme: Theme, model_id: ModelId, pages: tuple[SubPage, ...], *, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model_id = model_id
        self._pages: Mapping[str, SubPage] = {page.key: page for page in pages}
        self._made: dict[str, QWidget] = {}
        self._head = PageHeader(theme, "")
        compile_button = PrimaryButton(
            theme, self.tr("Compile"), self.tr("Plan and build a new version of this model"), icon="compile"
        )
        compile_button.clicked.connect(lambda: self.compile_requested.emit(self._model_id))
        self._head.add_button(compile_button)
        self._strip = TabStrip(theme, [TabItem(page.key, page.title, page.tooltip) for page in pages])
        self._stack = QStackedWidget()
        self._strip.selected.connect(self._on_selected)
        bar = frame(row(self._strip, margins=(4, 0, 0, 0)), "bar")
        layout = column(self._head, bar, self._stack, gap=0)
        layout.setStretchFactor(self._stack, 1)
        self.setLayout(layout)

    @property
    def model_id(self) -> ModelId:
        """Whose page this is."""
        return self._model_id

    @property
    def current(self) -> str:
        """The key of the sub-page on show."""
        return self._strip.current

    def current_widget(self) -> QWidget:
        """The sub-page on show."""
        return self._made[self._strip.current]

    def show_page(self, key: str) -> QWidget:
        """Bring a sub-page to the front and return it. Raises KeyError when there is none of that key."""
        self._strip.select(key)
        self._on_selected(key)
        return self._made[key]

    def show_node(self, node: ModelNode, snapshot: TreeSnapshot) -> None:
        """Header and counts from the tree's newest snapshot."""
        self._head.set_title(node.name)
        parent = next((other for other in snapshot.nodes if other.id == node.parent_id), None)
        kind = (
            PageBadge(self.tr("Arbiter"), tooltip=self.tr("Answers in group chats when it is mentioned"))
            if node.is_arbiter
            else PageBadge(self.tr("Assistant"), tooltip=self.tr("Serves private chats and the side panels of forms"))
        )
        inherits = PageBadge(
            self.tr("inherits from {name}").format(name=parent.name) if parent is not None else "",
            tooltip=self.tr("Settings it does not have itself, instructions and knowledge come from there"),
        )
        self._head.set_badges([kind, inherits, self._state(node), self._ending(node)])
        for key, count in (
            ("qas", node.qa_count),
            ("conversations", node.conversation_count),
            ("compilations", node.compilation_count),
        ):
            if key in self._pages:
                self._strip.set_count(key, f"{count:,}" if count else "")
        if "evaluation" in self._pages:
            score = node.validation_score
            self._strip.set_count("evaluation", percent(score) if score is not None else "")

    def flush(self) -> None:
        """Start saving what the sub-pages hold unsaved."""
        for page in self._made.values():
            if isinstance(page, Flushable):
                page.flush()

    def _state(self, node: ModelNode) -> PageBadge:
        if node.active_version is None:
            return PageBadge(
                self.tr("never compiled"), "warning", self.tr("It cannot answer until it has been compiled once")
            )
        if node.changes_since_build:
            count = plural(node.changes_since_build, self.tr("1 change"), self.tr("{n} changes"))
            return PageBadge(
                self.tr("{changes} since v{version}").format(changes=count, version=node.active_version),
                "warning",
                self.tr("The active version does not know them yet"),
            )
        return PageBadge(
            self.tr("v{version} up to date").format(version=node.active_version),
            "good",
            self.tr("The active version knows everything that is curated"),
        )

    def _ending(self, node: ModelNode) -> PageBadge:
        due = days_badge(node.ending)
        if node.ending is None or due is None:
            return PageBadge("")
        return PageBadge(*due, days_sentence(node.ending))

    def _on_selected(self, key: str) -> None:
        widget = self._made.get(key)
        if widget is None:
            widget = self._made[key] = self._pages[key].make(self._model_id)
            self._stack.addWidget(widget)
            self._connect(key, widget)
            self.page_made.emit(key, widget)
        self._stack.setCurrentWidget(widget)

    def _connect(self, key: str, widget: QWidget) -> None:
        if isinstance(widget, LeadsOn):
            widget.page_requested.connect(self._lead_on)
        if isinstance(widget, AsksToCompile):
            widget.compile_requested.connect(lambda: self.compile_requested.emit(self._model_id))
        if isinstance(widget, Counts) and key not in _COUNTED_IN_THE_TREE:
            widget.count_changed.connect(
                lambda count: self._strip.set_count(key, f"{count:,}" if isinstance(count, int) and count else "")
            )

    def _lead_on(self, key: str) -> None:
        if key in self._pages:
            self.show_page(key)
