"""The rules of a provider's address, and whom its key belongs to."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from erpai_desktop.models.enums import ProviderKind
from erpai_desktop.models.lifecycle import Ending, ShutdownDates, days_left, sooner, trained_from
from erpai_desktop.models.provider_rules import key_address, missing, url_problem, url_warning


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://api.example.com/v1",
        "http://127.0.0.1:8080",
        "http://[::1]:1/v1",
        "HTTPS://Host",
        "https://пример.bg/v1",
    ],
)
def test_addresses_that_can_be_used(url: str) -> None:
    assert url_problem(url) == ""


@pytest.mark.parametrize(
    "url",
    [
        "api.example.com",
        "ftp://api.example.com",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https:///v1",
        "https://me:secret@api.example.com",
        "https://sk-123@api.example.com",
        "https://api.example.com/v1?key=abc",
        "https://api.example.com/v1?",
        "https://api.example.com/#x",
        "https://api.example.com:port",
        "https://api.example.com:99999",
        "https://[::1",
        "https://api.example.com/a b",
        "https://api.example.com\\@evil.example",
        "https://api.example.com/\x00",
        "https://api\u202e.example.com",
        "https://" + "x" * 1_024,
    ],
)
def test_addresses_that_cannot(url: str) -> None:
    problem = url_problem(url)
    assert problem and "secret" not in problem


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("http://models.example.com/v1", True),
        ("http://192.168.1.5:8000", True),
        ("http://127.0.0.1.example.com", True),
        ("http://localhost:11434/v1", False),
        ("http://127.8.8.8", False),
        ("http://[::1]:8000", False),
        ("https://models.example.com", False),
        ("", False),
        ("nonsense", False),
    ],
)
def test_what_is_sent_in_the_clear_is_warned_of(url: str, warned: bool) -> None:
    assert bool(url_warning(url)) is warned


def test_a_key_belongs_to_scheme_host_and_port() -> None:
    kind = ProviderKind.OPENAI_COMPATIBLE
    same = {
        key_address(kind, url)
        for url in ("https://Host.example", "https://host.example:443/v1", "https://host.example/x")
    }
    assert same == {"https://host.example"}
    others = {
        key_address(kind, url)
        for url in ("http://host.example", "https://host.example:8443", "https://host.example.org")
    }
    assert len(others) == 3 and not others & same
    assert key_address(kind, "http://[::1]:8000/v1") == "http://[::1]:8000"
    assert key_address(kind, "") == key_address(kind, "nonsense") == ""
    assert key_address(ProviderKind.OPENAI, "") == "https://api.openai.com"


@pytest.mark.parametrize(
    ("kind", "lacks"),
    [
        (ProviderKind.OPENAI, ("a base model",)),
        (ProviderKind.OPENAI_COMPATIBLE, ("its address", "a base model")),
        (ProviderKind.LOCAL, ("a model file",)),
        (ProviderKind.BUILT_IN, ()),
    ],
)
def test_what_is_missing(kind: ProviderKind, lacks: tuple[str, ...]) -> None:
    assert missing(kind, base_url="", base_model_name="", model_file="") == lacks
    assert missing(kind, base_url="https://x", base_model_name="m", model_file="/m.gguf") == ()


def test_days_left_and_whose() -> None:
    today = date(2026, 11, 4)
    assert [days_left(date(2027, 1, 14), today), days_left(today, today), days_left(date(2026, 11, 1), today)] == [
        71,
        0,
        -3,
    ]
    provider = uuid4()
    dates = ShutdownDates(
        {(provider, "gpt-4o"): date(2027, 1, 14), (provider, "ft:gpt-4o:a::b"): date(2027, 1, 1)}, today
    )
    assert dates.of(provider, "gpt-4o") == Ending("gpt-4o", date(2027, 1, 14), 71)
    # A fine-tune ends with what it was made of, unless it is said to end sooner.
    assert dates.of(provider, "ft:gpt-4o:acme::1") == Ending("ft:gpt-4o:acme::1", date(2027, 1, 14), 71)
    ending = dates.of(provider, "ft:gpt-4o:a::b")
    assert ending is not None and ending.days_left == 58
    assert dates.of(uuid4(), "gpt-4o") is dates.of(provider, "gpt-5") is dates.of(None, "gpt-4o") is None
    assert trained_from("ft:gpt-4o:acme::1") == "gpt-4o" and trained_from("ftp") == "ftp"
    assert sooner(None, dates.of(provider, "gpt-4o"), ending) == ending
    assert sooner(None, None) is None
