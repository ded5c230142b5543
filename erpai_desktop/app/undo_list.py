"""What this window has done and can take back, and what it took back and can do again."""

from __future__ import annotations

from erpai_desktop.changes import Changes
from erpai_desktop.models.ids import ActionId

Entry = tuple[ActionId, str]
"""An action of the history and its label."""

_KEPT = 50


class UndoList:
    """Follows the changes: an undo by a notice's button counts as much as one by Ctrl+Z."""

    def __init__(self) -> None:
        self._undoable: list[Entry] = []
        self._redoable: list[Entry] = []
        # Asked for and not committed yet.
        self._undoing: list[Entry] = []
        self._redoing: list[Entry] = []

    @property
    def undo_label(self) -> str:
        """What Undo would take back; empty when there is nothing."""
        return self._undoable[-1][1] if self._undoable else ""

    @property
    def redo_label(self) -> str:
        """What Redo would do again; empty when there is nothing."""
        return self._redoable[-1][1] if self._redoable else ""

    def take_undo(self) -> Entry | None:
        """The newest action, now being taken back: asking twice quickly takes back two actions."""
        return _move_last(self._undoable, self._undoing)

    def take_redo(self) -> Entry | None:
        """The newest undo, now being taken back."""
        return _move_last(self._redoable, self._redoing)

    def note(self, changes: Changes, *, own: bool) -> None:
        """Something was committed; `own` says that it was done in this window."""
        if changes.action_id is None:
            return
        done = ActionId(changes.action_id)
        if changes.undoes is None:
            if own and changes.label and changes.undoable:
                self._undoable = [*self._undoable[1 - _KEPT :], (done, changes.label)]
                self._redoable.clear()
            return
        for waiting, asked, other in (
            (self._undoable, self._undoing, self._redoable),
            (self._redoable, self._redoing, self._undoable),
        ):
            for entries in (waiting, asked):
                for entry in [entry for entry in entries if entry[0] == changes.undoes]:
                    entries.remove(entry)
                    other.append((done, entry[1]))
                    return


def _move_last(entries: list[Entry], to: list[Entry]) -> Entry | None:
    if not entries:
        return None
    entry = entries.pop()
    to[:] = [*to[1 - _KEPT :], entry]
    return entry
