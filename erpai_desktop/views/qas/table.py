"""The table of a model's Q&As: sorting, selecting, keys and menu. What is asked for goes up as signals."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from erpai_desktop.models.enums import QaType
from erpai_desktop.models.snapshots.qas import QaLine, QaSort
from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import tooltip_text
from erpai_desktop.views.qas import staying
from erpai_desktop.views.qas.cells import Cells
from erpai_desktop.views.qas.row_reading import InView
from erpai_desktop.views.qas.rows_model import ACTIVE, ANSWER, QUESTION, SECTION, SORTS, TYPE, QaRows
from erpai_desktop.views.qas.staying import ONLY, Before
from erpai_desktop.views.qas.wording import type_name

_WIDTHS: Final = {SECTION: 104, TYPE: 84, ACTIVE: 64}
_MOST_SECTIONS: Final = 20
_NARROW: Final = 450


class QaTable(QTableView):
    """The row that is current stays current when the table is read again, wherever it went on the page."""

    picked = Signal(object, int)
    """(the current QaLine or None, how many rows are selected)"""
    sort_requested = Signal(object, bool)
    """(QaSort, descending)"""
    delete_requested = Signal()
    toggle_requested = Signal()
    duplicate_requested = Signal()
    new_requested = Signal()
    section_requested = Signal(str)
    """The section to put the selected rows into; empty asks the person for one."""
    type_requested = Signal(object)
    """The QaType to give the selected rows."""
    roomy_requested = Signal(str)
    """The field to go to in the roomy editor."""

    def __init__(self, theme: Theme, rows: QaRows, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows = rows
        self._current: int | None = None
        """The number of the current row."""
        self._before: Before | None = None
        self._is_blank = False
        self._forbidden = ""
        self._sections: tuple[str, ...] = ()
        self.cells = Cells(theme, parent=self)
        self.cells.roomy_requested.connect(
            lambda column: self.roomy_requested.emit("answer" if column == ANSWER else "question")
        )
        self.cells.toggle_requested.connect(self.toggle_requested)
        self.setModel(rows)
        self.setItemDelegate(self.cells)
        self.setAccessibleName(self.tr("Q&As"))
        self.setToolTip(self.tr("F2 edits a cell, Enter goes to the editor, Space switches on and off, Del deletes"))
        self.setAccessibleDescription(self.tr("F2 edits, Enter goes to the editor, Space switches on and off"))
        self._build()
        rows.modelReset.connect(self._on_reset)
        rows.refreshing.connect(self._on_refreshing)
        rows.refreshed.connect(self._on_refreshed)
        rows.dataChanged.connect(self._on_data)
        self.selectionModel().selectionChanged.connect(lambda *_: self._pick())
        self.selectionModel().currentRowChanged.connect(lambda *_: self._pick())

    def forbid(self, reason: str) -> None:
        """Say why nothing may be changed: rows can be read, searched and copied, and Enter goes to the editor."""
        self._forbidden = reason
        if reason:
            self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
            self.setToolTip(
                tooltip_text(self.tr("Enter goes to the editor, where all of a row is read"), reason=reason)
            )
            self.setAccessibleDescription(reason)

    # --- what is selected -----------------------------------------------------------------------------------------

    @property
    def current_line(self) -> QaLine | None:
        """The current row, if it is there and selected."""
        index = self.currentIndex()
        if not index.isValid() or not self.selectionModel().isRowSelected(index.row(), QModelIndex()):
            return None
        return self._rows.known_line(index.row())

    @property
    def ranges(self) -> tuple[tuple[int, int], ...]:
        """The selected rows as first and last place of each run."""
        runs: list[tuple[int, int]] = []
        for first, last in sorted((part.top(), part.bottom()) for part in self.selectionModel().selection().toList()):
            if runs and first <= runs[-1][1] + 1:
                runs[-1] = (runs[-1][0], max(last, runs[-1][1]))
            else:
                runs.append((first, last))
        return tuple(runs)

    @property
    def selected_count(self) -> int:
        """How many rows are selected."""
        return sum(last - first + 1 for first, last in self.ranges)

    def known_selection(self) -> tuple[QaLine, ...] | None:
        """The selected rows if all of them have been read, else None."""
        if self.selected_count > self._rows.total:
            return None
        lines: list[QaLine] = []
        for first, last in self.ranges:
            for row in range(first, last + 1):
                line = self._rows.known_line(row)
                if line is None:
                    return None
                lines.append(line)
        return tuple(lines)

    def go_to(self, row: int) -> None:
        """Select a row and bring it into view."""
        index = self._rows.index(row, QUESTION)
        if not index.isValid():
            return
        self._current = self._rows.number(row)
        # Not the view's own: it would add to the selection while Ctrl is held, as after Ctrl+D.
        self.selectionModel().setCurrentIndex(index, ONLY)
        self.scrollTo(index, QAbstractItemView.ScrollHint.EnsureVisible)
        self._pick()

    def in_view(self) -> InView:
        """What a person looks at."""
        return staying.in_view(self, self._rows)

    def set_sections(self, sections: tuple[str, ...]) -> None:
        """The sections that menu and cells offer."""
        self._sections = sections
        self.cells.set_sections(sections)

    def set_terms(self, terms: list[str]) -> None:
        """Mark these words."""
        self.cells.set_terms(terms)
        self.viewport().update()

    def clear_sorting(self) -> None:
        """Show no column as sorted, without a signal."""
        header = self.horizontalHeader()
        header.blockSignals(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.blockSignals(False)
        header.viewport().update()

    # --- events ---------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete, Space, Enter and Ctrl+D; the arrows, F2 and Ctrl+A are Qt's."""
        key, plain = event.key(), event.modifiers() in (Qt.KeyboardModifier.NoModifier, _KEYPAD)
        duplicates = key == Qt.Key.Key_D and event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if self._forbidden and (duplicates or (plain and key in (Qt.Key.Key_Delete, Qt.Key.Key_Space))):
            event.accept()
        elif key == Qt.Key.Key_Delete and plain:
            self.delete_requested.emit()
        elif key == Qt.Key.Key_Space and plain:
            self.toggle_requested.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self.roomy_requested.emit("question")
        elif duplicates:
            self.duplicate_requested.emit()
        elif event.matches(QKeySequence.StandardKey.Copy):
            # The page's own: Qt would copy one cell, cut to what is shown.
            event.ignore()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow table leaves the type to the editor."""
        super().resizeEvent(event)
        self.setColumnHidden(TYPE, self.width() < _NARROW)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the selected rows."""
        menu = self.make_menu()
        menu.aboutToHide.connect(menu.deleteLater)
        index = self.currentIndex()
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        menu.popup(event.globalPos() if by_mouse else self.viewport().mapToGlobal(self.visualRect(index).bottomLeft()))

    def make_menu(self) -> QMenu:
        """The menu for what is selected now."""
        theme, count = self._theme, self.selected_count
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        line = self.current_line
        is_one = count == 1 and line is not None
        edit = menu.addAction(theme.icon("edit"), self.tr("Read\tEnter") if self._forbidden else self.tr("Edit\tEnter"))
        edit.triggered.connect(lambda: self.roomy_requested.emit("question"))
        duplicate = menu.addAction(theme.icon("duplicate"), self.tr("Duplicate\tCtrl+D"))
        duplicate.triggered.connect(self.duplicate_requested)
        off = line is not None and line.is_active
        toggle = menu.addAction(
            theme.icon("no" if off else "yes"), self.tr("Switch off\tSpace") if off else self.tr("Switch on\tSpace")
        )
        toggle.triggered.connect(self.toggle_requested)
        menu.addSeparator()
        sections = menu.addMenu(theme.icon("section"), self.tr("Put into section"))
        for section in self._sections[:_MOST_SECTIONS]:
            action = sections.addAction(section.replace("&", "&&"))
            action.triggered.connect(lambda _on=False, name=section: self.section_requested.emit(name))
        sections.addSeparator()
        sections.addAction(self.tr("Another section…")).triggered.connect(lambda: self.section_requested.emit(""))
        types = menu.addMenu(self.tr("Make it"))
        for qa_type in QaType:
            action = types.addAction(type_name(qa_type))
            action.triggered.connect(lambda _on=False, wanted=qa_type: self.type_requested.emit(wanted))
        menu.addSeparator()
        delete = menu.addAction(theme.icon("delete"), self.tr("Delete\tDel"))
        delete.triggered.connect(self.delete_requested)
        menu.addSeparator()
        new = menu.addAction(theme.icon("add"), self.tr("New Q&&A\tCtrl+N"))
        new.triggered.connect(self.new_requested)
        for action, enabled in (
            (edit, is_one),
            (new, True),
            (duplicate, is_one),
            (toggle, count > 0),
            (sections.menuAction(), count > 0),
            (types.menuAction(), count > 0),
            (delete, count > 0),
        ):
            forbidden = "" if action is edit else self._forbidden
            action.setEnabled(enabled and not forbidden)
            if forbidden or not enabled:
                why = self.tr("Select one row first") if count else self.tr("Select a row first")
                action.setToolTip(forbidden or why)
        return menu

    # --- inside ---------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        lines = self.verticalHeader()
        lines.hide()
        lines.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        lines.setDefaultSectionSize(self._theme.metrics.table_row)
        titles = self.horizontalHeader()
        titles.setHighlightSections(False)
        # Its own, always empty: each time it is drawn, Qt would ask about every selected row for each column.
        titles.setSelectionModel(QItemSelectionModel(self._rows, titles))
        titles.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        titles.setMinimumSectionSize(48)
        for column in range(self._rows.columnCount()):
            width = _WIDTHS.get(column)
            if width is None:
                titles.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
            else:
                titles.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
                self.setColumnWidth(column, width)
        titles.setSectionsClickable(True)
        titles.setSortIndicatorShown(True)
        titles.setSortIndicatorClearable(True)
        titles.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        titles.sortIndicatorChanged.connect(self._on_sort)
        titles.setAccessibleName(self.tr("Columns"))

    def _on_sort(self, column: int, order: Qt.SortOrder) -> None:
        sort = SORTS[column] if column >= 0 else QaSort.CREATED
        self.sort_requested.emit(sort, column >= 0 and order == Qt.SortOrder.DescendingOrder)

    def _on_reset(self) -> None:
        """Other rows are shown: what was current is, if it is among the first ones; else the first row."""
        wanted = self._rows.place_of(self._current) if self._current is not None else 0
        if self._rows.rowCount():
            self.go_to(max(0, wanted))
        else:
            self._current = None
            self.picked.emit(None, 0)

    def _on_refreshing(self) -> None:
        self._before = staying.remember(self, self._rows, self.ranges)

    def _on_refreshed(self) -> None:
        assert self._before is not None, "it is told before and after"
        staying.restore(self, self._rows, self._before, self._current)
        self._before = None
        self._pick()

    def _on_data(self, first: QModelIndex, last: QModelIndex) -> None:
        current = self.currentIndex()
        if self._is_blank and first.row() <= current.row() <= last.row():
            self._pick()

    def _pick(self) -> None:
        if self._before is not None:
            return
        line = self.current_line
        if line is not None:
            self._current = line.number
        elif not self.selectionModel().hasSelection():
            self._current = None
        self._is_blank = line is None and self.currentIndex().isValid()
        self.picked.emit(line, self.selected_count)

    def select_rows(self, first: int, last: int) -> None:
        """Select a run of rows, the first one current."""
        self.selectionModel().setCurrentIndex(self._rows.index(first, QUESTION), ONLY)
        staying.select(self, self._rows, [(first, last)], QItemSelectionModel.SelectionFlag.Select)


_KEYPAD: Final = Qt.KeyboardModifier.KeypadModifier
