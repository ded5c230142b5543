"""The Q&As of a model as an item model: only the pages that are looked at are read, whatever their number."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from erpai_desktop.models.enums import QaType
from erpai_desktop.models.ids import ModelId, QaId
from erpai_desktop.models.snapshots.qas import QaDetails, QaFilter, QaLine, QaSort
from erpai_desktop.views.parts.highlight import DimRole, IconMeaningRole
from erpai_desktop.views.parts.wording import plain_tooltip
from erpai_desktop.views.qas import row_reading
from erpai_desktop.views.qas.row_reading import Anew, InView
from erpai_desktop.views.qas.wording import active_tip, type_name
from erpai_desktop.views.rows.pages import PAGE, Pages
from erpai_desktop.workers.intentions import qas_reading
from erpai_desktop.workers.outcome import Outcome
from erpai_desktop.workers.runner import Runner

Index = QModelIndex | QPersistentModelIndex
SECTION, QUESTION, ANSWER, TYPE, ACTIVE = range(5)
SORTS: Final = (QaSort.SECTION, QaSort.QUESTION, QaSort.ANSWER, QaSort.TYPE, QaSort.ACTIVE)
SHOWN: Final = 200
"""A line's texts are cut to so many characters; one this long may be longer in truth."""

_FIELDS: Final = ("section", "question", "answer", "qa_type", "is_active")


