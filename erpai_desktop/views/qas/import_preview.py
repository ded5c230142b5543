"""What a CSV file holds, before anything of it is added: its problems, its good rows, and the choice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from erpai_desktop.views.look.theme import Theme
from erpai_desktop.views.parts.buttons import PrimaryButton, QuietButton
from erpai_desktop.views.parts.highlight import HighlightDelegate
from erpai_desktop.views.parts.layout import column, label, row, stretch
from erpai_desktop.views.parts.page_header import PageBadge, PageHeader
from erpai_desktop.views.parts.wording import plural
from erpai_desktop.views.qas.wording import field_names, translated, type_name

if TYPE_CHECKING:
    from erpai_desktop.errors import Problem
    from erpai_desktop.models.snapshots.new_qa import NewQa
    from erpai_desktop.workers.import_file import FileReading

_Index = QModelIndex | QPersistentModelIndex
_Column = tuple[str, int, Callable[[Any], str]]
_SHOWN: Final = 300


class ImportPreview(QWidget):
    """`confirmed` carries the FileReading whose good rows are wanted; nothing is stored before that."""

    confirmed = Signal(object)
    cancelled = Signal()

    def __init__(self, theme: Theme, reading: FileReading, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reading = reading
        tr = self.tr
        head = PageHeader(theme, tr("Import {file}").format(file=reading.file))
        good = plural(reading.good, tr("1 good row"), tr("{n} good rows"))
        bad = plural(reading.problems_in_all, tr("1 problem"), tr("{n} problems"))
        head.set_badges(
            [
                PageBadge(good, "good" if reading.good else "plain", tr("Rows that can be added as they are")),
                PageBadge(bad if reading.problems_in_all else "", "bad", tr("Rows with a problem are left out")),
            ]
        )
        cancel = QuietButton(theme, tr("Cancel"), tr("Back to the Q&As; nothing is added (Esc)"))
        cancel.clicked.connect(self.cancelled)
        self._confirm = PrimaryButton(
            theme, self._label(), tr("Add them to this model; it can be undone"), icon="import"
        )
        self._confirm.clicked.connect(lambda: self.confirmed.emit(self.reading))
        if not reading.good:
            self._confirm.disabled_because(tr("The file has no row that can be added"))
        head.add_button(cancel)
        head.add_button(self._confirm)
        parts: list[QWidget] = [head]
        if reading.problems:
            self._problems = _Lines(theme, _problem_columns(), reading.problems, tr("Problems"))
            copy = QuietButton(theme, tr("Copy problems"), tr("Copy file, row, field and problem as text"), icon="copy")
            copy.clicked.connect(self.copy_problems)
            title = self._title(tr("What is wrong"), self._left_out(), copy)
            parts += [title, self._problems]
        if reading.sample:
            count = len(reading.sample)
            note = (
                tr("the first {n}").format(n=count)
                if count < reading.good
                else tr("all of them")
            )  # fmt: skip
            self._rows = _Lines(theme, _row_columns(), reading.sample, tr("Good rows"))
            parts += [self._title(tr("What would be added"), note), self._rows]
        layout = column(*parts, gap=0)
        for part in parts:
            if isinstance(part, _Lines):
                layout.setStretchFactor(part, 1)
        if not reading.sample:
            layout.addStretch()
        self.setLayout(layout)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_busy(self) -> None:
        """The rows are being added."""
        self._confirm.disabled_because(self.tr("They are being added"))

    def copy_problems(self) -> None:
        """All problems as text, one a line, to send to whoever made the file."""
        QGuiApplication.clipboard().setText("\n".join(str(problem) for problem in self.reading.problems))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    def _label(self) -> str:
        good = self.reading.good
        if self.reading.problems_in_all:
            return plural(good, self.tr("Import the 1 good row"), self.tr("Import the {n} good rows"))
        return plural(good, self.tr("Import 1 row"), self.tr("Import {n} rows"))

    def _left_out(self) -> str:
        reading = self.reading
        text = plural(reading.bad, self.tr("1 row is left out"), self.tr("{n} rows are left out"))
        if len(reading.problems) < reading.problems_in_all:
            text += self.tr("; the first {n} problems are listed").format(n=f"{len(reading.problems):,}")
        return text

    def _title(self, text: str, note: str, *buttons: QWidget) -> QWidget:
        made = QWidget()
        made.setLayout(row(label(text, "strong"), label(note, "note"), stretch(), *buttons, margins=(14, 8, 14, 6)))
        return made


class _Lines(QTableView):
    """A table to read and to copy from."""

    def __init__(self, theme: Theme, columns: Sequence[_Column], rows: Sequence[Any], name: str) -> None:
        super().__init__()
        self._rows = _Model(columns, rows, self)
        self.setModel(self._rows)
        self.setItemDelegate(HighlightDelegate(theme, parent=self))
        self.setAccessibleName(name)
        self.setToolTip(self.tr("Ctrl+C copies what is selected"))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        lines = self.verticalHeader()
        lines.hide()
        lines.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        lines.setDefaultSectionSize(theme.metrics.table_row)
        titles = self.horizontalHeader()
        titles.setHighlightSections(False)
        titles.setSectionsClickable(False)
        titles.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for place, (_title, width, _text) in enumerate(columns):
            if width:
                self.setColumnWidth(place, width)
            else:
                titles.setSectionResizeMode(place, QHeaderView.ResizeMode.Stretch)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies the selected rows as tab-separated text."""
        if event.matches(QKeySequence.StandardKey.Copy):
            rows = sorted(index.row() for index in self.selectionModel().selectedRows())
            QGuiApplication.clipboard().setText("\n".join(self._rows.text_of(row_) for row_ in rows))
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)


class _Model(QAbstractTableModel):
    def __init__(self, columns: Sequence[_Column], rows: Sequence[Any], parent: QObject) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._rows = tuple(rows)

    def text_of(self, row_: int) -> str:
        """A row as it is copied."""
        return "\t".join(text(self._rows[row_]) for _title, _width, text in self._columns)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """How many."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """How many columns."""
        return 0 if parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The column's title."""
        is_title = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return self._columns[section][0] if is_title and 0 <= section < len(self._columns) else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The cell's text, cut to what can be shown."""
        if not index.isValid() or role != Qt.ItemDataRole.DisplayRole:
            return None
        return self._columns[index.column()][2](self._rows[index.row()])[:_SHOWN]


def _problem_columns() -> tuple[_Column, ...]:
    names = field_names()

    def where(problem: Problem) -> str:
        return f"{problem.row:,}" if problem.row is not None else ""

    def what(problem: Problem) -> str:
        return names.get(problem.field or "", problem.field or "")

    return (
        (translated("File"), 170, lambda problem: problem.file or ""),
        (translated("Row"), 64, where),
        (translated("Field"), 90, what),
        (translated("Problem"), 0, lambda problem: problem.message),
    )


def _row_columns() -> tuple[_Column, ...]:
    names = field_names()

    def kind(new: NewQa) -> str:
        return type_name(new.qa_type, expects_refusal=new.expects_refusal)

    return (
        (names["section"], 110, lambda new: new.section),
        (names["question"], 0, lambda new: new.question),
        (names["answer"], 0, lambda new: new.answer),
        (names["qa_type"], 84, kind),
    )
