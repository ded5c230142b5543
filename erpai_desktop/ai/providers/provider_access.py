"""How a provider is reached: its kind, address, model and key, and how patient we are with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pydantic import SecretStr

from erpai_desktop.errors import InvalidInputError, Problem
from erpai_desktop.models.enums import ProviderKind

API_RESPONSES = "responses"
API_CHAT = "chat completions"
API_BUILT_IN = "built-in"
"""The values of `ProviderAccess.api` and `Found.api`: how a provider is talked to."""

OPENAI_URL = "https://api.openai.com/v1"

# What people paste from a provider's examples; the gateway adds its own.
_CALLS = ("/chat/completions", "/completions", "/responses", "/models", "/embeddings")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long is waited, in seconds, and how much is taken, in bytes or characters.

    `silence_s` is the longest pause within a reply, its start included; `reply_s` the longest reply as a whole.
    `text` is the longest text; `event` the longest event of a stream, and the longest reply that is none; `wire` all
    bytes of a stream, which says each piece of text with much around it. A request is repeated `retries` times at
    most, and not at all when the provider asks for a longer wait than `longest_wait_s`.
    """

    connect_s: float = 10
    silence_s: float = 60
    reply_s: float = 900
    text: int = 8_000_000
    event: int = 16_000_000
    wire: int = 200_000_000
    retries: int = 2
    first_wait_s: float = 0.5
    longest_wait_s: float = 20


@dataclass(frozen=True, slots=True)
class ProviderAccess:
    """One provider. `api` is what a look at it has found; empty where nobody has looked yet.

    `base_url` empty means OpenAI's own address. `key` None is for servers that ask for none.
    """

    kind: ProviderKind
    base_url: str = ""
    base_model: str = ""
    api: str = ""
    key: SecretStr | None = None
    limits: Limits = field(default_factory=Limits)


def patient(access: ProviderAccess) -> Limits:
    """The limits of an access; a model on this machine may think for minutes before its first word."""
    limits = access.limits
    if access.kind is ProviderKind.LOCAL and limits == Limits():
        return Limits(silence_s=300, reply_s=3600)
    return limits


def clean_base_url(text: str) -> str:
    """The address that calls are appended to: no trailing slash, no call; `/v1` where there is no path at all.

    Raises InvalidInputError when it is no http(s) address, or has a user, a password, a query or a fragment in it,
    which would end up in the database and in logs.
    """
    cleaned = text.strip().rstrip("/")
    try:
        parts = urlsplit(cleaned)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or any(character.isspace() or not character.isprintable() for character in cleaned):
        raise _bad_url("It must look like https://host/v1.")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise _bad_url("It must have no user, password, query or # in it: the key has a field of its own.")
    path = parts.path.rstrip("/")
    for call in _CALLS:
        if path.endswith(call):
            path = path.removesuffix(call)
            break
    return f"{parts.scheme}://{parts.netloc}{path or '/v1'}"


def _bad_url(advice: str) -> InvalidInputError:
    message = "The address is not one that can be used."
    return InvalidInputError(message, problems=(Problem(advice, field="base_url"),), advice=advice)
