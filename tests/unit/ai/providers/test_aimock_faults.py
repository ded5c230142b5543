"""The faults of a stand-in that nobody here wrote: they come out as the same errors as those of our own server."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from erpai_desktop.ai.providers.gateways import open_gateway
from erpai_desktop.ai.providers.provider_access import Limits, ProviderAccess
from erpai_desktop.errors import BadReplyError, OutOfOrderError, ProviderError, RateLimitedError, UnreachableError
from erpai_desktop.models.enums import ProviderKind
from tests.providers.aimock import AimockProcess
from tests.unit.ai.providers.outcome import APIS, outcome


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    ("rate", "kind"),
    [
        ("rateLimitRate", RateLimitedError),
        ("malformedRate", BadReplyError),
        ("disconnectRate", UnreachableError),
        ("dropRate", OutOfOrderError),
    ],
)
async def test_its_faults_are_ours(aimock: AimockProcess, api: str, rate: str, kind: type[ProviderError]) -> None:
    access = ProviderAccess(
        ProviderKind.OPENAI_COMPATIBLE, aimock.root, "gpt-4o", api, SecretStr("any-key"), Limits(retries=0)
    )
    aimock.fail(**{rate: 1.0})
    try:
        got = await outcome(open_gateway(access))
    finally:
        aimock.fail()
    assert type(got.error) is kind
    assert not got.text
    assert (await outcome(open_gateway(access))).text
