"""New row ids: UUID version 7, so that ids sort by creation and inserts touch neighbouring index pages."""

from __future__ import annotations

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562, section 5.7), strictly increasing within this process.

    48 bits of milliseconds, then 12 bits that carry the sub-millisecond (method 3 of section 6.2), then 62 random bits.
    """
    global _last
    with _lock:
        ticks = max(time.time_ns() * 4096 // 1_000_000, _last + 1)
        _last = ticks
    milliseconds, fraction = divmod(ticks, 4096)
    random = int.from_bytes(os.urandom(8), "big") >> 2
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | (fraction << 64) | (0b10 << 62) | random)
