"""When a request may be sent again, and how long to wait before."""

from __future__ import annotations

from erpai_desktop.ai.providers.provider_access import Limits
from erpai_desktop.errors import ProviderError, RateLimitedError


def wait_before_retry(error: ProviderError, *, tried: int, took_s: float, limits: Limits) -> float | None:
    """Seconds to wait before sending the same request again; None where it must not, or had better not, be sent.

    Only what is known to have done nothing is sent again. The wait is what the provider asks for, doubled from
    `first_wait_s` where it does not say; who asks for more patience than `longest_wait_s` is not asked again, nor is
    who took half the time that a connection may take only to fail (`took_s`).
    """
    if not error.may_retry or tried > limits.retries or took_s > limits.connect_s / 2:
        return None
    asked = error.retry_after_s if isinstance(error, RateLimitedError) else None
    wait = asked if asked is not None else limits.first_wait_s * 2 ** (tried - 1)
    return wait if wait <= limits.longest_wait_s else None
