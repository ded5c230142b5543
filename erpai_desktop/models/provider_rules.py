"""What makes a provider usable: the rules of its address, what is missing, and whom its key belongs to."""

from __future__ import annotations

import ipaddress
import unicodedata
from pathlib import PureWindowsPath
from urllib.parse import SplitResult, urlsplit

from erpai_desktop.models.enums import ProviderKind

URL_LIMIT = 1_024
BASE_MODEL_LIMIT = 64
OPENAI_URL = "https://api.openai.com/v1"
"""Where OpenAI itself answers: used while an OpenAI provider names no other address."""

_PORTS = {"http": 80, "https": 443}


def url_problem(url: str) -> str:
    """Why an address cannot be a provider's, empty when it can or is blank.

    Nothing in it may be a secret: it is stored, shown and logged.
    """
    if not url:
        return ""
    if len(url) > URL_LIMIT:
        return f"{len(url):,} characters, at most {URL_LIMIT:,} are allowed"
    if any(c.isspace() or c == "\\" or unicodedata.category(c) in {"Cc", "Cf", "Cs"} for c in url):
        return "must not hold spaces, backslashes or control characters"
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname)
        _ = parts.port
    except ValueError:
        return "is not an address such as https://api.example.com/v1"
    if parts.scheme not in _PORTS or not has_host:
        return "must begin with https:// (or http://) and a host, as in https://api.example.com/v1"
    if parts.username is not None or parts.password is not None:
        return "must not hold a user or password: the key has a field of its own"
    if parts.query or parts.fragment or url.endswith(("?", "#")):
        return "must end with the path: nothing after a ? or #"
    return ""


def url_warning(url: str) -> str:
    """What a person should know of an address that can be used, empty when there is nothing."""
    parts = _split(url)
    if parts is None or parts.scheme != "http" or _is_loopback(parts.hostname or ""):
        return ""
    return (
        "Everything sent there, the key too, can be read on the way: http is not encrypted. Use https if it offers it."
    )


def missing(kind: ProviderKind, *, base_url: str, base_model_name: str, model_file: str) -> tuple[str, ...]:
    """What a provider still needs before it can be used, in words."""
    lacks = []
    if kind is ProviderKind.OPENAI_COMPATIBLE and not base_url:
        lacks.append("its address")
    if kind is ProviderKind.LOCAL and not model_file:
        lacks.append("a model file")
    if kind in (ProviderKind.OPENAI, ProviderKind.OPENAI_COMPATIBLE) and not base_model_name:
        lacks.append("a base model")
    return tuple(lacks)


def model_name_of_file(model_file: str) -> str:
    """What a model file's base model is called while nobody calls it otherwise: the file's name without its ending."""
    # The rules of Windows know both kinds of slashes.
    return " ".join(PureWindowsPath(model_file).stem.split())[:BASE_MODEL_LIMIT]


def takes_key(kind: ProviderKind) -> bool:
    """Whether a provider of this kind may have a key."""
    return kind in (ProviderKind.OPENAI, ProviderKind.OPENAI_COMPATIBLE)


def needs_key(kind: ProviderKind) -> bool:
    """Whether a provider of this kind cannot do without one; servers of one's own often ask for none."""
    return kind is ProviderKind.OPENAI


def effective_url(kind: ProviderKind, base_url: str) -> str:
    """The address that is called."""
    return base_url or (OPENAI_URL if kind is ProviderKind.OPENAI else "")


def key_address(kind: ProviderKind, base_url: str) -> str:
    """Whom a provider's key belongs to: scheme, host and port, in one spelling; empty where there is no address."""
    parts = _split(effective_url(kind, base_url))
    if parts is None:
        return ""
    host = (parts.hostname or "").lower()
    shown = f"[{host}]" if ":" in host else host
    port = parts.port
    return f"{parts.scheme}://{shown}" + ("" if port in (None, _PORTS[parts.scheme]) else f":{port}")


def _split(url: str) -> SplitResult | None:
    return None if not url or url_problem(url) else urlsplit(url)


def _is_loopback(host: str) -> bool:
    if host.lower() in {"localhost", "localhost."} or host.lower().endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
