"""The pinned PySide6 is a sound one: 6.12.0 lost a reference to None with each call that returns nothing."""

from __future__ import annotations

import sys
from typing import Any


def test_void_calls_do_not_lose_references_to_none(qapp: Any) -> None:
    before = sys.getrefcount(None)
    for _ in range(1_000):
        qapp.processEvents()
    assert abs(sys.getrefcount(None) - before) < 500
