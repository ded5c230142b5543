"""Providers that cannot be reached at all: no name, no server, no safe connection."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from erpai_desktop.ai.chat_gateway import TextDelta, complete
from erpai_desktop.ai.providers.provider_access import Limits
from erpai_desktop.errors import UnreachableError
from tests.providers import ProviderServer, faults
from tests.unit.ai.providers.outcome import opened, outcome
from tests.unit.ai.providers.subject import asking
from tests.waiting import eventually

_TWICE = Limits(retries=2, first_wait_s=0.01)


@pytest.fixture(scope="module")
def own_certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A certificate that nobody but its maker vouches for."""
    folder: Path = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"), "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@pytest.fixture
def tls_server(own_certificate: ssl.SSLContext) -> Iterator[ProviderServer]:
    with ProviderServer(tls=own_certificate) as made:
        yield made


async def test_a_refused_connection_was_not_sent() -> None:
    with socket.socket() as taken:
        # Bound but not listening: nobody takes the call, and nobody else gets the port.
        taken.bind(("127.0.0.1", 0))
        got = await outcome(opened(f"http://127.0.0.1:{taken.getsockname()[1]}", limits=_TWICE))
    assert isinstance(got.error, UnreachableError)
    assert not got.error.was_sent
    assert got.error.may_retry
    assert "does not take connections" in got.error.message


async def test_a_name_without_an_address_is_said() -> None:
    got = await outcome(opened("https://provider.invalid/v1", limits=_TWICE))
    assert isinstance(got.error, UnreachableError)
    assert not got.error.was_sent
    assert got.error.message == "There is no address for the name provider.invalid."


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tls_server: ProviderServer) -> None:
    got = await outcome(opened(tls_server.base_url, limits=_TWICE))
    assert isinstance(got.error, UnreachableError)
    assert not got.error.was_sent
    assert not got.error.may_retry
    assert "No safe connection" in got.error.message
    assert "key" in got.error.safe
    assert not tls_server.requests


async def test_https_to_a_server_without_it_is_said(server: ProviderServer) -> None:
    limits = Limits(connect_s=0.4, retries=2)
    got = await outcome(opened(server.base_url.replace("http:", "https:"), limits=limits))
    assert isinstance(got.error, UnreachableError)
    # Who lets us wait is not tried again.
    assert server.connections == 1
    assert not server.requests


async def test_http_to_a_server_with_tls_is_said(tls_server: ProviderServer) -> None:
    got = await outcome(opened(tls_server.base_url.replace("https:", "http:"), limits=_TWICE))
    assert isinstance(got.error, UnreachableError)
    assert not tls_server.requests


async def test_a_closed_gateway_sends_nothing_and_says_so(server: ProviderServer) -> None:
    gateway = opened(server.base_url, limits=_TWICE)
    await gateway.close()
    for call in (complete(gateway, asking("hello")), gateway.list_models(), gateway.embed(["a"]), gateway.look()):
        with pytest.raises(UnreachableError, match="is closed"):
            await call
    await gateway.close()
    assert not server.requests


async def test_closing_ends_what_is_under_way(server: ProviderServer) -> None:
    server.fault("POST", "*", faults.then_silence(faults.responses_delta("So far")))
    gateway = opened(server.base_url, limits=Limits())
    heard: list[object] = []

    async def listen() -> None:
        async for event in gateway.stream(asking("hello")):
            heard.append(event)

    task = asyncio.create_task(listen())
    await eventually(lambda: heard)
    await gateway.close()
    with pytest.raises(UnreachableError):
        await asyncio.wait_for(task, 60)
    assert heard == [TextDelta("So far")]
