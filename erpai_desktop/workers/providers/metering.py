"""A gateway whose every call is metered: written down before it is sent, settled however it ends."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any, cast

from erpai_desktop.ai.answerer import Usage
from erpai_desktop.ai.chat_gateway import (
    ChatEvent,
    ChatGateway,
    ChatRequest,
    Embeddings,
    Finished,
    Found,
    RemoteModel,
    TextDelta,
)
from erpai_desktop.ai.tokens import TokenCounter
from erpai_desktop.errors import (
    KeyRefusedError,
    NotFoundError,
    NotOfferedError,
    ProviderError,
    QuotaError,
    RateLimitedError,
    RequestRefusedError,
    UnreachableError,
)
from erpai_desktop.models.enums import UsageState
from erpai_desktop.models.ids import ProviderId, UsageId
from erpai_desktop.models.metering import CallContext, TokenEstimate
from erpai_desktop.models.new_id import new_id
from erpai_desktop.services import usage as metered
from erpai_desktop.workers.job import Job
from erpai_desktop.workers.threads import in_a_thread

OUTPUT_AT_MOST = 1_024
"""Tokens that a reply is taken to have at most where the request does not say; what comes is settled after it."""

_A_MESSAGE, _A_REPLY = 4, 3
"""Tokens around each message and before the reply, as OpenAI's cookbook counts them ("How to count tokens")."""

_A_CHECK = TokenEstimate(1_000, 200)
"""What finding out what a provider can do may come to: up to six questions of a few words, with a schema or a pixel."""

_BELIEVED = 50_000_000
"""Tokens of one call, in or out, that are believed: no model reads or writes nearly as many at once."""

_NOT_BILLED = (KeyRefusedError, NotOfferedError, QuotaError, RateLimitedError, RequestRefusedError)
"""Refused before anything was computed."""


def tokens_at_most(text: str) -> int:
    """More tokens than prose has, told without a vocabulary: a third of its bytes in UTF-8."""
    return (len(text.encode("utf-8", "replace")) + 2) // 3


