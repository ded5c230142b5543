"""The Q&As of a model as an item model: only the pages that are looked at are read, whatever their number."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from erpai_desktop.changes import Changes, Entity
from erpai_desktop.models.enums import QaType
from erpai_desktop.models.ids import ModelId, QaId
from erpai_desktop.models.snapshots.qas import QaDetails, QaFilter, QaLine, QaSort
from erpai_desktop.views.parts.highlight import DimRole, IconMeaningRole
from erpai_desktop.views.parts.wording import plain_tooltip
from erpai_desktop.views.qas import row_reading
from erpai_desktop.views.qas.row_reading import PAGE, Again, Mark, Marks, Stretch
from erpai_desktop.views.qas.wording import active_tip, type_name
from erpai_desktop.workers.intentions import qas_reading
from erpai_desktop.workers.runner import Runner

Index = QModelIndex | QPersistentModelIndex
SECTION, QUESTION, ANSWER, TYPE, ACTIVE = range(5)
SORTS: Final = (QaSort.SECTION, QaSort.QUESTION, QaSort.ANSWER, QaSort.TYPE, QaSort.ACTIVE)
SHOWN: Final = 200
"""A line's texts are cut to so many characters; one this long may be longer in truth."""

_FIELDS: Final = ("section", "question", "answer", "qa_type", "is_active")
_KEPT_PAGES: Final = 64
_MOST_WANTED: Final = 3
"""Pages waiting to be read; of a fast scroll only the last ones are still looked at."""


