"""Watches the interface's thread: how long it was ever kept from its event loop."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from PySide6.QtCore import QObject, QTimer


class Watchdog(QObject):
    """`with Watchdog() as dog: …`; `dog.longest_ms` is the longest gap between two beats, less their interval.

    `dog.busiest_ms` is the most that this thread itself computed between two beats: what it was kept from by other
    programs is not in it.
    """

    _INTERVAL_MS = 2

    def __init__(self) -> None:
        super().__init__()
        self.longest_ms = 0.0
        self.busiest_ms = 0.0
        self.gaps_ms: list[float] = []
        self._last = 0.0
        self._last_computed = 0.0
        self._timer = QTimer(self, interval=self._INTERVAL_MS)
        self._timer.timeout.connect(self._beat)

    def __enter__(self) -> Self:
        self._last = time.perf_counter()
        self._last_computed = time.thread_time()
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.stop()

    def _beat(self) -> None:
        now, computed = time.perf_counter(), time.thread_time()
        self.busiest_ms = max(self.busiest_ms, (computed - self._last_computed) * 1000)
        self._last_computed = computed
        gap = (now - self._last) * 1000 - self._INTERVAL_MS
        self._last = now
        self.gaps_ms.append(gap)
        self.longest_ms = max(self.longest_ms, gap)
