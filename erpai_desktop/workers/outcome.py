"""What a view holds of something under way: whom to tell when it ends."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Generic, TypeVar

import shiboken6
from PySide6.QtCore import QObject

T = TypeVar("T")


class Outcome(Generic[T]):
    """Tells its listeners once, on the interface's thread. A superseded or cancelled one tells nobody.

    A listener that is a method of a widget that is gone by then is not called. For a plain function give the widget
    it works on as `owner`.
    """

    def __init__(self) -> None:
        self._listeners: list[tuple[Callable[[T], object], QObject | None]] = []
        self._handlers: list[tuple[Callable[[Exception], bool], QObject | None]] = []

    def then(self, listener: Callable[[T], object], *, owner: QObject | None = None) -> Outcome[T]:
        """Call this with the result."""
        self._listeners.append((listener, owner or _owner(listener)))
        return self

    def otherwise(self, handler: Callable[[Exception], bool], *, owner: QObject | None = None) -> Outcome[T]:
        """Ask this first when it fails: True means the error has been dealt with and is shown nowhere else."""
        self._handlers.append((handler, owner or _owner(handler)))
        return self

    def succeed(self, result: T) -> None:
        """Called by the runner."""
        for listener, owner in self._listeners:
            if owner is None or shiboken6.isValid(owner):
                listener(result)

    @property
    def forsaken(self) -> bool:
        """Whether somebody waited for it, and all of them are gone."""
        owners = [owner for _listener, owner in (*self._listeners, *self._handlers)]
        return bool(owners) and all(owner is not None and not shiboken6.isValid(owner) for owner in owners)

    def fail(self, error: Exception) -> bool:
        """Called by the runner; whether a handler dealt with the error."""
        return any(handler(error) for handler, owner in self._handlers if owner is None or shiboken6.isValid(owner))


def _owner(function: Callable[..., object]) -> QObject | None:
    bound_to = getattr(function, "__self__", None) if inspect.ismethod(function) else None
    return bound_to if isinstance(bound_to, QObject) else None
