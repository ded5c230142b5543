"""The saves of one row: in order, each against the version before it, nothing lost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from erpai_desktop.changes import Changes
from erpai_desktop.errors import ConflictError
from erpai_desktop.views.qas.saving import Fields, RowSaves
from erpai_desktop.workers.outcome import Outcome


@dataclass(frozen=True)
class Note:
    object_version: int = 1
    title: str = "a"
    text: str = "b"


class Store:
    """Answers when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[int | None, dict[str, Any]]] = []
        self._outcomes: list[tuple[Outcome[Changes], list[Note]]] = []
        self.saved_fields: list[dict[str, Any]] = []
        self.failed_fields: list[dict[str, Any]] = []
        self.saves = RowSaves(Note(), self.write, self)

    def write(self, version: int | None, fields: Fields, kept: list[Note]) -> Outcome[Changes]:
        self.asked.append((version, dict(fields)))
        outcome: Outcome[Changes] = Outcome()
        self._outcomes.append((outcome, kept))
        return outcome

    def succeed(self, note: Note) -> None:
        outcome, kept = self._outcomes.pop(0)
        kept.append(note)
        outcome.succeed(Changes())

    def fail(self, error: Exception) -> None:
        self._outcomes.pop(0)[0].fail(error)

    def saved(self, saves: RowSaves[Note], before: Note, fields: Fields) -> None:
        self.saved_fields.append(dict(fields))

    def not_saved(self, saves: RowSaves[Note], fields: Fields, error: Exception) -> bool:
        self.failed_fields.append(dict(fields))
        return True


def test_what_is_typed_during_a_save_follows_with_the_version_it_made() -> None:
    store = Store()
    store.saves.save({"text": "b1"})
    store.saves.save({"text": "b12"})
    store.saves.save({"title": "a1"})
    assert store.asked == [(1, {"text": "b1"})]
    assert store.saves.expected("text") == "b12"
    store.succeed(Note(4, text="b1"))
    assert store.asked[1:] == [(4, {"text": "b12", "title": "a1"})]
    store.succeed(Note(5, "a1", "b12"))
    assert not store.saves.is_busy
    assert store.saves.unsaved == {}


def test_going_back_to_the_old_text_while_the_new_one_is_stored() -> None:
    store = Store()
    store.saves.save({"text": "new"})
    assert store.saves.expected("text") == "new"
    store.saves.save({"text": "b"})
    store.succeed(Note(2, text="new"))
    assert store.asked[-1] == (2, {"text": "b"})


def test_what_is_stored_already_is_not_stored_again() -> None:
    store = Store()
    store.saves.save({"text": "b"})
    assert store.asked == []


def test_a_failure_gives_back_everything_that_was_typed() -> None:
    store = Store()
    store.saves.save({"text": "b1"})
    store.saves.save({"title": "a1"})
    store.fail(ConflictError("no", theirs={}, mine={}, current_version=7))
    assert store.failed_fields == [{"text": "b1", "title": "a1"}]
    assert len(store.asked) == 1
    store.saves.save({"text": "b"}, over=7)
    assert store.asked[-1] == (7, {"text": "b"})


def test_an_older_reading_never_replaces_a_newer_one() -> None:
    store = Store()
    store.saves.take(Note(3, text="newer"))
    store.saves.take(Note(2, text="older"))
    assert store.saves.details == Note(3, text="newer")
    store.saves.save({"text": "x"})
    store.saves.take(replace(Note(9)))
    assert store.saves.details.object_version == 3
