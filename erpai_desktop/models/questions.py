"""When two questions are the same question: the key by which knowledge is compared."""

from __future__ import annotations

import unicodedata

# Marks that end a sentence. Full-width forms and the ellipsis need no mention: NFKC turns them into these.
# Besides ASCII: Chinese/Japanese and half-width full stops, Arabic and Urdu, Devanagari, Armenian, interrobang.
END_PUNCTUATION = ".?!;:" + "。｡؟۔؛।॥։‽"
_STRIPPED = END_PUNCTUATION + " "
_ASCII_STRIPPED = ".?!;: "


def question_key(text: str) -> str:
    """The normal form of a question: NFKC, casefold, collapsed spaces, stripped end punctuation.

    Two questions are the same when their keys are equal. The key is empty when nothing but spaces and end
    punctuation was asked. Any text is legal, control characters and lone surrogates included, and a key is
    its own key.
    """
    if text.isascii():
        # Nearly every row of a large workspace. For ASCII, NFKC changes nothing and casefold is lower.
        return " ".join(text.lower().split()).rstrip(_ASCII_STRIPPED)
    # Casefolding can leave what NFKC would compose otherwise (Unicode 3.13, D146), so it is normalised again.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.split()).rstrip(_STRIPPED)


def answer_key(text: str) -> str:
    """The form by which two answers count as one: composed (NFC) and with collapsed spaces and line breaks.

    Case and punctuation stay, for an answer is given word for word.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return " ".join(text.split())
