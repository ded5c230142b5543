"""A model's Q&As in one page: filter bar, table, editor, and the preview of an import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QWidget

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.models.enums import Role
from erpai_desktop.models.ids import ModelId, QaId
from erpai_desktop.models.snapshots.qas import QaDetails, QaFilter, QaLine, QaSort, SectionCount
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.empty_state import EmptyState
from erpai_desktop.views.parts.layout import column, frame, label
from erpai_desktop.views.parts.permission import why_not
from erpai_desktop.views.qas.editor import QaEditor
from erpai_desktop.views.qas.filter_bar import FilterBar
from erpai_desktop.views.qas.import_preview import ImportPreview
from erpai_desktop.views.qas.row_actions import RowActions
from erpai_desktop.views.qas.rows_model import QaRows
from erpai_desktop.views.qas.table import QaTable
from erpai_desktop.views.qas.transfer import Transfer
from erpai_desktop.workers.intentions import qas_reading
from erpai_desktop.workers.runner import Runner

if TYPE_CHECKING:
    from erpai_desktop.views.window.memory import WindowMemory


class QaPage(QWidget):
    """`memory` keeps where the splitter was; without it the page begins with the editor beneath the table."""

    notice = Signal(object)

    def __init__(
        self,
        runner: Runner,
        theme: Theme,
        model_id: ModelId,
        *,
        role: Role = Role.ADMINISTRATOR,
        memory: WindowMemory | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._forbidden = why_not(role, Role.TRAINER)
        self._no_import = why_not(role, Role.ADMINISTRATOR)
        self._runner = runner
        self._theme = theme
        self._model_id = model_id
        self._memory = memory
        self._sought: QaId | None = None
        self._preview: ImportPreview | None = None
        self._bar = FilterBar(theme)
        self._rows = QaRows(runner, model_id, parent=self)
        self._table = QaTable(theme, self._rows)
        self._editor = QaEditor(runner, theme, model_id, forbidden=self._forbidden)
        self._actions = RowActions(runner, model_id, self._table, self._rows, self._editor.flush, parent=self)
        self._transfer = Transfer(runner, theme, model_id, self)
        self._build()
        self._forbid()
        self._connect()
        self._read_sections()
        self._rows.choose(QaFilter(model_id))

    # --- what the window asks for ---------------------------------------------------------------------------------

    def show_qa(self, qa_id: QaId) -> None:
        """Select a row and bring it into view; filters that hide it are cleared."""
        self._close_preview()
        self._sought = qa_id
        self._editor.load(qa_id)
        self._seek()

    def new_qa(self) -> None:
        """Begin a new Q&A."""
        self.draft_qa("")

    def draft_qa(self, question: str) -> None:
        """Begin a new Q&A whose question is known."""
        if self._forbidden:
            return
        self._close_preview()
        line = self._table.current_line
        section = self._rows.chosen.section or (line.section if line is not None else "")
        self._table.clearSelection()
        self._editor.begin_new(section, question)

    def import_file(self) -> None:
        """Ask for a CSV file, then show what it holds."""
        if not self._no_import:
            self._transfer.ask_import()

    def import_path(self, path: Path) -> None:
        """Read a CSV file and show what it holds; nothing is added yet."""
        self._transfer.read(path)

    def export_file(self) -> None:
        """Ask for a file, then write the active rows into it."""
        self._editor.flush()
        self._transfer.ask_export()

    def delete_selected(self) -> None:
        """Put the selected rows into the bin."""
        if not self._forbidden:
            self._actions.delete()

    def focus_search(self) -> None:
        """Put the cursor into the search field."""
        self._bar.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._bar.search.selectAll()

    def flush(self) -> None:
        """Start saving what is unsaved."""
        self._editor.flush()

    # --- events ---------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that the window's own commands have not taken: new, import, export, save, copy, find."""
        key = event.key() if event.modifiers() == Qt.KeyboardModifier.ControlModifier else None
        if key == Qt.Key.Key_N:
            self.new_qa()
        elif key == Qt.Key.Key_I:
            self.import_file()
        elif key == Qt.Key.Key_E:
            self.export_file()
        elif event.matches(QKeySequence.StandardKey.Save):
            self.flush()
        elif event.matches(QKeySequence.StandardKey.Find):
            self.focus_search()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self._actions.copy()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Another page or tab comes, or this one is closed: nothing stays unsaved."""
        self._editor.flush()
        super().hideEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Give table and editor their places once their sizes are known."""
        super().showEvent(event)
        self._restore_places()

    # --- building -------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        theme, tr = self._theme, self.tr
        self._empty = EmptyState(
            theme,
            "qa",
            tr("No Q&As yet"),
            tr(
                "What this model should know word for word: a question and its answer. Write one, or import a CSV file."
            ),
            action=tr("Write the first one"),
            tooltip=tr("Begin a new Q&A (Ctrl+N)"),
        )
        self._empty.action_requested.connect(self.new_qa)
        self._nothing = EmptyState(
            theme,
            "search",
            tr("Nothing found"),
            tr("No row holds all of these words, or a filter hides it."),
            action=tr("Show all"),
            tooltip=tr("Clear the search and every filter"),
        )
        self._nothing.action_requested.connect(self._bar.clear)
        self._loading = label(tr("Loading…"), "dim")
        self._loading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._rows_stack = QStackedWidget()
        for page in (self._loading, self._table, self._empty, self._nothing):
            self._rows_stack.addWidget(page)
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self._splitter.addWidget(self._rows_stack)
        self._splitter.addWidget(self._editor)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setAccessibleName(tr("Table and editor"))
        self._placed = False
        bar = frame(column(self._bar), "bar")
        list_page = QWidget()
        layout = column(bar, self._bar.strip, self._splitter, gap=0)
        layout.setStretchFactor(self._splitter, 1)
        list_page.setLayout(layout)
        self._list_page = list_page
        self._pages = QStackedWidget()
        self._pages.addWidget(list_page)
        self.setLayout(column(self._pages))

    def _forbid(self) -> None:
        self._bar.forbid(self._forbidden, self._no_import)
        self._table.forbid(self._forbidden)
        if self._empty.button is not None:
            self._empty.button.disabled_because(self._forbidden)

    def _connect(self) -> None:
        bar, table, editor, rows = self._bar, self._table, self._editor, self._rows
        bar.changed.connect(self._on_filter)
        bar.left_downwards.connect(self._go_to_rows)
        bar.new_requested.connect(self.new_qa)
        bar.import_requested.connect(self.import_file)
        bar.export_requested.connect(self.export_file)
        bar.turn_requested.connect(self._turn)
        rows.loaded.connect(self._on_loaded)
        rows.counted.connect(self._on_counted)
        rows.edited.connect(self._on_cell_edited)
        table.picked.connect(self._on_picked)
        table.sort_requested.connect(self._on_sort)
        table.new_requested.connect(self.new_qa)
        table.roomy_requested.connect(self._editor.go_to)
        actions = self._actions
        table.delete_requested.connect(actions.delete)
        table.toggle_requested.connect(actions.toggle)
        table.duplicate_requested.connect(actions.duplicate)
        table.section_requested.connect(actions.set_section)
        table.type_requested.connect(actions.set_type)
        actions.copied.connect(self.show_qa)
        bulk = editor.bulk
        bulk.active_requested.connect(actions.set_active)
        bulk.section_requested.connect(actions.ask_section)
        bulk.type_requested.connect(actions.set_type)
        bulk.delete_requested.connect(actions.delete)
        editor.stored.connect(self._on_stored)
        editor.added.connect(self.show_qa)
        editor.show_requested.connect(self.show_qa)
        editor.duplicates_requested.connect(bar.search_for)
        self._transfer.preview_made.connect(self._show_preview)
        self._transfer.preview_done.connect(self._close_preview)
        for source in (editor, actions, self._transfer):
            source.notice.connect(self.notice)
        self._splitter.splitterMoved.connect(lambda *_: self._remember_places())
        self._runner.changed.connect(self._on_changed)

    # --- what is shown --------------------------------------------------------------------------------------------

    def _on_filter(self) -> None:
        chosen = self._bar.apply(self._rows.chosen)
        if chosen != self._rows.chosen:
            self._editor.flush()
            self._rows.choose(chosen)
            self._table.set_terms(self._bar.search.terms())
            self._bar.show_found(None)

    def _on_sort(self, sort: QaSort, descending: bool) -> None:
        self._editor.flush()
        self._rows.choose(replace(self._rows.chosen, sort=sort, descending=descending))

    def _on_loaded(self) -> None:
        self._show_rows()
        if self._sought is not None:
            self._seek()

    def _on_counted(self, total: int) -> None:
        self._bar.show_found(total)
        self._show_rows()

    def _show_rows(self) -> None:
        if self._rows.rowCount():
            page: QWidget = self._table
        else:
            page = self._nothing if self._bar.narrows else self._empty
        self._rows_stack.setCurrentWidget(page)

    def _on_picked(self, line: QaLine | None, count: int) -> None:
        if count > 1:
            self._editor.show_many(count)
        elif line is not None and self._sought in (None, line.id):
            self._editor.load(line.id)
        elif count == 0:
            self._editor.show_nothing()

    def _on_cell_edited(self, line: QaLine, field: str, value: object) -> None:
        self._editor.apply(line.id, line.object_version, field, value)

    def _on_stored(self, details: QaDetails) -> None:
        line = self._rows.known_line(self._rows.find(details.id))
        self._rows.patch(details)
        if line is None or line.section != details.section:
            self._read_sections()

    def _on_changed(self, changes: Changes, initiator: object) -> None:
        if not changes.touches(Entity.QA) or self._model_id not in changes.owners:
            return
        if initiator is self._editor and not changes.created:
            # It tells what it has stored, and the row stays where it is while one types.
            return
        self._rows.read_again(self._table.in_view)
        self._read_sections()
        self._editor.refresh()

    def _read_sections(self) -> None:
        self._runner.read((self, "sections"), qas_reading.sections, model_id=self._model_id).then(self._show_sections)

    def _show_sections(self, sections: Sequence[SectionCount]) -> None:
        self._bar.set_sections(sections)
        names = tuple(entry.section for entry in sections)
        self._table.set_sections(names)
        self._editor.set_sections(names)
        self._actions.sections = names

    # --- going to a row -------------------------------------------------------------------------------------------

    def _seek(self) -> None:
        if self._sought is None:
            return
        row = self._rows.find(self._sought)
        if row >= 0:
            self._arrive(row)
            return
        self._runner.read((self, "place"), qas_reading.number_of_qa, model_id=self._model_id, qa_id=self._sought).then(
            self._on_number
        )

    def _on_number(self, number: int | None) -> None:
        row = self._rows.place_of(number) if number is not None else -1
        if number is None:
            # It is in the bin or in another model; the editor tells what it found.
            self._sought = None
        elif row >= 0:
            self._arrive(row)
        elif self._rows.is_settled and self._bar.narrows:
            self._bar.reset()
            self._on_filter()
        else:
            # Not all rows are known yet, or it was added a moment ago.
            self._rows.counted.connect(lambda _total: self._seek(), Qt.ConnectionType.SingleShotConnection)
            if self._rows.is_settled:
                self._rows.read_again(self._table.in_view)

    def _arrive(self, row: int) -> None:
        self._table.go_to(row)
        self._sought = None

    def _go_to_rows(self) -> None:
        if self._rows.rowCount():
            self._table.setFocus(Qt.FocusReason.OtherFocusReason)
            if not self._table.currentIndex().isValid():
                self._table.go_to(0)

    # --- the preview of an import ---------------------------------------------------------------------------------

    def _show_preview(self, preview: ImportPreview) -> None:
        self._close_preview()
        self._editor.flush()
        self._preview = preview
        self._pages.addWidget(preview)
        self._pages.setCurrentWidget(preview)
        preview.setFocus(Qt.FocusReason.OtherFocusReason)

    def _close_preview(self) -> None:
        preview, self._preview = self._preview, None
        if preview is not None:
            self._pages.removeWidget(preview)
            preview.deleteLater()
            self._table.setFocus(Qt.FocusReason.OtherFocusReason)

    # --- places ---------------------------------------------------------------------------------------------------

    def _turn(self) -> None:
        beneath = self._splitter.orientation() == Qt.Orientation.Vertical
        self._splitter.setOrientation(Qt.Orientation.Horizontal if beneath else Qt.Orientation.Vertical)
        self._place()
        self._remember_places()

    def _place(self) -> None:
        """A third for the editor beneath, somewhat less than half beside."""
        is_beneath = self._splitter.orientation() == Qt.Orientation.Vertical
        room = self._splitter.height() if is_beneath else self._splitter.width()
        wanted = max(230, room * 2 // 5) if is_beneath else max(280, room * 2 // 5)
        self._splitter.setSizes([max(120, room - wanted), wanted])

    def _restore_places(self) -> None:
        if self._placed:
            return
        self._placed = True
        state = self._memory.bytes("qas/splitter") if self._memory is not None else None
        if state is None or not self._splitter.restoreState(state):
            self._place()
        self._splitter.setHandleWidth(1)

    def _remember_places(self) -> None:
        if self._memory is not None:
            self._memory.set_bytes("qas/splitter", self._splitter.saveState())
