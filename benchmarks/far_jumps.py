"""Far jumps in the table of Q&As: from the moment the scroll bar is let go until the rows there show."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt

from tests.watchdog import Watchdog

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from tests.person import Person

_ORDERS = (("as added", -1), ("by section", 0), ("by question", 1), ("by answer", 2), ("by type", 3))
_SEARCH = "in"
"""The beginning of a word in most rows."""


async def far_jumps(page: QWidget | None, person: Person) -> dict[str, tuple[float, float, float, float, float]]:
    """Seconds of (first page, all rows counted, jump to the middle, to the end, longest block), by order."""
    from erpai_desktop.views.parts.search_field import SearchField
    from erpai_desktop.views.qas.table import QaTable

    table = person.find(QaTable, inside=page)
    model = table.model()
    resets: list[float] = []
    model.modelReset.connect(lambda: resets.append(time.perf_counter()))

    async def until(is_so: Callable[[], object]) -> float:
        for _ in range(60_000):
            if is_so():
                break
            await asyncio.sleep(0.001)
        return time.perf_counter()

    def shows() -> bool:
        middle = table.indexAt(QPoint(4, table.viewport().height() // 2))
        return bool(model.index(middle.row(), 1).data())

    async def jump(part: float) -> float:
        await asyncio.sleep(0.3)
        bar = table.verticalScrollBar()
        began = time.perf_counter()
        bar.setValue(round(bar.maximum() * part))
        return await until(shows) - began

    async def measured(act: Callable[[], None]) -> tuple[float, float, float, float, float]:
        with Watchdog() as dog:
            resets.clear()
            began = time.perf_counter()
            act()
            await until(lambda: resets)
            first = resets[0] - began
            all_ = await until(lambda: model.rowCount() > 1_000) - began
            middle, end = await jump(0.5), await jump(1)
        return first, all_, middle, end, dog.longest_ms / 1000

    found = {}
    header = table.horizontalHeader()
    for name, column in (*_ORDERS[1:], _ORDERS[0]):
        found[name] = await measured(partial(header.setSortIndicator, column, Qt.SortOrder.DescendingOrder))
    field = person.find(SearchField, inside=page)

    def search() -> None:
        person.type(field, _SEARCH)
        person.press(Qt.Key.Key_Return)

    found["searched, as added"] = await measured(search)
    found["searched, by answer"] = await measured(partial(header.setSortIndicator, 2, Qt.SortOrder.AscendingOrder))
    return found
