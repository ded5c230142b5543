"""Saves the edits of one row one after the other, each against the version that the one before has made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Generic, Protocol, TypeVar

import shiboken6
from PySide6.QtCore import QObject

from erpai_desktop.changes import Changes
from erpai_desktop.errors import ConflictError
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

    def saved(self, saves: RowSaves[Details], details: Details, fields: Fields) -> None:
        """These fields are stored; `details` is the row as it is now."""

    def not_saved(self, saves: RowSaves[Details], fields: Fields, error: Exception) -> bool:
        """These fields are not stored; True when the person has been told."""


class RowSaves(Generic[Details]):
    """The saves of one row. It lives on until the last edit is stored, even when its page has been closed.

    `write(object_version, fields)` begins a save, `read()` a new reading of the row.
    """

    def __init__(
        self,
        details: Details,
        write: Callable[[int | None, Fields], Outcome[Changes]],
        read: Callable[[], Outcome[Details]],
        listener: SaveListener[Details],
    ) -> None:
        self.details = details
        """The row as it was last known to be stored."""
        self._write = write
        self._read = read
        self._listener = listener
        self._waiting: dict[str, Any] = {}
        self._under_way: dict[str, Any] = {}

    @property
    def is_busy(self) -> bool:
        """Whether a save is under way."""
        return bool(self._under_way)

    @property
    def unsaved(self) -> Fields:
        """What has been given to `save` and is not yet known to be stored."""
        return {**self._under_way, **self._waiting}

    def save(self, fields: Fields) -> None:
        """Store these fields, after those that are being stored now."""
        self._waiting.update(fields)
        if not self._under_way:
            self._next(self.details.object_version)

    def save_over(self, fields: Fields, version: int) -> None:
        """Store what the person chose after a conflict with `version`."""
        self._waiting.update(fields)
        if not self._under_way:
            self._next(version)

    def take(self, details: Details) -> None:
        """The row has been read anew, without a save of ours."""
        if not self._under_way:
            self.details = details

    def _next(self, version: int) -> None:
        fields = {
            name: value
            for name, value in self._waiting.items()
            if version != self.details.object_version or value != getattr(self.details, name)
        }
        self._waiting.clear()
        if not fields:
            return
        self._under_way = fields
        self._write(version, fields).then(self._stored).otherwise(self._failed)

    # Both are methods of a plain object, so they are called even when no widget is left.

    def _stored(self, _changes: Changes) -> None:
        self._read().then(self._read_again).otherwise(self._not_read)

    def _read_again(self, details: Details) -> None:
        fields, self._under_way = self._under_way, {}
        self.details = details
        if self._is_heard():
            self._listener.saved(self, details, fields)
        if self._waiting and not self._under_way:
            self._next(details.object_version)

    def _not_read(self, _error: Exception) -> bool:
        self._under_way = {}
        return False

    def _failed(self, error: Exception) -> bool:
        # What was typed meanwhile belongs to the same text: neither is tried again before the person has looked.
        fields = {**self._under_way, **self._waiting}
        self._under_way = {}
        self._waiting.clear()
        return self._is_heard() and self._listener.not_saved(self, fields, error)

    def _is_heard(self) -> bool:
        return not isinstance(self._listener, QObject) or shiboken6.isValid(self._listener)


def conflict_of(error: Exception) -> ConflictError | None:
    """The error as a conflict, if it is one."""
    return error if isinstance(error, ConflictError) else None
