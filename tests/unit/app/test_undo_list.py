"""What can be taken back, and done again, in one window."""

from __future__ import annotations

from uuid import UUID, uuid4

from erpai_desktop.app.undo_list import UndoList
from erpai_desktop.changes import Changes, Entity


def did(label: str, *, undoes: UUID | None = None, entity: Entity = Entity.QA) -> Changes:
    return Changes(rows={entity: frozenset({uuid4()})}, action_id=uuid4(), label=label, undoes=undoes)


def test_the_newest_own_change_is_taken_back_first_and_done_again_last() -> None:
    undos = UndoList()
    first, second = did("Rename"), did("Delete")
    for changes in (first, second):
        undos.note(changes, own=True)
    assert undos.undo_label == "Delete"
    assert undos.take_undo() == (second.action_id, "Delete")
    back = did("Undo “Delete”", undoes=second.action_id)
    undos.note(back, own=True)
    assert (undos.undo_label, undos.redo_label) == ("Rename", "Delete")
    assert undos.take_redo() == (back.action_id, "Delete")
    undos.note(did("Redo", undoes=back.action_id), own=True)
    assert (undos.undo_label, undos.redo_label) == ("Delete", "")


def test_a_new_change_forgets_what_could_be_done_again() -> None:
    undos = UndoList()
    first = did("Rename")
    undos.note(first, own=True)
    undos.take_undo()
    undos.note(did("Undo", undoes=first.action_id), own=True)
    assert undos.redo_label == "Rename"
    undos.note(did("Delete"), own=True)
    assert undos.redo_label == ""


def test_changes_of_others_and_of_chats_are_not_ours_to_take_back() -> None:
    undos = UndoList()
    undos.note(did("Rename"), own=False)
    undos.note(did("Ask", entity=Entity.CHAT_MESSAGE), own=True)
    assert undos.undo_label == ""
    assert undos.take_undo() is None


def test_an_undo_by_a_notices_button_counts_too() -> None:
    undos = UndoList()
    first = did("Delete")
    undos.note(first, own=True)
    undos.note(did("Undo", undoes=first.action_id), own=True)
    assert (undos.undo_label, undos.redo_label) == ("", "Delete")
