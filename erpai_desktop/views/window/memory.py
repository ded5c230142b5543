"""Remembers where the window's parts were: one small object, given a QSettings by whoever builds the window."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings

# Raise it when docks are added or renamed: Qt then ignores a state that no longer fits.
LAYOUT_VERSION = 1


class WindowMemory:
    """Reads and writes places, sizes and small choices of the interface; never anything of a workspace."""

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings

    def bytes(self, key: str) -> QByteArray | None:
        """Stored bytes, or None when there are none or something else stands there."""
        value = self._settings.value(f"window/{key}")
        return value if isinstance(value, QByteArray) and not value.isEmpty() else None

    def set_bytes(self, key: str, value: QByteArray) -> None:
        """Store bytes, e.g. a splitter's or a header's state."""
        self._settings.setValue(f"window/{key}", value)

    def text(self, key: str, default: str = "") -> str:
        """A stored text, or `default`."""
        value = self._settings.value(f"window/{key}", default)
        return value if isinstance(value, str) else default

    def set_text(self, key: str, value: str) -> None:
        """Store a text, e.g. the theme or the page that was open."""
        self._settings.setValue(f"window/{key}", value)

    def save(self) -> None:
        """Write to disk now."""
        self._settings.sync()
