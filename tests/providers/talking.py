"""What the provider says: the Responses API, chat completions, models and embeddings, whole and streamed."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply: its text, what it cost, and whether it was cut at a limit."""

    text: str
    tokens_in: int = 11
    tokens_cached: int = 3
    tokens_out: int = 7
    tokens_reasoning: int = 2
    complete: bool = True


def said(body: Mapping[str, Any]) -> str:
    """The last thing the user said in a request of either kind."""
    messages = body.get("input", body.get("messages", []))
    if isinstance(messages, str):
        return messages
    content = messages[-1]["content"] if messages else ""
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return str(content)


def usual_reply(body: Mapping[str, Any]) -> Reply:
    """JSON that fits the schema where one is asked for, else what the user said."""
    schema = schema_of(body)
    return Reply(json.dumps(_example(schema)) if schema is not None else f"You said: {said(body)}")


def schema_of(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The JSON schema that a request of either kind asks for."""
    wanted = body.get("text", {}).get("format", {}) or body.get("response_format", {})
    if wanted.get("type") != "json_schema":
        return None
    found: Mapping[str, Any] = wanted.get("schema") or wanted["json_schema"]["schema"]
    return found


def _example(schema: Mapping[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {name: _example(part) for name, part in schema.get("properties", {}).items()}
        case "array":
            return []
        case "boolean":
            return True
        case "integer" | "number":
            return 1
        case _:
            return "ok"


@dataclass
class Talker:
    """How the provider talks. Tests change the fields; `reply` may be a text, a Reply or made from the request."""

    models: dict[str, str | None] = field(
        default_factory=lambda: {"gpt-test": None, "gpt-old": "2027-01-14", "text-embedding-test": None}
    )
    reply: str | Reply | Callable[[Mapping[str, Any]], str | Reply] = usual_reply
    takes_schemas: bool = True
    takes_images: bool = True

    def reply_to(self, body: Mapping[str, Any]) -> Reply:
        made = self.reply(body) if callable(self.reply) else self.reply
        return Reply(made) if isinstance(made, str) else made

    def list_models(self) -> dict[str, Any]:
        data: list[dict[str, Any]] = []
        for name, date in self.models.items():
            model: dict[str, Any] = {"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "test"}
            data.append(model | ({"shutdown_date": date} if date else {}))
        return {"object": "list", "data": data}

    def refusal(self, body: Mapping[str, Any]) -> tuple[int, str, str] | None:
        """Why a request for an answer is not taken: status, message, code."""
        if body.get("model") not in self.models:
            return (
                404,
                f"The model `{body.get('model')}` does not exist or you do not have access to it.",
                ("model_not_found"),
            )
        if not self.takes_schemas and schema_of(body) is not None:
            return 400, "Structured output is not supported by this model.", "unsupported"
        if not self.takes_images and "image_url" in json.dumps(body):
            return 400, "Images are not supported by this model.", "unsupported"
        return None


def pieces(text: str) -> list[str]:
    """A text in the pieces it is streamed in: words with the space behind them."""
    return re.findall(r"\S+\s*|\s+", text)


def event(data: Mapping[str, Any], *, named: bool = False) -> bytes:
    """An event of a stream."""
    name = f"event: {data['type']}\n" if named else ""
    return f"{name}data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def responses_whole(model: str, reply: Reply) -> dict[str, Any]:
    """A response object, finished."""
    content = [{"type": "output_text", "text": reply.text, "annotations": []}]
    return _response(model, "completed" if reply.complete else "incomplete") | {
        "incomplete_details": None if reply.complete else {"reason": "max_output_tokens"},
        "output": [{"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": content}],
        "usage": {
            "input_tokens": reply.tokens_in,
            "input_tokens_details": {"cached_tokens": reply.tokens_cached, "cache_write_tokens": 0},
            "output_tokens": reply.tokens_out,
            "output_tokens_details": {"reasoning_tokens": reply.tokens_reasoning},
            "total_tokens": reply.tokens_in + reply.tokens_out,
        },
    }


def _response(model: str, status: str) -> dict[str, Any]:
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1_700_000_000,
        "model": model,
        "status": status,
        "error": None,
        "output": [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }


def responses_events(model: str, reply: Reply) -> Iterator[bytes]:
    """A response as it is streamed."""
    number = 0

    def numbered(data: dict[str, Any]) -> bytes:
        nonlocal number
        number += 1
        return event(data | {"sequence_number": number - 1}, named=True)

    where = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    yield numbered({"type": "response.created", "response": _response(model, "in_progress")})
    yield numbered({"type": "response.in_progress", "response": _response(model, "in_progress")})
    for piece in pieces(reply.text):
        yield numbered({"type": "response.output_text.delta", "delta": piece, "logprobs": []} | where)
    yield numbered({"type": "response.output_text.done", "text": reply.text, "logprobs": []} | where)
    kind = "response.completed" if reply.complete else "response.incomplete"
    yield numbered({"type": kind, "response": responses_whole(model, reply)})


def _chat_usage(reply: Reply) -> dict[str, Any]:
    return {
        "prompt_tokens": reply.tokens_in,
        "completion_tokens": reply.tokens_out,
        "total_tokens": reply.tokens_in + reply.tokens_out,
        "prompt_tokens_details": {"cached_tokens": reply.tokens_cached},
        "completion_tokens_details": {"reasoning_tokens": reply.tokens_reasoning},
    }


def chat_whole(model: str, reply: Reply) -> dict[str, Any]:
    """A chat completion, whole."""
    message = {"role": "assistant", "content": reply.text, "refusal": None}
    reason = "stop" if reply.complete else "length"
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": _chat_usage(reply),
    }


def chat_events(model: str, reply: Reply, *, with_usage: bool) -> Iterator[bytes]:
    """A chat completion as it is streamed."""
    base = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": model}

    def chunk(delta: dict[str, Any], reason: str | None = None) -> bytes:
        return event(base | {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]})

    yield chunk({"role": "assistant", "content": ""})
    for piece in pieces(reply.text):
        yield chunk({"content": piece})
    yield chunk({}, "stop" if reply.complete else "length")
    if with_usage:
        yield event(base | {"choices": [], "usage": _chat_usage(reply)})
    yield b"data: [DONE]\n\n"


def embeddings(body: Mapping[str, Any]) -> dict[str, Any]:
    """Three numbers a text, the same ones for the same text."""
    texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
    data = [
        {"object": "embedding", "index": index, "embedding": [math.sin(len(text) + part) for part in range(3)]}
        for index, text in enumerate(texts)
    ]
    usage = {"prompt_tokens": sum(map(len, texts)), "total_tokens": sum(map(len, texts))}
    return {"object": "list", "data": data, "model": body["model"], "usage": usage}
