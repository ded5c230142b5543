"""What the openai package and its transport raise, translated into our error tree, in words without secrets."""

from __future__ import annotations

import base64
import math
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import anyio
import httpx2
import openai
from pydantic import SecretStr

from erpai_desktop.ai.providers.retry_after import retry_after
from erpai_desktop.errors import (
    BadReplyError,
    KeyRefusedError,
    NotOfferedError,
    OutOfOrderError,
    ProviderError,
    QuotaError,
    RateLimitedError,
    RequestRefusedError,
    UnreachableError,
)

RAISED = (
    openai.OpenAIError,
    httpx2.HTTPError,
    httpx2.StreamError,
    httpx2.InvalidURL,
    anyio.EndOfStream,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
    OSError,
    # Malformed JSON, broken UTF-8, JSON nested too deep.
    ValueError,
    RecursionError,
)
"""All that a call may raise for reasons that lie with the provider or the way to it."""

_UNCHANGED = "Nothing here was changed."
_QUOTA = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}
_LONGEST_REASON = 300
_LONGEST_NAME = 512
_SHORTEST_KEY = 6
_KEY_LIKE = re.compile(r"\b(?:sk|pk|ek|sess)-[\w-]{8,}|(?i:bearer)\s+\S+")
_QUERY = re.compile(r"(https?://[^\s?#\"'<>]+)[?#][^\s\"'<>]*")


