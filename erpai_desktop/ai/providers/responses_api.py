"""The Responses API: a request's body, and the events of its reply.

Source: OpenAI's API reference, "Create a model response" and "Streaming events".
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Any

from erpai_desktop.ai.answerer import Turn, Usage
from erpai_desktop.ai.chat_gateway import ChatEvent, ChatRequest, Finished, TextDelta
from erpai_desktop.ai.providers import reading
from erpai_desktop.ai.providers.faults import Faults
from erpai_desktop.ai.providers.openai_client import Head, Json
from erpai_desktop.errors import ProviderError
from erpai_desktop.models.enums import ParticipantRole

PATH = "/responses"
_ROLES = {
    ParticipantRole.SYSTEM: "system",
    ParticipantRole.USER: "user",
    ParticipantRole.ASSISTANT: "assistant",
}


def body(model: str, request: ChatRequest) -> dict[str, Any]:
    """What is posted. Nothing is to be stored at the provider: the history is ours."""
    made: dict[str, Any] = {"model": model, "input": messages(request.turns), "stream": True, "store": False}
    if request.instructions:
        made["instructions"] = sendable(request.instructions)
    if request.max_output_tokens is not None:
        made["max_output_tokens"] = request.max_output_tokens
    if request.temperature is not None:
        made["temperature"] = request.temperature
    if request.schema is not None:
        schema = {"name": request.schema.name, "schema": dict(request.schema.schema), "strict": True}
        made["text"] = {"format": {"type": "json_schema"} | schema}
    return made


def messages(turns: tuple[Turn, ...]) -> list[dict[str, Any]]:
    """The turns as both APIs write them."""
    return [{"role": _ROLES[turn.role], "content": sendable(turn.text)} for turn in turns]


def sendable(text: str) -> str:
    """A text as UTF-8 can carry it: half a surrogate pair, as a clipboard may hold, becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


def with_image(body: Mapping[str, Any], url: str) -> dict[str, Any]:
    """The same request with a picture in its last message."""
    *before, last = body["input"]
    content = [
        {"type": "input_text", "text": last["content"]},
        {"type": "input_image", "image_url": url, "detail": "low"},
    ]
    return {**body, "input": [*before, {**last, "content": content}]}


async def read(events: AsyncIterator[Head | Json], faults: Faults) -> AsyncGenerator[ChatEvent, None]:
    """The reply as it comes. Raises ProviderError where it fails, breaks off or breaks the protocol."""
    request_id, some_text = "", False
    async for event in events:
        if isinstance(event, Head):
            request_id = event.request_id
            continue
        kind = event.get("type", "response.completed" if event.get("object") == "response" else None)
        if kind == "response.output_text.delta" or kind == "response.refusal.delta":
            delta = event.get("delta")
            if not isinstance(delta, str):
                raise faults.bad_reply("has a piece of text that is no text")
            some_text = some_text or bool(delta)
            yield TextDelta(delta)
        elif kind == "response.completed" or kind == "response.incomplete":
            response = event if "object" in event else reading.part(event, "response")
            if not response:
                raise faults.bad_reply("ends without saying how")
            if response.get("status") == "failed":
                raise _failed(response, faults)
            if not some_text and (whole := _whole_text(response)):
                yield TextDelta(whole)
            complete = kind == "response.completed" and response.get("status", "completed") == "completed"
            yield Finished(_usage(response), complete, faults.identifier(reading.text(response, "model")), request_id)
            return
        elif kind == "response.failed":
            raise _failed(reading.part(event, "response"), faults)
        elif kind == "error":
            raise faults.told(reading.text(event, "code"), event)
        elif not isinstance(kind, str):
            raise faults.bad_reply("has an event of no kind")
    raise faults.broken_off()


def _failed(response: Mapping[str, Any], faults: Faults) -> ProviderError:
    error = reading.part(response, "error")
    return faults.told(reading.text(error, "code"), error)


def _whole_text(response: Mapping[str, Any]) -> str:
    contents = [content for item in reading.parts(response, "output") for content in reading.parts(item, "content")]
    return "".join(reading.text(content, "text") or reading.text(content, "refusal") for content in contents)


def _usage(response: Mapping[str, Any]) -> Usage:
    usage = reading.part(response, "usage")
    return Usage(
        tokens_in=reading.tokens(usage, "input_tokens"),
        tokens_cached=reading.tokens(reading.part(usage, "input_tokens_details"), "cached_tokens"),
        tokens_out=reading.tokens(usage, "output_tokens"),
        tokens_reasoning=reading.tokens(reading.part(usage, "output_tokens_details"), "reasoning_tokens"),
    )
