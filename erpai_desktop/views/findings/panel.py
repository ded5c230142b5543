"""The Findings tab at the bottom: what is worth a look in the model on show."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QStackedWidget, QWidget

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.errors import UserError
from erpai_desktop.models.enums import Target
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.compilations import CompilePlan, FindingLine
from erpai_desktop.models.snapshots.tree import ModelNode, TreeSnapshot
from erpai_desktop.views.compilations.wording import finding_badge
from erpai_desktop.views.findings.list import rows_menu
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.freshness import Freshness
from erpai_desktop.views.parts.layout import column
from erpai_desktop.views.rows.row_model import Column, RowModel
from erpai_desktop.views.rows.row_table import RowTable
from erpai_desktop.workers.intentions import compilations_reading, tree_reading
from erpai_desktop.workers.runner import Runner

SMALL = 5_000
"""Rows up to which findings are gathered while nobody looks, for the count in the tab."""
_DELAY_MS = 600


class FindingsPanel(QWidget):
    """Reads in the background: at once while it is on show, else only for models that are quick to read."""

    open_row = Signal(object)
    """A FindingRow."""
    count_changed = Signal(int)

    def __init__(self, runner: Runner, theme: Theme, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._model_id: ModelId | None = None
        self._name = ""
        self._lineage: frozenset[UUID] = frozenset()
        tr = self.tr
        self._findings: RowModel[tuple[int, FindingLine]] = RowModel(
            (
                Column(tr("Kind"), lambda found: found[1].kind, 140, badge=lambda found: finding_badge(found[1])),
                Column(tr("What"), lambda found: found[1].message),
                Column(tr("Where"), lambda found: _where(found[1]), 160, spare=1),
            ),
            key=lambda found: (found[1].kind, found[1].message, found[0]),
            parent=self,
        )
        self._table = RowTable(theme, self._findings, tr("Findings"), tr("Enter opens the row it speaks of"))
        # A panel of a few lines has none to spare for titles.
        self._table.horizontalHeader().hide()
        self._table.opened.connect(self._open)
        self._message = EmptyState(theme, "finding", tr("Findings"), tr("Open a model to see what is worth a look."))
        self._stack = QStackedWidget()
        self._stack.addWidget(self._message)
        self._stack.addWidget(self._table)
        self.setLayout(column(self._stack))
        self._fresh = Freshness(self, self._read, delay_ms=_DELAY_MS)
        # While nobody looks the count follows more lazily, and only where that is cheap.
        self._lazily = QTimer(self, singleShot=True, interval=2 * _DELAY_MS)
        self._lazily.timeout.connect(self._weigh)
        runner.changed.connect(self._on_changed)

    def show_model(self, model_id: ModelId, name: str) -> None:
        """Turn to another model; `name` is for the words while it is read."""
        if model_id == self._model_id:
            return
        self._model_id = model_id
        self._name = name
        self._lineage = frozenset({model_id})
        self._findings.show(())
        self._say(self.tr("Looking through {name}…").format(name=name), "")
        self.count_changed.emit(0)
        if self.isVisible():
            self._fresh.read_now()
        else:
            self._fresh.spoil()
            self._weigh()

    def show_none(self) -> None:
        """No model is left to look at."""
        self._model_id = None
        self._findings.show(())
        self._say(self.tr("Findings"), self.tr("Open a model to see what is worth a look."))
        self.count_changed.emit(0)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _weigh(self) -> None:
        if self._model_id is not None:
            self._runner.read((self, "tree"), tree_reading.tree).then(self._weighed)

    def _weighed(self, snapshot: TreeSnapshot) -> None:
        if self._model_id is None or not self._fresh.is_stale:
            return
        self._lineage = _lineage(snapshot, self._model_id)
        rows = sum(node.qa_count for node in snapshot.nodes if node.id in self._lineage)
        if rows <= SMALL:
            self._fresh.read_now()

    def _read(self) -> None:
        if self._model_id is None:
            return
        self._runner.read((self, "tree"), tree_reading.tree).then(self._learn_lineage)
        self._runner.read_apart(
            (self, "plan"), compilations_reading.plan, model_id=self._model_id, target=Target.BUILT_IN
        ).then(self._show).otherwise(self._not_read)

    def _learn_lineage(self, snapshot: TreeSnapshot) -> None:
        if self._model_id is not None:
            self._lineage = _lineage(snapshot, self._model_id)

    def _show(self, plan: CompilePlan) -> None:
        if plan.model_id != self._model_id:
            return
        self._findings.show(list(enumerate(plan.findings)))
        if plan.findings:
            self._stack.setCurrentWidget(self._table)
        else:
            self._say(
                self.tr("{name} is in good order").format(name=plan.model_name),
                self.tr("No contradictions, duplicates, leaks or personal data were found in what it knows."),
            )
        self.count_changed.emit(len(plan.findings))

    def _say(self, title: str, text: str) -> None:
        self._message.set_words(title, text)
        self._stack.setCurrentWidget(self._message)

    def _not_read(self, error: Exception) -> bool:
        if not isinstance(error, UserError):
            return False
        self._findings.show(())
        self.count_changed.emit(0)
        self._say(self.tr("Nothing to show"), str(error))
        return True

    def _open(self, found: tuple[int, FindingLine]) -> None:
        rows = found[1].rows
        if len(rows) == 1:
            self.open_row.emit(rows[0])
        elif rows:
            menu = rows_menu(rows, self)
            menu.triggered.connect(lambda action: self.open_row.emit(action.data()))
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(QCursor.pos())

    def _on_changed(self, changes: Changes, _initiator: object) -> None:
        taught = any(changes.touches(entity) for entity in (Entity.QA, Entity.CONVERSATION, Entity.MESSAGE))
        if changes.touches(Entity.MODEL) or (taught and (changes.owners & self._lineage or not changes.owners)):
            self._fresh.spoil()
            if not self.isVisible():
                self._lazily.start()


def _lineage(snapshot: TreeSnapshot, model_id: ModelId) -> frozenset[UUID]:
    """The model, those above it and those below it."""
    nodes: dict[ModelId, ModelNode] = {node.id: node for node in snapshot.nodes}
    members = {model_id}
    above = nodes[model_id].parent_id if model_id in nodes else None
    for node in snapshot.nodes:  # Parents come before their children.
        if node.parent_id in members:
            members.add(node.id)
    while above is not None:
        members.add(above)
        above = nodes[above].parent_id
    return frozenset(members)


def _where(finding: FindingLine) -> str:
    return ", ".join(dict.fromkeys(row.model_name for row in finding.rows))