class QaRows(QAbstractTableModel):
    """Section, question, answer, type, active. A row whose page is not there yet is blank until it comes.

    The numbers of all rows are known in their order, eight bytes a row: so the rows at any place are read at once.
    """

    edited = Signal(object, str, object)
    """(QaLine, field, value): a cell was edited in place; the new text shows once it is stored."""
    loaded = Signal()
    """The first rows of a new choice are there."""
    refreshing = Signal()
    """The same choice was read anew: in a moment other rows may stand at the places that are shown."""
    refreshed = Signal()
    """They do now."""
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
        self._numbers: array[int] = array("q")
        """Of the rows that are shown; until all are known, of the first page."""
        self._is_ordered = False
        self._is_reading_anew = False
        self._is_outdated = False
        self._in_view: Callable[[], InView] = InView
        self._pages: Pages[QaLine] = Pages(self._read_page, self._take_page, parent=self)

    # --- what is shown --------------------------------------------------------------------------------------------

    @property
    def chosen(self) -> QaFilter:
        """Which rows, in which order."""
        return self._chosen

    @property
    def total(self) -> int:
        """How many rows; until they are counted, how many have been read."""
        return len(self._numbers)

    @property
    def is_settled(self) -> bool:
        """Whether all rows of this choice are known, and none of them is being read anew."""
        return self._is_ordered and not self._is_reading_anew

    def choose(self, chosen: QaFilter) -> None:
        """Show other rows, or in another order, from the start. What is shown stays until they are there."""
        self._chosen = chosen
        self._is_ordered = self._is_reading_anew = self._is_outdated = False
        self._runner.read((self, "rows"), qas_reading.first_qas, chosen, PAGE).then(self._take_first)

    def read_again(self, in_view: Callable[[], InView]) -> None:
        """Read the same choice anew after a change; `in_view` tells what to read of it at once."""
        self._in_view = in_view
        if not self._is_ordered:
            self.choose(self._chosen)
        elif self._is_reading_anew:
            # To its end first: of many changes in a row each would else end the reading that the one before began.
            self._is_outdated = True
        else:
            self._is_reading_anew = True
            outcome = self._runner.read((self, "rows"), row_reading.read_anew, chosen=self._chosen, in_view=in_view())
            outcome.then(self._take_anew).otherwise(self._give_up)

    def line(self, row: int) -> QaLine | None:
        """The row if its page is there, else None; its page is then read."""
        return self._pages.row(row) if 0 <= row < self.total else None

    def known_line(self, row: int) -> QaLine | None:
        """The row if its page is there; nothing is read."""
        return self._pages.known(row)

    def find(self, qa_id: QaId) -> int:
        """The place of a row that has been read; -1 when it has not."""
        return self._pages.find(lambda line: line.id == qa_id)

    def number(self, row: int) -> int | None:
        """What the database counts the row by that stands in a place, read or not."""
        return self._numbers[row] if 0 <= row < self.total else None

    def numbers(self, ranges: Iterable[tuple[int, int]]) -> array[int]:
        """The numbers of the rows from a first to a last place each."""
        found = array("q")
        for first, last in ranges:
            found.extend(self._numbers[first : last + 1])
        return found

    def place_of(self, number: int) -> int:
        """Where a row stands, read or not; -1 when it is not among those shown."""
        return row_reading.place_of(self._numbers, number)

    def places_of(self, numbers: Sequence[int]) -> list[int]:
        """The places of those of many rows that are among those shown, from top to bottom."""
        wanted = set(numbers)
        return [place for place, number in enumerate(self._numbers) if number in wanted] if wanted else []

    def patch(self, details: QaDetails) -> None:
        """Show what was stored of one row, where it stands now."""
        row = self.find(details.id)
        line = self.known_line(row)
        if line is None:
            return
        line = replace(
            line,
            object_version=details.object_version,
            section=details.section,
            question=details.question[:SHOWN],
            answer=details.answer[:SHOWN],
            qa_type=details.qa_type,
            is_active=details.is_active,
            expects_refusal=details.expects_refusal,
        )
        self._pages.replace(row, line)
        self._tell(row, 1)

    # --- Qt's questions -------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many rows there are in all, read or not."""
        return 0 if parent.isValid() else self.total

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

    def _read_page(self, number: int) -> Outcome[Any]:
        first = number * PAGE
        return self._runner.read((self, "page"), qas_reading.qas_by_number, self._numbers[first : first + PAGE])

    def _take_page(self, number: int, rows: Sequence[QaLine | None]) -> None:
        self._pages.put(number, rows)
        self._tell(number * PAGE, len(rows))

    def _take_first(self, rows: Sequence[QaLine]) -> None:
        self.beginResetModel()
        self._pages.clear()
        self._pages.put(0, rows)
        self._numbers = array("q", (line.number for line in rows))
        self.endResetModel()
        self.loaded.emit()
        # Only now: sorting all of them beside the first ones would keep these waiting.
        self._runner.read((self, "rows"), qas_reading.numbers_of_qas, self._chosen).then(self._take_order)

    def _take_order(self, numbers: array[int]) -> None:
        self._is_ordered = True
        if numbers[:PAGE] != self._numbers:
            # Something was changed between the two readings.
            self._pages.clear()
            self._tell(0, min(len(numbers), self.total))
        self._set_numbers(numbers)

    def _take_anew(self, anew: Anew) -> None:
        self._is_reading_anew = False
        self.refreshing.emit()
        self._pages.clear()
        for number, rows in anew.pages.items():
            self._pages.put(number, rows)
        self._set_numbers(anew.numbers)
        self._tell(0, self.total)
        self.refreshed.emit()
        if self._is_outdated:
            self._is_outdated = False
            self.read_again(self._in_view)

    def _set_numbers(self, numbers: array[int]) -> None:
        before, now = len(self._numbers), len(numbers)
        if now > before:
            self.beginInsertRows(QModelIndex(), before, now - 1)
            self._numbers = numbers
            self.endInsertRows()
        elif now < before:
            self.beginRemoveRows(QModelIndex(), now, before - 1)
            self._numbers = numbers
            self.endRemoveRows()
        self._numbers = numbers
        self.counted.emit(now)

    def _tell(self, first: int, count: int) -> None:
        if count:
            self.dataChanged.emit(self.index(first, 0), self.index(first + count - 1, self.columnCount() - 1))

    def _give_up(self, _error: Exception) -> bool:
        self._is_reading_anew = self._is_outdated = False
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
