"""From any text to clean text, words and product codes. Pure, and total: no text makes it fail."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MAX_CHARS = 2000
"""Longer questions keep their first 1,500 and last 500 characters: the matter stands at either end."""

MAX_WORDS = 96

_HEAD, _TAIL = 1500, 500
# Lone surrogates, control characters and line separators part words; invisible marks do not.
_BREAKING = re.compile("[\x00-\x20\x7f-\xa0\u1680\u2028\u2029\ud800-\udfff\ufffc\ufffd]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufe00-\ufe0f]+")
_WORD = re.compile(r"[^\W_]+(?:[-./_'’][^\W_]+)*")
_PART = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")
_NOT_LATIN = re.compile("[\u0250-\u1dff\u2c00-\ua7ff\uab00-\uabff\ufb1d-\ufdff\ufe70-\ufefe\U00010000-\U0003ffff]")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Words:
    """The distinct words of a text, in order: plain ones, ones with a digit, and whole product codes.

    A code such as "VT-2040-B" gives the code `vt2040b` and the words `vt`, `2040` and `b`.
    """

    plain: tuple[str, ...]
    numbers: tuple[str, ...]
    codes: tuple[str, ...]


def clean(text: str) -> str:
    """NFKC text without control characters, spaces collapsed, at most MAX_CHARS long, case kept."""
    if len(text) > 2 * MAX_CHARS:
        text = f"{text[: 2 * _HEAD]} {text[-2 * _TAIL :]}"
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", _BREAKING.sub(" ", text)))
    text = _BREAKING.sub(" ", text).strip()
    if len(text) > MAX_CHARS:
        text = f"{text[:_HEAD]} {text[-_TAIL:]}"
    return text


def words(cleaned: str) -> Words:
    """The words of a cleaned text, casefolded, at most MAX_WORDS of each kind."""
    plain: dict[str, None] = {}
    numbers: dict[str, None] = {}
    codes: dict[str, None] = {}
    for token in _WORD.findall(cleaned.casefold()):
        if _DIGIT.search(token) is None:
            for part in _PART.findall(token) if not token.isalnum() else (token,):
                plain[part] = None
            continue
        parts = _PART.findall(token)
        squeezed = "".join(parts)
        if is_code(squeezed):
            codes[squeezed] = None
        for part in parts:
            (numbers if _DIGIT.search(part) else plain)[part] = None
    return Words(tuple(plain)[:MAX_WORDS], tuple(numbers)[:MAX_WORDS], tuple(codes)[:MAX_WORDS])


def is_code(squeezed: str) -> bool:
    """Whether a token with a digit names one thing: letters beside digits, or five digits and more.

    Ordinals and quantities ("1st", "20kg", "2024") are no codes.
    """
    digits = sum(map(str.isdigit, squeezed))
    letters = len(squeezed) - digits
    return digits >= 5 or (digits >= 2 and letters >= 1 and len(squeezed) >= 4 and not _QUANTITY.match(squeezed))


_QUANTITY = re.compile(r"\d+(?:st|nd|rd|th|kg|g|mm|cm|m|km|l|ml|h|hrs?|hours?|mins?|days?|pcs|eur|usd|bgn|kw|w|v)$")


# Frequent in English questions, and no words of other languages that are written alike.
_ENGLISH = re.compile(
    r"\b(?:the|what|how|where|when|who|which|why|is|are|does|my|your|can|should|would|of|to|and|for|with|from|it|"
    r"have|has|this|that|we|you|i'm|there)\b",
    re.IGNORECASE,
)


def looks_english(cleaned: str) -> bool:
    """Whether a text has an English function word."""
    return _ENGLISH.search(cleaned) is not None


def mostly_latin(cleaned: str) -> bool:
    """Whether at least half of the letters are Latin; true of a text without letters."""
    if cleaned.isascii():
        return True
    return 2 * len(_NOT_LATIN.findall(cleaned)) <= len(_LETTER.findall(cleaned))