class QaRows(QAbstractTableModel):
    """Section, question, answer, type, active. A row whose page is not there yet is blank until it comes."""

    edited = Signal(object, str, object)
    """(QaLine, field, value): a cell was edited in place; the new text shows once it is stored."""
    loaded = Signal()
    """The first rows of a new choice are there."""
    refreshed = Signal()
    """The same choice was read anew: other rows may stand at the places that are shown."""
    counted = Signal(int)
    """How many rows there are in all."""

    def __init__(self, runner: Runner, model_id: ModelId, *, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._chosen = QaFilter(model_id)
        self._headers = (
            self.tr("Section"),
            self.tr("Question"),
            self.tr("Answer"),
            self.tr("Type"),
            self.tr("Active"),
        )
        self._total = 0
        self._is_counted = False
        self._early_count: int | None = None
        self._pages: OrderedDict[int, tuple[QaLine, ...]] = OrderedDict()
        self._marks = Marks()
        self._reading: int | None = None
        self._wanted: list[int] = []
        self._next = QTimer(self, singleShot=True, interval=0)
        self._next.timeout.connect(self._read_next)

    # --- what is shown --------------------------------------------------------------------------------------------

    @property
    def chosen(self) -> QaFilter:
        """Which rows, in which order."""
        return self._chosen

    @property
    def total(self) -> int:
        """How many rows; until they are counted, how many have been read."""
        return self._total

    def choose(self, chosen: QaFilter) -> None:
        """Show other rows, or in another order, from the start. What is shown stays until they are there."""
        self._chosen = chosen
        self._is_counted = False
        self._read()

    def read_again(self, place: int, changes: Changes) -> None:
        """Read the same choice anew after a change, beginning with the page around `place`."""
        self._wanted.clear()
        if not self._is_counted:
            self._read()
            return
        deleted, created = changes.deleted.get(Entity.QA, frozenset()), changes.created.get(Entity.QA, frozenset())
        places = [self.find(QaId(row_id)) for row_id in deleted]
        # Rows in the order they were added, with none left out, keep their places unless some go or come.
        keeps = self._chosen == QaFilter(self._chosen.model_id) and -1 not in places
        page = place // PAGE
        self._reading = page
        self._runner.read(
            (self, "rows"),
            row_reading.read_again,
            chosen=self._chosen,
            first=page * PAGE,
            marks=self._marks.without(places) if keeps else Marks(),
            expected=self._total - len(deleted) + len(created),
        ).then(self._take_again).otherwise(self._give_up)

    def take_marks(self, marks: Iterable[Mark]) -> None:
        """Remember places that somebody passed."""
        self._marks.add(tuple(marks))

    def line(self, row: int) -> QaLine | None:
        """The row if its page is there, else None; its page is then read."""
        if not 0 <= row < self._total:
            return None
        number, place = divmod(row, PAGE)
        page = self._pages.get(number)
        if page is None:
            self._want(number)
            return None
        self._pages.move_to_end(number)
        return page[place] if place < len(page) else None

    def known_line(self, row: int) -> QaLine | None:
        """The row if its page is there; nothing is read."""
        if row < 0:
            return None
        number, place = divmod(row, PAGE)
        page = self._pages.get(number, ())
        return page[place] if place < len(page) else None

    def find(self, qa_id: QaId) -> int:
        """The place of a row that has been read; -1 when it has not."""
        for number, page in self._pages.items():
            for place, line in enumerate(page):
                if line.id == qa_id:
                    return number * PAGE + place
        return -1

    def patch(self, details: QaDetails) -> None:
        """Show what was stored of one row, where it stands now."""
        row = self.find(details.id)
        if row < 0:
            return
        number, place = divmod(row, PAGE)
        page = list(self._pages[number])
        page[place] = replace(
            page[place],
            object_version=details.object_version,
            section=details.section,
            question=details.question[:SHOWN],
            answer=details.answer[:SHOWN],
            qa_type=details.qa_type,
            is_active=details.is_active,
            expects_refusal=details.expects_refusal,
        )
        self._pages[number] = tuple(page)
        self.dataChanged.emit(self.index(row, 0), self.index(row, self.columnCount() - 1))

    # --- Qt's questions -------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many rows there are in all, read or not."""
        return 0 if parent.isValid() else self._total

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many columns."""
        return 0 if parent.isValid() else len(self._headers)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The column's title; a click on it sorts."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._headers):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headers[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.tr("Click to sort; the third click puts the rows back in the order they were added")
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Every cell can be edited once its row is there."""
        flags = super().flags(index)
        if index.isValid() and self.known_line(index.row()) is not None:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Texts, and what the delegate paints by."""
        line = self.line(index.row()) if index.isValid() else None
        if line is None:
            return None
        column = index.column()
        show = _ROLES.get(role)
        return show(line, column) if show is not None else None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for an edit of one cell."""
        line = self.known_line(index.row()) if index.isValid() else None
        if line is None or role != Qt.ItemDataRole.EditRole:
            return False
        field = _FIELDS[index.column()]
        if field == "qa_type":
            value = QaType(value)
        if value == getattr(line, field):
            return False
        self.edited.emit(line, field, value)
        return True

    # --- reading --------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        self._wanted.clear()
        self._early_count = None
        self._marks = Marks()
        self._start(0, is_new=True)
        self._runner.read((self, "count"), qas_reading.count_qas, self._chosen).then(self._take_count)

    def _take_again(self, again: Again) -> None:
        self._reading = None
        self._marks = again.marks
        self._marks.add(again.stretch.marks)
        self._pages.clear()
        self._pages[again.stretch.first // PAGE] = again.stretch.rows
        self._set_total(again.total)
        self._tell(0, again.total)
        self.refreshed.emit()
        self._read_next()

    def _want(self, number: int) -> None:
        if number == self._reading:
            return
        if number in self._wanted:
            self._wanted.remove(number)
        self._wanted = [*self._wanted, number][-_MOST_WANTED:]
        if self._reading is None and not self._next.isActive():
            self._next.start()

    def _read_next(self) -> None:
        while self._wanted and self._reading is None:
            number = self._wanted.pop()
            if number not in self._pages:
                self._start(number, is_new=False)

    def _start(self, number: int, *, is_new: bool) -> None:
        """Read one more page, or the first one of a new choice."""
        self._reading = number
        first = number * PAGE
        way = row_reading.way_to(self._marks, first, PAGE, PAGE if is_new else self._total)
        self._runner.read((self, "rows"), row_reading.read_stretch, chosen=self._chosen, way=way).then(
            lambda stretch: self._take(number, stretch, is_new=is_new), owner=self
        ).otherwise(self._give_up)

    def _take(self, number: int, stretch: Stretch, *, is_new: bool) -> None:
        self._reading = None
        self._marks.add(stretch.marks)
        if is_new:
            self.beginResetModel()
            self._pages.clear()
            self._pages[number] = stretch.rows
            self._total = len(stretch.rows)
            self.endResetModel()
            self.loaded.emit()
            if self._early_count is not None:
                self._set_total(self._early_count)
        else:
            self._pages[number] = stretch.rows
            while len(self._pages) > _KEPT_PAGES:
                self._pages.popitem(last=False)
            self._tell(stretch.first, len(stretch.rows))
        self._read_next()

    def _tell(self, first: int, count: int) -> None:
        if count:
            self.dataChanged.emit(self.index(first, 0), self.index(first + count - 1, self.columnCount() - 1))

    def _take_count(self, total: int) -> None:
        if self._reading is not None and not self._is_counted:
            # The first page resets what is shown; only then does the count mean these rows.
            self._early_count = total
        else:
            self._set_total(total)

    def _set_total(self, total: int) -> None:
        self._early_count = None
        self._is_counted = True
        if total > self._total:
            self.beginInsertRows(QModelIndex(), self._total, total - 1)
            self._total = total
            self.endInsertRows()
        elif total < self._total:
            self.beginRemoveRows(QModelIndex(), total, self._total - 1)
            self._total = total
            self.endRemoveRows()
        self.counted.emit(total)

    def _give_up(self, _error: Exception) -> bool:
        self._reading = None
        self._wanted.clear()
        return False


def _display(line: QaLine, column: int) -> object:
    if column == TYPE:
        return type_name(line.qa_type, expects_refusal=line.expects_refusal)
    return None if column == ACTIVE else getattr(line, _FIELDS[column])


def _edit(line: QaLine, column: int) -> object:
    return getattr(line, _FIELDS[column])


def _icon(line: QaLine, column: int) -> object:
    return ("yes" if line.is_active else "no") if column == ACTIVE else None


def _tooltip(line: QaLine, column: int) -> object:
    if column == ACTIVE:
        return active_tip(line.is_active)
    text = str(_display(line, column))
    return plain_tooltip(f"{text}…" if len(text) >= SHOWN else text)


def _accessible(line: QaLine, column: int) -> object:
    return _tooltip(line, column) if column == ACTIVE else _display(line, column)


_ROLES: Final[dict[int, Callable[[QaLine, int], object]]] = {
    int(Qt.ItemDataRole.DisplayRole): _display,
    int(Qt.ItemDataRole.EditRole): _edit,
    int(Qt.ItemDataRole.ToolTipRole): _tooltip,
    int(Qt.ItemDataRole.AccessibleTextRole): _accessible,
    DimRole: lambda line, _column: not line.is_active,
    IconMeaningRole: _icon,
}
