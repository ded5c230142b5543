"""Everything a model knows, own and from above and below: each row with its origin and what it overrides."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QStackedWidget, QWidget

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.models.ids import ModelId
from erpai_desktop.models.snapshots.compilations import FindingRow, KnowledgeLine
from erpai_desktop.models.snapshots.tree import ModelDetails
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.badge import Badge
from erpai_desktop.views.parts.buttons import QuietButton
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.freshness import Freshness
from erpai_desktop.views.parts.layout import column, frame, label, row, stretch
from erpai_desktop.views.parts.search_field import SearchField
from erpai_desktop.views.parts.wording import plural
from erpai_desktop.views.rows.paged_rows import PagedRows
from erpai_desktop.views.rows.row_model import Column
from erpai_desktop.views.rows.row_table import RowTable
from erpai_desktop.workers.intentions import compilations_reading, tree_reading
from erpai_desktop.workers.outcome import Outcome
from erpai_desktop.workers.runner import Runner

_PAGE = 2_048
"""Rows read at once: what each reading costs is resolving the whole, not the length of the page."""
_DELAY_MS = 600
"""Resolving a large model takes a second: not after every word that is typed into a Q&A."""


class KnowledgePage(QWidget):
    """Rows are read in pages as they come into view. The source of a row is opened where it stands."""

    open_row = Signal(object)
    """A FindingRow."""
    count_changed = Signal(int)
    """How many rows the model knows, whenever that was read without a search."""
    page_requested = Signal(str)

    def __init__(self, runner: Runner, theme: Theme, model_id: ModelId, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._model_id = model_id
        self._lineage: frozenset[UUID] = frozenset({model_id})
        tr = self.tr
        self._search = SearchField(
            theme, tr("Search what it knows"), tr("Words in questions and answers (Ctrl+F)"), delay_ms=250
        )
        self._search.searched.connect(self._on_search)
        self._count = Badge()
        self._rows: PagedRows[KnowledgeLine] = PagedRows(
            (
                Column(tr("Question"), lambda line: line.question),
                Column(tr("Answer"), lambda line: line.answer),
                Column(tr("Section"), lambda line: line.section, 104, spare=1),
                Column(tr("From"), self._where, 132, tooltip=lambda line: line.origin),
                Column(
                    "",
                    lambda line: tr("conflict") if line.conflicted else tr("overrides") if line.note else "",
                    84,
                    badge=lambda line: "bad" if line.conflicted else "plain",
                    tooltip=lambda line: line.note,
                ),
            ),
            # A conversation teaches several questions: its id alone does not tell them apart.
            key=lambda line: (line.row_id, line.question),
            read=self._read,
            page=_PAGE,
            parent=self,
        )
        self._rows.loaded.connect(self._on_loaded)
        self._table = RowTable(theme, self._rows, tr("Knowledge"), tr("Enter opens the row in its model"))
        self._table.picked.connect(self._show_line)
        self._table.opened.connect(self._open)
        self._search.left_downwards.connect(self._table.setFocus)
        self._waiting = EmptyState(theme, "queued", tr("Gathering the knowledge…"), "")
        self._empty = EmptyState(
            theme,
            "knowledge",
            tr("It knows nothing yet"),
            tr("Q&As and training conversations of this model, of those above it and of those below it appear here."),
            action=tr("Add Q&&As"),
            tooltip=tr("Go to the model's Q&As"),
        )
        self._empty.action_requested.connect(lambda: self.page_requested.emit("qas"))
        self._nothing = EmptyState(theme, "search", tr("Nothing found"), tr("No row has these words. Try fewer."))
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self._table)
        splitter.addWidget(self._make_details(theme))
        splitter.setHandleWidth(1)
        splitter.setSizes([300, 150])
        splitter.setStretchFactor(0, 1)
        self._stack = QStackedWidget()
        for widget in (self._waiting, self._empty, self._nothing, splitter):
            self._stack.addWidget(widget)
        bar = row(self._search, self._count, margins=(14, 6, 14, 6))
        bar.setStretchFactor(self._search, 1)
        layout = column(frame(bar, "bar"), self._stack, gap=0)
        layout.setStretchFactor(self._stack, 1)
        self.setLayout(layout)
        self._fresh = Freshness(self, self.refresh, delay_ms=_DELAY_MS)
        runner.changed.connect(self._on_changed)
        self.refresh()

    def refresh(self) -> None:
        """Read again; the chosen row stays chosen."""
        self._runner.read((self, "lineage"), tree_reading.model_details, model_id=self._model_id).then(
            self._show_model
        ).otherwise(lambda _error: True)
        self._rows.refresh()

    def focus_search(self) -> None:
        """Put the cursor into the search field."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    # --- inside ---------------------------------------------------------------------------------------------------

    def _make_details(self, theme: Theme) -> QWidget:
        tr = self.tr
        self._question = label("", "strong", wrap=True, selectable=True)
        self._answer = label("", wrap=True, selectable=True)
        self._note = label("", "dim", wrap=True, selectable=True)
        for text, made in ((tr("Question"), self._question), (tr("Answer"), self._answer), (tr("Note"), self._note)):
            made.setAccessibleName(text)
        self._origin, self._conflict = Badge(), Badge("", "bad")
        self._open_button = QuietButton(theme, tr("Open"), tr("Show the row in its model (Enter)"), icon="source")
        self._open_button.clicked.connect(lambda: self._open(self._table.current))
        head = row(self._question, self._conflict, self._origin, self._open_button)
        head.setStretchFactor(self._question, 1)
        inner = QFrame()
        inner.setProperty("role", "alternate")
        inner.setLayout(column(head, self._answer, self._note, stretch(), margins=(14, 10, 14, 10)))
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setMinimumHeight(110)
        scroll.setWidget(inner)
        self._details = scroll
        return scroll

    def _where(self, line: KnowledgeLine) -> str:
        return self.tr("own") if line.model_id == self._model_id else line.model_name

    def _read(self, offset: int, limit: int) -> Outcome[Any]:
        return self._runner.read_apart(
            (self, "rows"),
            compilations_reading.knowledge_page,
            model_id=self._model_id,
            text=self._search.text().strip(),
            offset=offset,
            limit=limit,
        )

    def _on_search(self, _text: str) -> None:
        self._table.set_terms(self._search.terms())
        self._rows.restart()

    def _on_loaded(self, total: int) -> None:
        searching = bool(self._search.text().strip())
        self._count.show_text(
            plural(total, self.tr("1 found"), self.tr("{n} found"))
            if searching
            else plural(total, self.tr("1 row"), self.tr("{n} rows"))
        )
        self._stack.setCurrentIndex(3 if total else 2 if searching else 1)
        if not searching:
            self.count_changed.emit(total)

    def _show_line(self, line: KnowledgeLine | None) -> None:
        self._details.setVisible(line is not None)
        if line is None:
            return
        self._question.setText(line.question)
        self._answer.setText(line.answer)
        self._note.setText(line.note)
        self._note.setVisible(bool(line.note))
        self._origin.show_text(line.origin, "plain", self.tr("Stands in {model}").format(model=line.model_name))
        self._conflict.show_text(
            self.tr("conflict") if line.conflicted else "", tooltip=self.tr("Refused until one answer is chosen")
        )

    def _open(self, line: KnowledgeLine | None) -> None:
        if line is not None:
            self.open_row.emit(FindingRow(line.row_id, line.kind, line.model_id, line.model_name))

    def _show_model(self, details: ModelDetails) -> None:
        self._lineage = frozenset(details.model_names)

    def _on_changed(self, changes: Changes, _initiator: object) -> None:
        taught = any(changes.touches(entity) for entity in (Entity.QA, Entity.CONVERSATION, Entity.MESSAGE))
        if changes.touches(Entity.MODEL) or (taught and (changes.owners & self._lineage or not changes.owners)):
            self._fresh.spoil()
