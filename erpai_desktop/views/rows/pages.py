"""The pages of a long list that have been read, and which to read next: of a fast scroll only where it ends."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import QObject, QTimer

from erpai_desktop.workers.outcome import Outcome

T = TypeVar("T")

PAGE: Final = 256
"""Rows read at once, unless the list says otherwise."""
_KEPT_ROWS: Final = 16_384
_MOST_WANTED: Final = 3
"""Pages waiting to be read; those wanted before them have been scrolled past."""


class Pages(QObject, Generic[T]):
    """One page is read at a time, when somebody looks at a row of it. A list's item model owns one of these.

    `read` begins to read a page by its number; what comes goes to `take`, which puts the page here.
    """

    def __init__(
        self,
        read: Callable[[int], Outcome[Any]],
        take: Callable[[int, Any], None],
        *,
        size: int = PAGE,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.size: Final = size
        self._read = read
        self._take = take
        self._pages: OrderedDict[int, Sequence[T | None]] = OrderedDict()
        self._reading: int | None = None
        self._asked = 0
        self._wanted: list[int] = []
        self._next = QTimer(self, singleShot=True, interval=0)
        self._next.timeout.connect(self._read_next)

    def row(self, place: int) -> T | None:
        """The row if its page is there, else None; its page is then read."""
        number, at = divmod(place, self.size)
        page = self._pages.get(number)
        if page is None:
            self._want(number)
            return None
        self._pages.move_to_end(number)
        return page[at] if at < len(page) else None

    def known(self, place: int) -> T | None:
        """The row if its page is there; nothing is read."""
        number, at = divmod(place, self.size)
        page = self._pages.get(number, ())
        return page[at] if place >= 0 and at < len(page) else None

    @property
    def latest(self) -> int:
        """The number of the page that was looked at last; 0 when there is none."""
        return next(reversed(self._pages), 0)

    def find(self, is_it: Callable[[T], bool]) -> int:
        """The place of a row that has been read; -1 when it has not."""
        for number, page in self._pages.items():
            for at, row in enumerate(page):
                if row is not None and is_it(row):
                    return number * self.size + at
        return -1

    def put(self, number: int, rows: Sequence[T | None]) -> None:
        """A page is there; those looked at longest ago go when there are many."""
        self._pages[number] = rows
        self._pages.move_to_end(number)
        while len(self._pages) > max(2, _KEPT_ROWS // self.size):
            self._pages.popitem(last=False)

    def replace(self, place: int, row: T) -> None:
        """Another version of a row that is there."""
        number, at = divmod(place, self.size)
        page = list(self._pages[number])
        page[at] = row
        self._pages[number] = page

    def clear(self) -> None:
        """Forget all of them, and a page that is still being read."""
        self._pages.clear()
        self._wanted.clear()
        self._asked += 1
        self._reading = None

    def begin(self, number: int) -> None:
        """Read a page now, whatever was wanted before."""
        self._wanted.clear()
        self._start(number)

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
                self._start(number)

    def _start(self, number: int) -> None:
        self._reading = number
        self._asked += 1
        asked = self._asked

        def took(result: Any) -> None:
            if asked == self._asked:
                self._reading = None
                self._take(number, result)
                self._read_next()

        def give_up(_error: Exception) -> bool:
            if asked == self._asked:
                self._reading = None
                self._wanted.clear()
            return False

        self._read(number).then(took, owner=self).otherwise(give_up, owner=self)
