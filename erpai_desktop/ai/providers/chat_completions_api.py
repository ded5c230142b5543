"""The chat completions API: a request's body, and the chunks of its reply.

Source: OpenAI's API reference, "Create chat completion" and "Streaming"; vLLM, Ollama, LM Studio and llama.cpp
serve the same.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Any

from erpai_desktop.ai.answerer import Usage
from erpai_desktop.ai.chat_gateway import ChatEvent, ChatRequest, Finished, TextDelta
from erpai_desktop.ai.providers import reading
from erpai_desktop.ai.providers.faults import Faults
from erpai_desktop.ai.providers.openai_client import Head, Json
from erpai_desktop.ai.providers.responses_api import messages, sendable

PATH = "/chat/completions"


def body(model: str, request: ChatRequest) -> dict[str, Any]:
    """What is posted."""
    system = [{"role": "system", "content": sendable(request.instructions)}] if request.instructions else []
    made: dict[str, Any] = {
        "model": model,
        "messages": system + messages(request.turns),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.max_output_tokens is not None:
        # Its successor, max_completion_tokens, is not known everywhere.
        made["max_tokens"] = request.max_output_tokens
    if request.temperature is not None:
        made["temperature"] = request.temperature
    if request.schema is not None:
        schema = {"name": request.schema.name, "schema": dict(request.schema.schema), "strict": True}
        made["response_format"] = {"type": "json_schema", "json_schema": schema}
    return made


def with_image(body: Mapping[str, Any], url: str) -> dict[str, Any]:
    """The same request with a picture in its last message."""
    *before, last = body["messages"]
    content = [
        {"type": "text", "text": last["content"]},
        {"type": "image_url", "image_url": {"url": url, "detail": "low"}},
    ]
    return {**body, "messages": [*before, {**last, "content": content}]}


async def read(events: AsyncIterator[Head | Json], faults: Faults) -> AsyncGenerator[ChatEvent, None]:
    """The reply as it comes. Raises ProviderError where it breaks off or breaks the protocol."""
    request_id = model = reason = ""
    usage = Usage()
    async for event in events:
        if isinstance(event, Head):
            request_id = event.request_id
            continue
        choices = event.get("choices")
        if not isinstance(choices, list):
            if error := reading.part(event, "error"):
                raise faults.told(reading.text(error, "code"), error)
            raise faults.bad_reply("has no choices in it")
        model = model or faults.identifier(reading.text(event, "model"))
        if spent := reading.part(event, "usage"):
            usage = _usage(spent)
        for choice in reading.parts(event, "choices")[:1]:
            delta = reading.part(choice, "delta") or reading.part(choice, "message")
            for name in ("content", "refusal"):
                piece = delta.get(name)
                if piece is not None and not isinstance(piece, str):
                    raise faults.bad_reply("has a piece of text that is no text")
                if piece:
                    yield TextDelta(piece)
            reason = reading.text(choice, "finish_reason") or reason
    if not reason:
        raise faults.broken_off()
    yield Finished(usage, reason not in {"length", "content_filter"}, model, request_id)


def _usage(usage: Mapping[str, Any]) -> Usage:
    return Usage(
        tokens_in=reading.tokens(usage, "prompt_tokens"),
        tokens_cached=reading.tokens(reading.part(usage, "prompt_tokens_details"), "cached_tokens"),
        tokens_out=reading.tokens(usage, "completion_tokens"),
        tokens_reasoning=reading.tokens(reading.part(usage, "completion_tokens_details"), "reasoning_tokens"),
    )
