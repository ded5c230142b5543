"""Heavy imports happen in a thread, once, and the collector does not stop the window meanwhile."""

from __future__ import annotations

import gc
import threading

import pytest

from erpai_desktop.workers.heavy_imports import prepare


async def test_it_is_run_once_in_a_thread_without_the_collector() -> None:
    seen: list[tuple[threading.Thread, bool]] = []

    def load() -> None:
        seen.append((threading.current_thread(), gc.isenabled()))

    before = gc.get_freeze_count()
    await prepare(load)
    await prepare(load)
    ((thread, collects),) = seen
    assert thread is not threading.main_thread() and not collects
    # What was imported stays for good, and is not looked through again.
    assert gc.isenabled() and gc.get_freeze_count() > before


async def test_what_failed_is_tried_again() -> None:
    tries: list[int] = []

    def load() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise ImportError("no such module")

    with pytest.raises(ImportError):
        await prepare(load)
    assert gc.isenabled()
    await prepare(load)
    assert len(tries) == 2