class Faults:
    """The translator of one provider: `name` is its host, as people read it; `key` must never be read."""

    def __init__(self, *, name: str, key: SecretStr | None, silence_s: float) -> None:
        self.name = name
        self._silence_s = silence_s
        self._secrets = _spellings(key)

    def translate(self, error: BaseException) -> ProviderError:
        """The error of our tree for one of RAISED. An error of ours that came up through the package is itself."""
        chain = list(_causes(error))
        for link in chain:
            if isinstance(link, ProviderError):
                return link
        if isinstance(error, openai.APIStatusError):
            return self._status(error)
        if isinstance(error, openai.APIConnectionError | httpx2.TransportError | OSError | anyio.EndOfStream):
            return self._unreachable(chain)
        if isinstance(error, openai.APIError) and type(error) is openai.APIError:
            return self.told(_text(error.code), error.body if isinstance(error.body, Mapping) else {})
        if isinstance(error, httpx2.InvalidURL | httpx2.StreamError):
            return self._broken_off()
        return self.bad_reply("is not in the form that was agreed on")

    def bad_reply(self, what: str) -> BadReplyError:
        """A reply that breaks the protocol: it `what`."""
        return BadReplyError(
            f"What {self.name} sent {what}.",
            safe="What came before is kept.",
            advice="Check that the address is that of an OpenAI-compatible service; it usually ends in /v1.",
        )

    def broken_off(self) -> UnreachableError:
        """A reply that ended before its end."""
        return self._broken_off()

    def closed(self) -> UnreachableError:
        """A request after our own end of the connection was closed: the program ends, or a provider was changed."""
        error = UnreachableError(
            f"The connection to {self.name} is closed.", safe="Nothing was sent.", advice="Try again.", was_sent=False
        )
        error.may_retry = False
        return error

    def told(self, code: str, body: Mapping[str, Any]) -> ProviderError:
        """An error that the provider tells in the middle of a reply. It is not asked again: it may have been paid."""
        reason = self._reason(body)
        if code in _QUOTA:
            error: ProviderError = self._quota(None, reason)
        elif code.startswith("rate_limit"):
            error = RateLimitedError(
                f"{self.name} broke off: too much at once{reason}", safe=_UNCHANGED, advice="Wait a minute, try again."
            )
        elif code in {"invalid_prompt", "context_length_exceeded"} or code.startswith("invalid_"):
            error = self._refused(None, reason)
        else:
            error = OutOfOrderError(
                f"{self.name} broke off with a fault of its own{reason}",
                safe="What came before is kept.",
                advice="Try again in a few minutes.",
            )
        error.may_retry = False
        return error

    def clean(self, text: str) -> str:
        """A stranger's words on one line, short, without the key, anything like a key, or a URL's query."""
        text = _QUERY.sub(r"\1", _KEY_LIKE.sub("[key]", self._without_key(text[: _LONGEST_REASON * 10])))
        text = _one_line(text)
        return text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]}…"

    def identifier(self, text: str) -> str:
        """A stranger's name for something of theirs, as it is, on one line, without the key."""
        return _one_line(self._without_key(text[:_LONGEST_NAME]))

    def _without_key(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "[key]")
        return text

    def _status(self, error: openai.APIStatusError) -> ProviderError:
        status = error.status_code
        body = error.body if isinstance(error.body, Mapping) else {}
        reason = self._reason(body)
        code = _text(body.get("code")) or _text(body.get("type"))
        if status == 402 or (status == 429 and code in _QUOTA):
            return self._quota(status, reason)
        if status == 429:
            wait = retry_after(error.response.headers)
            return RateLimitedError(
                f"{self.name} asks to slow down ({status}){reason}",
                safe=_UNCHANGED,
                advice=f"Try again in {_duration(wait)}." if wait else "Try again in a minute.",
                status=status,
                retry_after_s=wait,
            )
        if status == 401:
            return KeyRefusedError(
                f"{self.name} does not accept the key ({status}){reason}",
                safe=_UNCHANGED,
                advice="Paste the key again in Providers, or make a new one at the provider.",
                status=status,
            )
        if status == 403:
            return KeyRefusedError(
                f"{self.name} does not allow this with this key ({status}){reason}",
                safe=_UNCHANGED,
                advice="Ask whoever runs the account there, or use another provider or target.",
                status=status,
            )
        if status in {404, 405, 410, 501}:
            return NotOfferedError(
                f"{self.name} does not offer this ({status}){reason}",
                safe=_UNCHANGED,
                advice="Check the base model's name, and the address, which usually ends in /v1.",
                status=status,
            )
        if status in {408, 504}:
            return UnreachableError(
                f"{self.name} gave up waiting ({status}){reason}",
                safe=_UNCHANGED,
                advice="Try again; it may have been carried out all the same.",
                status=status,
            )
        if status >= 500:
            out_of_order = OutOfOrderError(
                f"{self.name} is out of order ({status}){reason}",
                safe=_UNCHANGED,
                advice="Try again in a few minutes.",
                status=status,
            )
            # A gateway says 502 when the service behind it broke off: it may have done its work.
            out_of_order.may_retry = status != 502
            return out_of_order
        if 300 <= status < 400:
            return RequestRefusedError(
                f"{self.name} points to another address ({status}); it was not followed.",
                safe=_UNCHANGED,
                advice="Enter the address that the service now has.",
                status=status,
            )
        return self._refused(status, reason)

    def _refused(self, status: int | None, reason: str) -> RequestRefusedError:
        shown = f" ({status})" if status else ""
        return RequestRefusedError(
            f"{self.name} does not take this request{shown}{reason}",
            safe=_UNCHANGED,
            advice="Change what the provider names, then try again; the same request would be refused again.",
            status=status,
        )

    def _quota(self, status: int | None, reason: str) -> QuotaError:
        shown = f" ({status})" if status else ""
        return QuotaError(
            f"The account at {self.name} is used up{shown}{reason}",
            safe=_UNCHANGED,
            advice="Raise the limit or add credit at the provider.",
            status=status,
        )

    def _reason(self, body: Mapping[str, Any]) -> str:
        inner = body.get("error")
        candidates = (body.get("message"), inner.get("message") if isinstance(inner, Mapping) else inner)
        for candidate in (*candidates, body.get("detail")):
            if isinstance(candidate, str) and (said := self.clean(candidate)):
                return f": {said}" if said[-1] in ".!?…" else f": {said}."
        return "."

    def _unreachable(self, chain: list[BaseException]) -> UnreachableError:
        advice = "Check the connection and the address, then try again."
        if _has(chain, ssl.SSLError):
            said = next((link.verify_message for link in chain if isinstance(link, ssl.SSLCertVerificationError)), "")
            error = UnreachableError(
                f"No safe connection to {self.name} could be made{f': {self.clean(said)}' if said else ''}.",
                safe="Neither the key nor any text was sent.",
                advice="Check the address. If the company has its own certificates, add them to this machine's.",
                was_sent=_has(chain, httpx2.ReadError),
            )
            # The certificate will be no better in a second.
            error.may_retry = False
            return error
        if _has(chain, socket.gaierror):
            return UnreachableError(
                f"There is no address for the name {self.name}.", safe=_UNCHANGED, advice=advice, was_sent=False
            )
        if _has(chain, httpx2.ConnectTimeout, httpx2.PoolTimeout):
            return UnreachableError(
                f"{self.name} could not be reached in time.", safe=_UNCHANGED, advice=advice, was_sent=False
            )
        if _has(chain, httpx2.ConnectError, ConnectionRefusedError):
            return UnreachableError(
                f"{self.name} does not take connections.", safe=_UNCHANGED, advice=advice, was_sent=False
            )
        if _has(chain, httpx2.TimeoutException, openai.APITimeoutError):
            return UnreachableError(
                f"{self.name} has said nothing for {self._silence_s:g} seconds.",
                safe="What came before is kept.",
                advice="Try again; the request may have been carried out all the same.",
            )
        return self._broken_off()

    def _broken_off(self) -> UnreachableError:
        return UnreachableError(
            f"The connection to {self.name} broke off.",
            safe="What came before is kept.",
            advice="Try again; the request may have been carried out all the same.",
        )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        # Not its context: that may be another call's error, which somebody is dealing with. The lowest layer keeps
        # the system's own error as its argument.
        told = error.args[0] if error.args else None
        error = error.__cause__ or (told if isinstance(told, BaseException) else None)


def _has(chain: list[BaseException], *kinds: type[BaseException]) -> bool:
    return any(isinstance(link, kinds) for link in chain)


def _spellings(key: SecretStr | None) -> tuple[str, ...]:
    """The ways a key could be written in a reply."""
    plain = key.get_secret_value() if key is not None else ""
    if len(plain) < _SHORTEST_KEY:
        return ()
    encoded = base64.b64encode(plain.encode()).decode()
    return plain, encoded, encoded.rstrip("="), quote(plain, safe="")


def _one_line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _duration(seconds: float) -> str:
    number, unit = (math.ceil(seconds), "second") if seconds < 120 else (math.ceil(seconds / 60), "minute")
    return f"{number} {unit}{'' if number == 1 else 's'}"
