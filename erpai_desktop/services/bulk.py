"""For reads that make hundreds of thousands of small objects and throw them away again."""

from __future__ import annotations

import functools
import gc
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def without_collecting(function: Callable[P, T]) -> Callable[P, T]:
    """Look for no reference cycles while the function runs.

    Python would do so again and again while the rows are made, stopping every thread, the interface's too, for a tenth
    of a second at a time; rows have no cycles, and are gone when the function returns.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        was_on = gc.isenabled()
        gc.disable()
        try:
            return function(*args, **kwargs)
        finally:
            # Of several at the same time, the one that switched it off switches it on.
            if was_on:
                gc.enable()

    return run
