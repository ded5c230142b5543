"""Saves the edits of one row one after the other, each against the version that the one before has made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, Protocol, TypeVar

import shiboken6
from PySide6.QtCore import QObject

from erpai_desktop.changes import Changes
from erpai_desktop.workers.outcome import Outcome


class Versioned(Protocol):
    """A snapshot of a row that can be edited."""

    @property
    def object_version(self) -> int:
        """What the next save is checked against."""
        ...


Details = TypeVar("Details", bound=Versioned)
Fields = Mapping[str, Any]


class SaveListener(Protocol, Generic[Details]):
    """Who shows how the saves of a row go. Once it is a widget that is gone, it is not told any more."""

    def saved(self, saves: RowSaves[Details], before: Details, fields: Fields) -> None:
        """These fields are stored, and perhaps others by somebody else; `saves.details` is the row as it is now."""

    def not_saved(self, saves: RowSaves[Details], fields: Fields, error: Exception) -> bool:
        """These fields are not stored; True when the person has been told."""


class RowSaves(Generic[Details]):
    """The saves of one row. It lives on until the last edit is stored, even when its page has been closed.

    `write(object_version, fields, kept)` begins a save and puts the row as the same transaction left it into `kept`.
    """

    def __init__(
        self,
        details: Details,
        write: Callable[[int | None, Fields, list[Details]], Outcome[Changes]],
        listener: SaveListener[Details],
    ) -> None:
        self.details = details
        """The row as it was last known to be stored."""
        self._write = write
        self._listener = listener
        self._waiting: dict[str, Any] = {}
        self._under_way: dict[str, Any] = {}

    @property
    def is_busy(self) -> bool:
        """Whether a save is under way."""
        return bool(self._under_way)

    @property
    def unsaved(self) -> Fields:
        """What is being stored now, and what will be after it."""
        return {**self._under_way, **self._waiting}

    def expected(self, name: str) -> object:
        """What a field will hold once all is stored."""
        return self.unsaved[name] if name in self.unsaved else getattr(self.details, name)

    def save(self, fields: Fields, *, over: int | None = None) -> None:
        """Store these fields, after those that are being stored now.

        `over` is the version of a conflict that the person has decided.
        """
        self._waiting.update(fields)
        if not self._under_way:
            self._next(over)

    def take(self, details: Details) -> None:
        """The row has been read anew, without a save of ours."""
        if not self._under_way and details.object_version >= self.details.object_version:
            self.details = details

    def _next(self, over: int | None = None) -> None:
        fields = {
            name: value
            for name, value in self._waiting.items()
            if over is not None or value != getattr(self.details, name)
        }
        self._waiting.clear()
        if not fields:
            return
        self._under_way = fields
        kept: list[Details] = []
        version = self.details.object_version if over is None else over
        # Neither listener is a widget's method, so both are called even when no widget is left.
        self._write(version, fields, kept).then(lambda _changes: self._stored(kept[0])).otherwise(self._failed)

    def _stored(self, details: Details) -> None:
        fields, self._under_way = self._under_way, {}
        before, self.details = self.details, details
        if self._is_heard():
            self._listener.saved(self, before, fields)
        if self._waiting and not self._under_way:
            self._next()

    def _failed(self, error: Exception) -> bool:
        # What was typed meanwhile belongs to the same text: neither is tried again before the person has looked.
        fields = {**self._under_way, **self._waiting}
        self._under_way = {}
        self._waiting.clear()
        return self._is_heard() and self._listener.not_saved(self, fields, error)

    def _is_heard(self) -> bool:
        return not isinstance(self._listener, QObject) or shiboken6.isValid(self._listener)