class MeteredGateway:
    """Wraps a ChatGateway for one job; implements `ai.chat_gateway.ChatGateway`.

    Before a request is sent its row is written, which raises BudgetExceededError where a budget would be exceeded: then
    nothing is sent. When it ends, in whatever way, the row is settled with what the provider reported, else with what
    was counted. If the program dies meanwhile the row stays open with its estimate. Whoever stops reading a stream
    before its end closes it, so that it is settled there and then.
    """

    def __init__(
        self,
        gateway: ChatGateway,
        job: Job,
        *,
        provider_id: ProviderId,
        call: CallContext,
    ) -> None:
        self._gateway = gateway
        self._job = job
        self._provider_id = provider_id
        self._call = call

    @property
    def model(self) -> str:
        """The model that is asked."""
        return self._gateway.model

    async def stream(self, request: ChatRequest) -> AsyncIterator[ChatEvent]:
        """As the gateway's. Raises BudgetExceededError before anything is sent."""
        sent = _texts(request)
        tokens_in = sum(map(tokens_at_most, sent)) + _around(sent)
        meter = await self._begin(TokenEstimate(tokens_in, request.max_output_tokens or OUTPUT_AT_MOST))
        parts: list[str] = []

        async def counted() -> Usage:
            *ins, out = await in_a_thread(TokenCounter().count, [*sent, "".join(parts)])
            return Usage(tokens_in=sum(ins) + _around(sent), tokens_out=out)

        finished: Finished | None = None
        try:
            # A gateway's stream is a generator: closed here, so that its request ends with this one.
            async with aclosing(cast("Any", self._gateway.stream(request))) as events:
                async for event in events:
                    if isinstance(event, TextDelta):
                        parts.append(event.text)
                    else:
                        finished = event
                    yield event
        except ProviderError as error:
            await meter.end(_after(error, await counted() if parts else None), UsageState.FAILED)
            raise
        except (asyncio.CancelledError, GeneratorExit):
            usage = await _came_to(finished, counted)
            await meter.end(usage, UsageState.SETTLED if finished else UsageState.FAILED)
            raise
        except BaseException:
            await meter.end(None, UsageState.FAILED)
            raise
        await meter.end(await _came_to(finished, counted), UsageState.SETTLED)

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """As the gateway's. Raises BudgetExceededError before anything is sent."""
        estimate = TokenEstimate(sum(map(tokens_at_most, texts)))
        meter = await self._begin(estimate)
        try:
            found = await self._gateway.embed(texts)
        except ProviderError as error:
            await meter.end(_after(error, None), UsageState.FAILED)
            raise
        except BaseException:
            await meter.end(None, UsageState.FAILED)
            raise
        await meter.end(_believable(found.usage), UsageState.SETTLED)
        return found

    async def list_models(self) -> tuple[RemoteModel, ...]:
        """As the gateway's: a list is not billed."""
        return await self._gateway.list_models()

    async def look(self) -> Found:
        """As the gateway's; counted as the few tokens that it may cost."""
        meter = await self._begin(_A_CHECK)
        try:
            found = await self._gateway.look()
        except ProviderError as error:
            await meter.end(_after(error, None), UsageState.FAILED)
            raise
        except BaseException:
            await meter.end(None, UsageState.FAILED)
            raise
        await meter.end(_believable(found.usage), UsageState.SETTLED)
        return found

    async def close(self) -> None:
        """Let connections go."""
        await self._gateway.close()

    async def _begin(self, estimate: TokenEstimate) -> _Meter:
        # The id is made here, so that a row whose writing was cancelled, though it was written, can be settled.
        usage_id = UsageId(new_id())
        meter = _Meter(self._job, usage_id)
        try:
            await self._job.write(
                metered.begin_call,
                provider_id=self._provider_id,
                base_model=self.model,
                call=self._call,
                estimate=estimate,
                usage_id=usage_id,
            )
        except asyncio.CancelledError:
            with contextlib.suppress(NotFoundError):
                await meter.end(Usage(), UsageState.FAILED)
            raise
        return meter


class _Meter:
    """One row, from its beginning to its end."""

    def __init__(self, job: Job, usage_id: UsageId) -> None:
        self._job = job
        self._usage_id = usage_id
        self._began = time.monotonic()

    async def end(self, usage: Usage | None, state: UsageState) -> None:
        """Settle; None keeps the estimate."""
        await self._job.write(
            metered.end_call,
            usage_id=self._usage_id,
            usage=usage,
            elapsed_ms=round((time.monotonic() - self._began) * 1000),
            state=state,
        )


def _texts(request: ChatRequest) -> list[str]:
    schema = [repr(request.schema.schema)] if request.schema is not None else []
    return [text for text in (request.instructions, *(turn.text for turn in request.turns), *schema) if text]


def _around(texts: Sequence[str]) -> int:
    return len(texts) * _A_MESSAGE + _A_REPLY


async def _came_to(finished: Finished | None, counted: Callable[[], Awaitable[Usage]]) -> Usage:
    """What the provider says it came to; counted here where it says nothing, half of it, or what cannot be."""
    reported = _believable(finished.usage) if finished is not None else None
    if reported is not None and reported.tokens_in and reported.tokens_out:
        return reported
    here = await counted()
    if reported is None:
        return here
    return replace(
        reported,
        tokens_in=reported.tokens_in or here.tokens_in,
        tokens_out=reported.tokens_out or here.tokens_out,
    )


def _believable(usage: Usage) -> Usage | None:
    """A provider's report; None where it reports nothing, or more than can be."""
    most = max(usage.tokens_in, usage.tokens_out)
    return usage if 0 < most <= _BELIEVED else None


def _after(error: ProviderError, counted: Usage | None) -> Usage | None:
    """What a failed call came to: nothing when it was refused or never sent, else what was counted or estimated."""
    if counted is None and (
        isinstance(error, _NOT_BILLED) or (isinstance(error, UnreachableError) and not error.was_sent)
    ):
        return Usage()
    return counted
