"""Importing what is heavy while the window is up: in a thread, once, and without the collector standing in the way."""

from __future__ import annotations

import gc
from collections.abc import Callable

from erpai_desktop.workers.threads import in_a_thread

_done: set[Callable[[], object]] = set()


async def prepare(load: Callable[[], object]) -> None:
    """Run `load`, which imports modules and may be called again and again, in a thread; at once when it has been run.

    The interpreter is given up every few milliseconds, so the window goes on. What would stop it is the collector,
    which looks through all that has just been imported for garbage (100 ms): it rests meanwhile, and afterwards what
    was imported is left out of its sight, for it stays for good.
    """
    if load in _done:
        return
    await in_a_thread(_unhindered, load)
    _done.add(load)


def _unhindered(load: Callable[[], object]) -> None:
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        load()
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
