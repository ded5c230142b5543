"""What a text says: figures, names, words, and what it denies."""

from __future__ import annotations

import pytest

from erpai_desktop.models.said import contradiction, not_said, said, share_said


def test_figures_are_compared_however_they_are_written() -> None:
    assert said("three years, 1,000.50 EUR, VT-2040-B").figures == said("3 years; 1000.5 and vt2040b").figures
    assert "one" not in said("the one that delivers").figures


def test_names_are_capitalised_words_within_a_sentence() -> None:
    assert said("Ask Maria in Plovdiv. Then call.").names == {"maria", "plovdiv"}
    german = said("Die Gewährleistung für Zelte gilt drei Jahre ab dem Tag des Kaufs im Laden der Firma")
    assert not german.names


def test_endings_do_not_matter_but_words_do() -> None:
    there = said("The carrier delivers tents by car under warranty.")
    assert not_said({"deliver", "tent", "warranties", "carpet", "boat"}, there) == ["boat", "carpet"]
    assert share_said(said("deliver a boat").words, there) == 0.5
    assert share_said(frozenset(), there) == 1


@pytest.mark.parametrize(
    ("text", "other", "asked", "clause"),
    [
        ("Tents can be returned.", "Tents cannot be returned.", "", "Tents can be returned"),
        ("Used tents cannot be returned.", "Used tents can be returned.", "", "Used tents cannot be returned"),
        ("Yes, gladly.", "No.", "", "Yes"),
        ("Yes, opened tents are returned.", "No.", "Are opened tents returned?", "opened tents are returned"),
        ("We deliver parcels daily.", "We deliver parcels daily, but not on Sundays.", "", ""),
        ("We are open from nine.", "Three years.", "", ""),
    ],
)
def test_a_contradiction_is_found_by_its_clause(text: str, other: str, asked: str, clause: str) -> None:
    assert contradiction(text, other, asked=asked) == clause


@pytest.mark.parametrize("text", ["", "\0", "\ud800", "[[[", "a" * 10_000, "🙂 1 ١ ², ½"])
def test_any_text_is_legal(text: str) -> None:
    assert contradiction(text, text) == ""
