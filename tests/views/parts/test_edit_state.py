"""Merging what is stored with what is being typed, field by field."""

from __future__ import annotations

from erpai_desktop.views.parts.edit_state import EditState
from erpai_desktop.views.parts.flat_fields import arguments, flat


def state(**base: object) -> EditState:
    made = EditState()
    made.take(base, 1, base)
    return made


def test_the_first_reading_is_shown_as_it_is() -> None:
    made = EditState()
    assert made.take({"a": "1"}, 4, {"a": ""}) == {"a": "1"}
    assert made.version == 4
    assert made.edited({"a": "1"}) == {}


def test_an_untouched_field_follows_and_an_edited_one_stays() -> None:
    made = state(a="1", b="1")
    assert made.take({"a": "2", "b": "1"}, 2, {"a": "1", "b": "mine"}) == {"a": "2", "b": "mine"}
    assert made.version == 2
    assert made.edited({"a": "2", "b": "mine"}) == {"b": "mine"}


def test_a_field_changed_on_both_sides_keeps_the_old_version() -> None:
    made = state(a="1")
    assert made.take({"a": "theirs"}, 2, {"a": "mine"}) == {"a": "mine"}
    assert made.version == 1, "so that the save is found to be stale"


def test_the_same_change_on_both_sides_is_no_quarrel() -> None:
    made = state(a="1")
    made.take({"a": "same"}, 2, {"a": "same"})
    assert made.version == 2
    assert made.edited({"a": "same"}) == {}


def test_what_was_saved_here_is_no_change_elsewhere() -> None:
    made = state(a="1")
    made.saved({"a": "one"})
    assert made.take({"a": "one"}, 2, {"a": "one two"}) == {"a": "one two"}
    assert made.version == 2
    assert made.edited({"a": "one two"}) == {"a": "one two"}


def test_names_are_saved_all_together() -> None:
    shown = flat({"names": {"en": "A", "bg": "Б", "de": ""}, "notes": "n"})
    assert arguments({"name:en": "B"}, shown) == {"names": {"en": "B", "bg": "Б"}}
    assert arguments({"notes": "m"}, shown) == {"notes": "m"}
