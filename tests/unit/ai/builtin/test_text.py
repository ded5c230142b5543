"""Words and codes of any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erpai_desktop.ai.builtin.text import MAX_CHARS, clean, is_code, looks_english, mostly_latin, words


def test_clean_joins_what_is_written_alike() -> None:
    assert clean(" ﬁle\u00a0\u200bname\x00\n№\ud800 ") == "file name No"


def test_a_long_text_keeps_both_ends() -> None:
    text = clean("start " + "middle " * 40_000 + "end")
    assert len(text) <= MAX_CHARS + 1
    assert text.startswith("start ")
    assert text.endswith(" end")


@given(st.text(st.characters(), max_size=400))
def test_clean_and_words_never_fail(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned).isprintable() or cleaned
    assert len(cleaned) <= MAX_CHARS + 1
    words(cleaned)
    cleaned.encode()


def test_a_code_is_one_word_and_its_parts() -> None:
    found = words("Weight of VT-2040-B, please")
    assert found.codes == ("vt2040b",)
    assert found.numbers == ("2040",)
    assert found.plain == ("weight", "of", "vt", "b", "please")
    assert words("vt2040b").codes == words("VT-2040-B").codes == words("Vt.2040/b").codes


@pytest.mark.parametrize("code", ["vt2040b", "r10x", "100234", "iso9001"])
def test_codes(code: str) -> None:
    assert is_code(code)


@pytest.mark.parametrize("number", ["2024", "30", "1st", "20kg", "r7", "100days", "500eur"])
def test_numbers_and_quantities_are_no_codes(number: str) -> None:
    assert not is_code(number)


def test_scripts_and_languages_are_told_apart() -> None:
    assert mostly_latin("How do I reset my password")
    assert mostly_latin("Größe in Zoll")
    assert not mostly_latin("Как да сменя паролата си")
    assert looks_english("reset the password")
    assert not looks_english("Wie lautet das Passwort")
