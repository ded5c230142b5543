"""Names in several languages."""

from __future__ import annotations

import pytest

from erpai_desktop.errors import InvalidInputError
from erpai_desktop.models.multilang import is_named, text_in, texts, validate_names

BOTH = {"bg": "Продажби", "en": "Sales"}


@pytest.mark.parametrize(
    ("names", "language", "shown"),
    [
        (BOTH, "bg", "Продажби"),
        (BOTH, "bg-BG", "Продажби"),
        (BOTH, "bg_BG.UTF-8", "Продажби"),
        (BOTH, "BG", "Продажби"),
        (BOTH, "en", "Sales"),
        (BOTH, "de", "Sales"),
        (BOTH, "", "Sales"),
        ({"bg": "Продажби", "de": "Verkauf"}, "fr", "Продажби"),
        ({"bg": " ", "en": "Sales"}, "bg", "Sales"),
        ({"bg": "", "en": "", "de": "Verkauf"}, "bg", "Verkauf"),
        ({"pt": "Vendas", "pt-BR": "Comercial"}, "pt-BR", "Comercial"),
        ({}, "en", ""),
    ],
)
def test_the_language_then_english_then_the_first(names: dict[str, str], language: str, shown: str) -> None:
    assert text_in(names, language) == shown


@pytest.mark.parametrize("wanted", ["sales", "SALES", " Продажби ", "продажби"])
def test_lookup_covers_all_languages(wanted: str) -> None:
    assert is_named(BOTH, wanted)


@pytest.mark.parametrize("wanted", ["sale", "", " ", "Marketing"])
def test_lookup_wants_the_whole_name(wanted: str) -> None:
    assert not is_named(BOTH | {"de": ""}, wanted)


def test_search_covers_all_texts_that_say_something() -> None:
    assert list(texts({"en": "Sales", "bg": " ", "de": "Verkauf"})) == ["Sales", "Verkauf"]


def test_names_are_stored_trimmed_and_without_blanks() -> None:
    assert validate_names({"en": " Sales ", "bg": "  "}) == {"en": "Sales"}
    assert validate_names({"en": "x" * 256}) == {"en": "x" * 256}


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        ({}, "at least one language"),
        ({"en": "  "}, "at least one language"),
        ({"en": "x" * 257}, "257 characters, at most 256"),
        ({"english": "Sales"}, "not a language code"),
        ({"": "Sales"}, "not a language code"),
        ({"en\n": "Sales"}, "not a language code"),
        ({"en": "Sales", "EN": "Sale"}, "given twice"),
        ({"en": "Sa\x00les"}, "control characters"),
        ({"en": "Sales\nand more"}, "line breaks"),
        ({"en": "Sales \ud800"}, "control characters"),
    ],
)
def test_a_name_that_cannot_be_used(names: dict[str, str], problem: str) -> None:
    with pytest.raises(InvalidInputError) as raised:
        validate_names(names)
    assert problem in str(raised.value)
    str(raised.value).encode()  # A message can be shown and logged whatever the input was.


def test_all_problems_at_once() -> None:
    with pytest.raises(InvalidInputError) as raised:
        validate_names({"en": "x" * 300, "bg": "a\nb", "??": "y"})
    assert [problem.field for problem in raised.value.problems] == ["name (en)", "name (bg)", "name"]


def test_another_limit() -> None:
    with pytest.raises(InvalidInputError, match="at most 3"):
        validate_names({"en": "four"}, limit=3)
