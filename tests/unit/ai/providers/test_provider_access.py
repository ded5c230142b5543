"""Addresses as people paste them; which kind opens what."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import SecretStr

from erpai_desktop.ai.chat_gateway import complete
from erpai_desktop.ai.providers.gateways import open_gateway, open_trainer
from erpai_desktop.ai.providers.provider_access import Limits, ProviderAccess, clean_base_url, patient
from erpai_desktop.errors import InvalidInputError, NotOfferedError
from erpai_desktop.models.enums import ProviderKind
from tests.providers import ProviderServer
from tests.unit.ai.providers.subject import asking


@pytest.mark.parametrize(
    ("pasted", "used"),
    [
        ("http://localhost:11434", "http://localhost:11434/v1"),
        ("http://localhost:11434/", "http://localhost:11434/v1"),
        ("  https://api.example.com/v1/ \n", "https://api.example.com/v1"),
        ("https://api.example.com/v1/chat/completions", "https://api.example.com/v1"),
        ("https://api.example.com/v1/responses/", "https://api.example.com/v1"),
        ("https://x.openai.azure.com/openai/v1/", "https://x.openai.azure.com/openai/v1"),
        ("https://gateway.example/team/ai", "https://gateway.example/team/ai"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
    ],
)
def test_an_address_is_used_as_it_is_meant(pasted: str, used: str) -> None:
    assert clean_base_url(pasted) == used


@pytest.mark.parametrize(
    "pasted",
    [
        *("", "localhost:8000", "ftp://x/v1", "https://", "file:///etc/passwd", "http://x:99999/v1", "http://[::1/v1"),
        *(
            "https://user:secret@x/v1",
            "https://x/v1?key=secret",
            "https://x/v1#secret",
            "https://x y/v1",
            "https://x/\x00",
        ),
    ],
)
def test_an_address_that_is_none_or_has_secrets_in_it_is_refused(pasted: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        clean_base_url(pasted)
    assert "secret" not in str(caught.value)
    assert caught.value.problems[0].field == "base_url"


@pytest.mark.parametrize("end", ["", "/", "/v1", "/v1/", "/v1/chat/completions"])
async def test_with_or_without_v1_it_answers(server: ProviderServer, end: str) -> None:
    access = ProviderAccess(ProviderKind.OPENAI_COMPATIBLE, server.root + end, "gpt-test", key=SecretStr(server.key))
    gateway = open_gateway(access)
    assert (await complete(gateway, asking("hello"))).text == "You said: hello"
    await gateway.close()


async def test_another_model_of_the_same_provider(server: ProviderServer) -> None:
    access = ProviderAccess(ProviderKind.OPENAI, server.base_url, "gpt-old", key=SecretStr(server.key))
    gateway = open_gateway(access, base_model="gpt-test")
    assert gateway.model == "gpt-test"
    assert (await complete(gateway, asking("hello"))).finished.model == "gpt-test"
    await gateway.close()


def test_a_model_on_this_machine_may_take_its_time() -> None:
    assert patient(ProviderAccess(ProviderKind.LOCAL)).silence_s > Limits().silence_s
    own = Limits(silence_s=1)
    assert patient(ProviderAccess(ProviderKind.LOCAL, limits=own)) is own


def test_what_is_no_service_is_not_offered() -> None:
    with pytest.raises(NotOfferedError):
        open_gateway(ProviderAccess(ProviderKind.BUILT_IN))
    for kind in (ProviderKind.BUILT_IN, ProviderKind.LOCAL):
        with pytest.raises(NotOfferedError):
            open_trainer(ProviderAccess(kind))


def test_knowing_of_providers_imports_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from erpai_desktop.ai.providers import builtin_gateway, gateways, provider_access\n"
        "heavy = {'openai', 'httpx2', 'anyio', 'numpy'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
