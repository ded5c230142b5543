"""Masks what must not be written down: the keys in use, and whatever looks like a key or a token.

Keys are kept out of logs and reports where they are handled; this is the second wall, for the day the first has a hole.
"""

from __future__ import annotations

import re
import threading
import weakref
from collections.abc import Iterator
from typing import Final, Protocol
from urllib.parse import quote

MASK: Final = "••••"

_SHORTEST: Final = 6
"""Characters from which on a key is looked for: a shorter one would be found in the middle of words."""

# Each keeps what stands before the secret, so that one still sees what was there.
_LOOKS_SECRET: Final = (
    re.compile(
        r"(?i)((?:authorization|x-api-key|api[-_ ]?key|access[-_]?token|client[-_]?secret|passw(?:or)?d)"
        r"[\"']?\s*[:=]\s*[\"']?)(?:(?:bearer|basic)\s+)?[^\s\"',;&]{4,}"
    ),
    re.compile(r"(?i)\b((?:bearer|basic)\s+)[^\s\"',;•]{6,}"),
    # An address with a password in it.
    re.compile(r"(://[^\s/@:]*:)[^\s/@]+(?=@)"),
    # As providers' keys begin: OpenAI and many after it, GitHub, Hugging Face, Google, Groq; and a JSON Web Token.
    re.compile(r"()\b(?:sk|pk|rk)-[^\s\"',;]{8,}"),
    re.compile(r"()\b(?:gh[opsu]_|hf_|gsk_|AIza)[A-Za-z0-9_-]{12,}"),
    re.compile(r"()\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9._-]{8,}"),
)


class Secret(Protocol):
    """What pydantic's SecretStr is."""

    def get_secret_value(self) -> str:
        """The secret itself."""
        ...


_known: list[weakref.ref[Secret]] = []
_lock = threading.Lock()


def keep_secret(secret: Secret) -> None:
    """Mask this key from now on for as long as somebody holds it. It is not held here."""
    with _lock:
        _known[:] = [known for known in _known if known() is not None]
        _known.append(weakref.ref(secret))


def masked(text: str) -> str:
    """The text with each known key, plain or URL-encoded, and all that looks like one, replaced."""
    for shape in _shapes():
        text = text.replace(shape, MASK)
    for pattern in _LOOKS_SECRET:
        text = pattern.sub(rf"\g<1>{MASK}", text)
    return text


def _shapes() -> Iterator[str]:
    with _lock:
        secrets = [secret for known in _known if (secret := known()) is not None]
    for secret in secrets:
        text = secret.get_secret_value()
        if len(text) >= _SHORTEST:
            yield from {text, quote(text, safe=""), quote(text)}
