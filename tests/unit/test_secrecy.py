"""Known keys and what looks like one are masked; ordinary words are left alone."""

from __future__ import annotations

import gc
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from erpai_desktop.credentials import KeyStore, key_from_text
from erpai_desktop.secrecy import MASK, keep_secret, masked
from erpai_desktop.workers.providers.local_server import LocalServer


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Authorization: Bearer zq/93+x=41", f"Authorization: {MASK}"),
        ("{'authorization': 'Bearer zq/93+x=41', 'accept': '*/*'}", f"{{'authorization': '{MASK}', 'accept': '*/*'}}"),
        ("sent bearer zq93x41yy to it", f"sent bearer {MASK} to it"),
        ('{"api_key": "zq93x41"}', f'{{"api_key": "{MASK}"}}'),
        ("GET /v1?api-key=zq93x41&page=2", f"GET /v1?api-key={MASK}&page=2"),
        ("postgresql://ann:geheim@db.example/erp", f"postgresql://ann:{MASK}@db.example/erp"),
        ("key sk-proj-0123456789abc was refused", f"key {MASK} was refused"),
        ("hf_0123456789abcdef and ghp_0123456789abcdef", f"{MASK} and {MASK}"),
        ("eyJhbGciOiJIUzI1.eyJzdWIiOiIx.abc-_", MASK),
    ],
)
def test_what_looks_like_a_key_is_masked(text: str, left: str) -> None:
    assert masked(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "1,204 tokens in, 96 out; max_tokens=256",
        "the desk-lamp, task-oriented, risk-averse-people",
        "https://api.example.com:8443/v1/models",
        "a basic model of the bearer",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert masked(text) == text


def test_a_key_in_use_is_masked_whatever_it_looks_like() -> None:
    store = KeyStore()
    key = key_from_text("plain-words/&40")
    store.lend("entry", key, address="https://a.example")
    assert masked(f"1 {key.get_secret_value()} 2 {quote(key.get_secret_value(), safe='')}") == f"1 {MASK} 2 {MASK}"
    local = LocalServer("http://127.0.0.1:1/v1", SecretStr("of-the-local-server"))
    assert masked(f"x of-the-local-server {local.base_url}") == f"x {MASK} http://127.0.0.1:1/v1"


def test_a_key_is_not_held_here_and_a_short_one_is_not_looked_for() -> None:
    secret, short = SecretStr("nobody holds this"), SecretStr("the")
    keep_secret(secret)
    keep_secret(short)
    assert masked("nobody holds this") == MASK
    del secret
    gc.collect()
    assert masked("nobody holds the this") == "nobody holds the this"
    assert masked("nobody holds this") == "nobody holds this"
