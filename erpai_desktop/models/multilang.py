"""Names in several languages: a map from language to text, and which of them to show."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from erpai_desktop.errors import InvalidInputError, Problem

MultiLanguageText = Mapping[str, str]
"""Language tag (BCP 47: `en`, `bg`, `pt-BR`) to text."""

FALLBACK_LANGUAGE = "en"
NAME_LIMIT = 256

_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


def text_in(names: MultiLanguageText, language: str) -> str:
    """The text to show in a language: that language's, then English, then the first; empty when there is none.

    `language` may be a tag or a platform's locale: `bg`, `bg-BG` and `bg_BG` all find `bg`. Blank texts count as
    absent.
    """
    by_tag = {_tag(tag): text for tag, text in names.items() if text.strip()}
    wanted = _tag(language)
    for tag in (wanted, wanted.partition("-")[0], FALLBACK_LANGUAGE):
        if tag in by_tag:
            return by_tag[tag]
    return next(iter(by_tag.values()), "")


def texts(names: MultiLanguageText) -> Iterator[str]:
    """Every text that is not blank, for search."""
    return (text for text in names.values() if text.strip())


def is_named(names: MultiLanguageText, wanted: str) -> bool:
    """Whether any language's text is `wanted`, whatever the case and the spaces between words."""
    key = _lookup_key(wanted)
    return bool(key) and any(_lookup_key(text) == key for text in names.values())


def validate_names(names: MultiLanguageText, limit: int = NAME_LIMIT) -> dict[str, str]:
    """The names as they should be stored: trimmed, the blank ones dropped, in the order given.

    `limit` counts characters of one text. Raises InvalidInputError with every problem at once: no name at all, a
    language that is no BCP 47 tag or is given twice, a text that is too long or has control characters or line
    breaks.
    """
    problems: list[Problem] = []
    kept: dict[str, str] = {}
    seen: set[str] = set()
    for tag, raw in names.items():
        field = f"name ({tag})"
        text = raw.strip()
        if not _TAG.fullmatch(tag):
            problems.append(Problem(f"“{_printable(tag)[:20]}” is not a language code such as en or bg", "name"))
        elif _tag(tag) in seen:
            problems.append(Problem("this language is given twice", field))
        elif any(unicodedata.category(character) in _UNPRINTABLE for character in text):
            problems.append(Problem("control characters and line breaks are not allowed", field))
        elif len(text) > limit:
            problems.append(Problem(f"{len(text)} characters, at most {limit} are allowed", field))
        elif text:
            kept[tag] = text
        seen.add(_tag(tag))
    if not kept and not problems:
        problems.append(Problem("a name is needed in at least one language", "name"))
    if problems:
        raise InvalidInputError("The name cannot be used.", problems=problems)
    return kept


# Control characters, lone surrogates, line and paragraph separators.
_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


def _printable(text: str) -> str:
    return "".join("�" if unicodedata.category(character) in _UNPRINTABLE else character for character in text)


def _tag(tag: str) -> str:
    return tag.partition(".")[0].replace("_", "-").lower()


def _lookup_key(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
