"""Providers on the command line, against a real server; keys come from standard input and stay out of everything."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from typing import Any

import keyring
import pytest
from keyring.backends import fail
from keyring.backends.SecretService import Keyring as SecretServiceKeyring

from erpai_desktop.ai.trainer import OWN_ID_KEY
from erpai_desktop.models.new_id import new_id
from tests.providers import ProviderServer
from tests.unit.test_cli import Program, program

__all__ = ["program"]

Fail: Any = fail.Keyring
SecretService: Any = SecretServiceKeyring


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    with ProviderServer() as made:
        yield made


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "get_keyring", Fail)


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What lies in a keyring of a known kind."""
    kept: dict[str, str] = {}
    monkeypatch.setattr(SecretService, "get_password", lambda _self, _service, entry: kept.get(entry))
    monkeypatch.setattr(SecretService, "set_password", lambda _self, _service, entry, text: kept.update({entry: text}))
    monkeypatch.setattr(SecretService, "delete_password", lambda _self, _service, entry: kept.pop(entry))
    monkeypatch.setattr(keyring, "get_keyring", SecretService)
    return kept


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a text on standard input."""
    return lambda text: monkeypatch.setattr(sys, "stdin", io.StringIO(text))


@pytest.fixture
def ready(program: Program) -> Program:
    assert program("init")[0] == 0
    return program


def test_without_a_keyring_a_key_is_handed_over_for_each_run(
    ready: Program, server: ProviderServer, typed: Callable[[str], None], no_keyring: None
) -> None:
    typed(server.key + "\n")
    status, out, error = ready(
        "providers", "add", "Lab", "--kind", "openai-compatible", "--base-url", server.base_url,
        "--base-model", "gpt-test", "--key-stdin",
    )  # fmt: skip
    assert status == 0 and out.startswith("Added Lab")
    assert "The key was not kept" in error and "--key-stdin" in error and "environment" in error
    assert "key" in ready.fails("providers", "test", "Lab")
    typed(server.key + "\n")
    *_, found = ready.objects("providers", "test", "Lab", "--key-stdin")
    assert found["capabilities"]["chat"] == "yes" and found["api"]
    assert {model["name"]: model["shutdown_date"] for model in found["models"]} == server.talk.models
    (line,) = ready.objects("providers", "list")
    assert (line["kind"], line["base_model"], line["error"], line["missing"]) == (
        "OpenAI-compatible", "gpt-test", "", []
    )  # fmt: skip
    typed(server.key)
    status, out, error = ready("providers", "test", "Lab", "--key-stdin")
    assert status == 0 and "gpt-old  ends 2027-01-14" in out and "can: chat" in out
    typed(server.key)
    assert "The key was not kept" in ready.fails("providers", "key", "Lab", "--key-stdin")


def test_a_test_tells_of_trainings_that_no_version_waits_for(
    ready: Program, server: ProviderServer, typed: Callable[[str], None], no_keyring: None
) -> None:
    ready("providers", "add", "Lab", "--kind", "openai", "--base-url", server.base_url, "--base-model", "gpt-test")
    typed(server.key)
    assert ready.objects("providers", "test", "Lab", "--key-stdin")[-1]["orphans"] == []
    server.training.add_job({"model": "m", "training_file": "f", "metadata": {OWN_ID_KEY: str(new_id())}})
    typed(server.key)
    (orphan,) = ready.objects("providers", "test", "Lab", "--key-stdin")[-1]["orphans"]
    assert orphan["remote_id"] == "ftjob-1" and "goes on for no version of this workspace" in orphan["message"]
    typed(server.key)
    status, out, _error = ready("providers", "test", "Lab", "--key-stdin")
    assert status == 0 and out.count("The training job ftjob-1 at Lab goes on for no version") == 1
    # Somebody else's, perhaps: it is left alone.
    assert server.training.jobs["ftjob-1"]["status"] != "cancelled"


def test_a_key_is_kept_replaced_and_forgotten(
    ready: Program, server: ProviderServer, typed: Callable[[str], None], stored: dict[str, str]
) -> None:
    typed("sk-mistyped-0123456789")
    (added,) = ready.objects(
        "providers", "add", "Lab", "--kind", "openai", "--base-url", server.base_url, "--base-model", "gpt-test",
        "--key-stdin",
    )  # fmt: skip
    assert added["key_kept"] is True and list(stored) == [added["id"]]
    error = ready.fails("providers", "test", "lab")
    assert "sk-mistyped-0123456789" not in error
    (line,) = ready.objects("providers", "list")
    assert line["error"] and "sk-mistyped" not in line["error"]
    typed(server.key)
    (kept,) = ready.objects("providers", "key", "Lab", "--key-stdin")
    assert kept["key"] == "••••cdef"
    assert ready("providers", "test", "Lab")[0] == 0
    assert ready("providers", "key", "Lab", "--forget")[0] == 0
    assert stored == {}
    typed(server.key)
    ready("providers", "key", "Lab", "--key-stdin")
    assert ready("providers", "remove", "Lab")[0] == 0
    assert stored == {} and ready.objects("providers", "list") == []


def test_settings_are_changed_one_by_one(
    ready: Program, server: ProviderServer, typed: Callable[[str], None], stored: dict[str, str]
) -> None:
    typed(server.key)
    ready.objects(
        "providers", "add", "Lab", "--kind", "openai-compatible", "--base-url", server.base_url,
        "--base-model", "gpt-test", "--key-stdin",
    )  # fmt: skip
    assert "What shall be changed" in ready.fails("providers", "set", "Lab")
    status, out, error = ready("providers", "models", "Lab")
    assert (status, out) == (0, "") and "never tested" in error
    found = ready.objects("providers", "models", "Lab", "--test")
    named = {line["name"]: line["shutdown_date"] for line in found if "name" in line}
    assert named == server.talk.models
    (line,) = ready.objects("providers", "set", "Lab", "--name", "Лаборатория", "--base-model", "gpt-old")
    assert (line["name"], line["base_model"], line["base_url"]) == ("Лаборатория", "gpt-old", server.base_url)
    assert "gpt-old (chosen)  ends 2027-01-14, " in ready("providers", "models", "лаборатория")[1]
    assert "base_url" in ready.fails("providers", "set", "Лаборатория", "--base-url", "ftp://x")
    status, _, error = ready("providers", "set", "Лаборатория", "--base-url", "https://models.example/v1")
    # The key stays bound to the address that it was handed over for.
    assert status == 0 and "was pasted for" in error and "was not sent there" in error
    assert server.key not in error


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--kind", "openai"), "needs a base model"),
        (("--kind", "openai-compatible", "--base-model", "m"), "needs its address"),
        (("--kind", "local"), "needs a model file"),
        (("--kind", "openai", "--base-model", "m", "--base-url", "https://me:pw@host"), "must not hold a user"),
        (("--kind", "built-in", "--key-stdin"), "has no key"),
        (
            (
                "--kind",
                "gemini",
            ),
            "invalid choice",
        ),
    ],
    ids=str,
)
def test_what_cannot_be_added(
    ready: Program, typed: Callable[[str], None], arguments: tuple[str, ...], said: str
) -> None:
    typed("sk-0123456789")
    assert said in ready.fails("providers", "add", "Lab", *arguments)
    assert ready.objects("providers", "list") == []


def test_a_key_that_is_none_adds_nothing(ready: Program, typed: Callable[[str], None], no_keyring: None) -> None:
    typed("\n")
    said = ready.fails("providers", "add", "Lab", "--kind", "openai", "--base-model", "m", "--key-stdin")
    assert "cannot be used" in said
    assert ready.objects("providers", "list") == []


def test_an_address_in_the_clear_is_warned_of(ready: Program) -> None:
    status, _, error = ready(
        "providers", "add", "Lab", "--kind", "openai-compatible", "--base-url", "http://models.example/v1",
        "--base-model", "m",
    )  # fmt: skip
    assert status == 0 and "not encrypted" in error
