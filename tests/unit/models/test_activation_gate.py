"""When a new version is not activated by itself, and what is said then."""

from __future__ import annotations

import pytest

from erpai_desktop.models.activation_gate import why_not
from tests.evaluated import record, records


def verdict(new: str, active: str, *, margin: float = 0.02) -> str:
    return why_not(records(new), records(active), tests=len(new), margin=margin, active_name="v3")


@pytest.mark.parametrize(
    ("new", "active", "margin", "words"),
    [
        ("....", "....", 0.0, ""),
        ("....", "x.x.", 0.0, ""),
        ("x...", "....", 0.25, ""),
        (
            "x...",
            "....",
            0.2,
            "3 of the same 4 validation questions right, v3 4: 25 percentage points fewer, 20 allowed. v3 stays",
        ),
        ("x", ".", 0.5, "0 of the same 1 validation questions right, v3 1: 100 percentage points fewer, 50 allowed"),
        ("x...", "", 0.0, ""),
        ("", "....", 0.0, ""),
        # Only what both were asked counts: the fifth question is new.
        ("....x", "....", 0.0, ""),
    ],
)
def test_a_worse_version_waits_for_a_person(new: str, active: str, margin: float, words: str) -> None:
    said = verdict(new, active, margin=margin)
    assert said.startswith(words) and bool(said) == bool(words)
    if words:
        assert "v3 stays" in said


def test_another_desired_answer_makes_another_question() -> None:
    new = [record(1, right=False, expected="Something new.")]
    assert not why_not(new, records("."), tests=1, margin=0.0, active_name="v3")


def test_what_was_not_measured_is_not_trusted() -> None:
    assert "not measured" in why_not([], records(".."), tests=2, margin=0.5, active_name="v3")


def test_why_it_was_not_measured_is_said() -> None:
    said = why_not([], records(".."), tests=2, margin=0.5, active_name="v3", unmeasured="The key is refused.")
    assert said.startswith("It was not measured by the validation questions: The key is refused. Nothing says")
