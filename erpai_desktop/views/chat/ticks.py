"""Which messages are ticked, in the order of the conversation; Shift ticks all since the last one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from erpai_desktop.models.ids import ChatMessageId


class Ticks(QObject):
    """Survives a refresh of the conversation and is emptied with another one."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._order: tuple[ChatMessageId, ...] = ()
        self._ticked: set[ChatMessageId] = set()
        self._last: ChatMessageId | None = None

    @property
    def ticked(self) -> tuple[ChatMessageId, ...]:
        """The ticked messages in order."""
        return tuple(message_id for message_id in self._order if message_id in self._ticked)

    def is_ticked(self, message_id: ChatMessageId) -> bool:
        """Whether that one is."""
        return message_id in self._ticked

    def keep(self, order: Sequence[ChatMessageId], *, clear: bool) -> None:
        """Take over the messages of the conversation; ticks of those that are gone go with them."""
        self._order = tuple(order)
        kept = set() if clear else self._ticked & set(order)
        self._last = None if self._last not in kept else self._last
        self._replace(kept)

    def clear(self) -> None:
        """Untick all."""
        self._last = None
        self._replace(set())

    def tick(self, message_id: ChatMessageId, ticked: bool) -> None:
        """Tick or untick one."""
        self._last = message_id
        self._replace(self._ticked | {message_id} if ticked else self._ticked - {message_id})

    def on_tick(self, message_id: ChatMessageId, ticked: bool, as_range: bool) -> None:
        """The person ticked or unticked one; as a range, all between it and the one before follow it."""
        if not as_range or self._last not in self._order:
            self.tick(message_id, ticked)
            return
        first, last = sorted((self._order.index(self._last), self._order.index(message_id)))
        between = set(self._order[first : last + 1])
        self._last = message_id
        self._replace(self._ticked | between if ticked else self._ticked - between)

    def _replace(self, ticked: set[ChatMessageId]) -> None:
        if ticked != self._ticked:
            self._ticked = ticked
            self.changed.emit()
